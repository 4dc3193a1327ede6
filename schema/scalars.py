"""Scalars: exact decimals, ids, and codes that are checked against their standards."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NewType

from graphql import FloatValueNode, IntValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from consortium.kernel.codes import COUNTRIES, CURRENCIES
from consortium.kernel.errors import BadInput
from consortium.storage.files import SentFile

_DECIMAL = re.compile(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?")

BigInt = NewType("BigInt", int)
CountryCode = NewType("CountryCode", str)
CurrencyCode = NewType("CurrencyCode", str)
Json = NewType("Json", object)
Upload = NewType("Upload", object)
_BIG_INT_MAX = 2**63 - 1


def parse_decimal(value: object) -> Decimal:
    """Read a decimal number exactly; NaN, infinity and exponents are refused."""
    text = str(value)
    if isinstance(value, (str, int)) and not isinstance(value, bool) and _DECIMAL.fullmatch(text):
        return Decimal(text)
    # A JSON number with a fraction arrives as a float; its shortest text is what was written.
    if isinstance(value, float) and _DECIMAL.fullmatch(repr(value)):
        return Decimal(repr(value))
    message = f"{text[:40]!r} is not a decimal number such as 12.5."
    raise BadInput(message)


def parse_big_int(value: object) -> int:
    """Read a whole number of up to 64 bits."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _BIG_INT_MAX:
        return value
    message = f"{str(value)[:40]!r} is not a whole number of at most 64 bits."
    raise BadInput(message)


def parse_country(value: object) -> str:
    """Read a country code of ISO 3166-1 alpha-2."""
    if isinstance(value, str) and value in COUNTRIES:
        return value
    message = f"{str(value)[:40]!r} is not a country code of ISO 3166-1 alpha-2, such as CN."
    raise BadInput(message)


def parse_currency(value: object) -> str:
    """Read a currency code of ISO 4217."""
    if isinstance(value, str) and value in CURRENCIES:
        return value
    message = f"{str(value)[:40]!r} is not a currency code of ISO 4217, such as USD."
    raise BadInput(message)


def parse_json(_: object) -> object:
    """Nothing takes JSON as input."""
    message = "JSON is read and never given."
    raise BadInput(message)


def parse_upload(value: object) -> object:
    """A file that came with the request."""
    if isinstance(value, SentFile):
        return value
    message = "A file is sent as a part of a form, and stands here as null; see the README."
    raise BadInput(message)


def _scalar(
    name: str,
    description: str,
    parse: Callable[[object], object],
    address: str | None = None,
) -> ScalarDefinition:
    def literal(node: ValueNode, _variables: object = None) -> object:
        # A number is read from its text, before it could become a binary float.
        if isinstance(node, (IntValueNode, FloatValueNode)) and parse is not parse_decimal:
            return parse(int(node.value))
        return parse(getattr(node, "value", None))

    return ScalarDefinition(
        name=name,
        description=description,
        specified_by_url=address,
        serialize=lambda value: value,
        parse_value=parse,
        parse_literal=literal,
    )


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: _scalar(
        "Decimal",
        "An exact decimal number, written as a string so that no client rounds it.",
        parse_decimal,
    ),
    Json: _scalar("JSON", "Any value of JSON, as it is stored.", parse_json),
    Upload: _scalar(
        "Upload",
        "A file, sent with the request in a form.",
        parse_upload,
        "https://github.com/jaydenseric/graphql-multipart-request-spec",
    ),
    BigInt: _scalar("BigInt", "A whole number of up to 64 bits.", parse_big_int),
    CountryCode: _scalar(
        "CountryCode",
        "A country by its code of ISO 3166-1 alpha-2, such as `CN`.",
        parse_country,
        "https://www.iso.org/iso-3166-country-codes.html",
    ),
    CurrencyCode: _scalar(
        "CurrencyCode",
        "A currency by its code of ISO 4217, such as `USD`.",
        parse_currency,
        "https://www.iso.org/iso-4217-currency-codes.html",
    ),
}
