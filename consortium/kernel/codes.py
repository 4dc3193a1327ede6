"""Codes that others keep: countries of ISO 3166-1, currencies of ISO 4217."""

from collections.abc import Iterable
from typing import Any

import pycountry


def _codes(records: Iterable[Any], name: str) -> frozenset[str]:
    return frozenset(str(getattr(record, name)) for record in records)


COUNTRIES = _codes(pycountry.countries, "alpha_2")
CURRENCIES = _codes(pycountry.currencies, "alpha_3")
