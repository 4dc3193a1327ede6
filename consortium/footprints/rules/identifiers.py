"""What names a product: URNs, and in them GTINs and CAS numbers with their check digits.

Sources: RFC 8141 (URNs); GS1 General Specifications, section 7.9 (check digit of a GTIN); CAS,
"Check Digit Verification of CAS Registry Numbers"; PACT technical specification 3.0.3, "Product
Identifier URNs" (`urn:pact:<domain of who issues it>:<kind>:<id>`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote
from uuid import UUID

from consortium.kernel.errors import BadInput

URN_CHARACTERS_MAX = 500

_URN = re.compile(
    r"urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:"
    r"[a-z0-9\-._~!$&'()*+,;=:@%][a-z0-9\-._~!$&'()*+,;=:@%/]*"
    r"(?:\?[+=][^\s#?][^\s#]*)?(?:#[^\s#]*)?",
    re.IGNORECASE | re.ASCII,
)
_PACT = re.compile(r"urn:pact:([^:]+):([^:]+):(.+)", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
_GTIN = re.compile(r"\d{8}|\d{12,14}", re.ASCII)
_CAS = re.compile(r"([1-9]\d{1,6})-(\d\d)-(\d)", re.ASCII)
_GTIN_DIGITS = 14


class IdentifierKind(StrEnum):
    """What a product's identifier is."""

    GTIN = "GTIN"
    CAS = "CAS"
    UUID = "UUID"
    SUPPLIER_CODE = "SUPPLIER_CODE"
    BUYER_CODE = "BUYER_CODE"
    OTHER = "OTHER"


# What stands for itself whoever states it; codes are their issuer's, which their URN names.
UNIVERSAL = frozenset({IdentifierKind.GTIN, IdentifierKind.CAS})

_CODES = {"supplier-id": IdentifierKind.SUPPLIER_CODE, "buyer-id": IdentifierKind.BUYER_CODE}
_SUBSTANCES = "substance-number"


class IdentifierInvalid(BadInput):
    """A product is identified by a URN, such as urn:pact:example.com:supplier-id:1234."""

    code = "IDENTIFIER_INVALID"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A product's identifier: as written, what it is, and the form in which equal ones are equal.

    `key` is the number alone of a GTIN (of 14 digits) and of a CAS number, with its kind before it.
    """

    urn: str
    kind: IdentifierKind
    key: str


def is_urn(text: str) -> bool:
    """Whether a text is a URN (RFC 8141)."""
    return len(text) <= URN_CHARACTERS_MAX and _URN.fullmatch(text) is not None


def identifier_of(urn: str) -> Identifier:
    """What a URN identifies a product by. Raises IdentifierInvalid, with what would be right."""
    urn = urn.strip()
    if not is_urn(urn):
        raise IdentifierInvalid
    namespace, _, rest = urn[len("urn:") :].partition(":")
    match namespace.lower():
        case "gtin":
            return Identifier(urn, IdentifierKind.GTIN, f"gtin:{_gtin(rest)}")
        case "cas":
            return Identifier(urn, IdentifierKind.CAS, f"cas:{_cas(rest)}")
        case "uuid":
            return Identifier(urn, IdentifierKind.UUID, f"urn:uuid:{_uuid(rest)}")
        case "pact":
            return _issued(urn)
        case _:
            return Identifier(urn, IdentifierKind.OTHER, urn_key(urn))


def urn_key(urn: str) -> str:
    """The form in which two URNs are compared: PACT matches them without regard to case."""
    return urn.strip().lower()


def match_keys(urns: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of those URNs; one that is faulty is compared as it is written."""
    return tuple(_key(urn) for urn in urns)


def _key(urn: str) -> str:
    try:
        return identifier_of(urn).key
    except IdentifierInvalid:
        return urn_key(urn)


def _issued(urn: str) -> Identifier:
    parts = _PACT.fullmatch(urn)
    if parts is None or _DOMAIN.fullmatch(parts[1]) is None:
        message = (
            "After urn:pact: stand the domain of who issues the identifier, its kind and itself,"
            " as in urn:pact:example.com:supplier-id:1234."
        )
        raise IdentifierInvalid(message)
    domain, kind = parts[1].lower(), parts[2].lower()
    if domain == "cas.org" and kind == _SUBSTANCES:
        return Identifier(urn, IdentifierKind.CAS, f"cas:{_cas(parts[3])}")
    return Identifier(urn, _CODES.get(kind, IdentifierKind.OTHER), urn_key(urn))


def _gtin(number: str) -> str:
    """The number in 14 digits; the last makes the weighted sum a multiple of ten."""
    if _GTIN.fullmatch(number) is None:
        raise IdentifierInvalid("A GTIN has 8, 12, 13 or 14 digits, and nothing else.")
    full = number.rjust(_GTIN_DIGITS, "0")
    weighted = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(full[:-1]))
    right = -weighted % 10
    if int(full[-1]) != right:
        message = f"The last digit of this GTIN would have to be {right}: look for a typing error."
        raise IdentifierInvalid(message)
    return full


def _cas(number: str) -> str:
    """The number; its last digit is the sum of the others, weighted by their place, modulo 10."""
    parts = _CAS.fullmatch(number)
    if parts is None:
        raise IdentifierInvalid("A CAS number is of the form 13463-67-7.")
    digits = reversed(parts[1] + parts[2])
    right = sum(place * int(digit) for place, digit in enumerate(digits, start=1)) % 10
    if int(parts[3]) != right:
        message = (
            f"The last digit of this CAS number would have to be {right}: look for a typing error."
        )
        raise IdentifierInvalid(message)
    return number


def _uuid(text: str) -> str:
    try:
        return str(UUID(unquote(text)))
    except ValueError:
        message = "A UUID has 32 hexadecimal digits, in groups of 8, 4, 4, 4 and 12."
        raise IdentifierInvalid(message) from None
