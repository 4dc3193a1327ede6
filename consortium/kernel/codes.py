"""Codes that others keep: countries of ISO 3166-1, their parts of 3166-2, currencies of 4217."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import pycountry


def _codes(records: Iterable[Any], name: str) -> frozenset[str]:
    return frozenset(str(getattr(record, name)) for record in records)


COUNTRIES = _codes(pycountry.countries, "alpha_2")
CURRENCIES = _codes(pycountry.currencies, "alpha_3")


@cache
def subdivisions() -> frozenset[str]:
    """Parts of countries, such as DE-BW; read when first asked for, for they are thousands."""
    return _codes(pycountry.subdivisions, "code")
