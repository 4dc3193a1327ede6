"""Codes that others keep: countries of ISO 3166-1, currencies of ISO 4217."""

import pycountry

COUNTRIES: frozenset[str] = frozenset(country.alpha_2 for country in pycountry.countries)
CURRENCIES: frozenset[str] = frozenset(currency.alpha_3 for currency in pycountry.currencies)
