"""Where something holds: the world, a region of UN M49, or a country of ISO 3166-1."""

from typing import Final

from consortium.kernel.codes import COUNTRIES
from consortium.kernel.errors import BadInput
from consortium.kernel.regions import Region

GLOBAL: Final = "GLOBAL"
GEOGRAPHIES: Final = frozenset({GLOBAL, *Region, *COUNTRIES})


class GeographyUnknown(BadInput):
    """A place is GLOBAL, a region of UN M49 such as EUROPE, or a country of ISO 3166-1 as CN."""

    code = "GEOGRAPHY_UNKNOWN"


def check_geography(geography: str) -> None:
    """Refuse what is no place. Raises GeographyUnknown."""
    if geography not in GEOGRAPHIES:
        raise GeographyUnknown().at("geography")
