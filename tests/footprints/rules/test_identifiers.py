"""URNs of products, and the numbers in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.footprints.rules.identifiers import (
    IdentifierInvalid,
    IdentifierKind,
    identifier_of,
    is_urn,
    match_keys,
)


@pytest.mark.parametrize(
    ("urn", "kind", "key"),
    [
        ("urn:gtin:4006381333931", IdentifierKind.GTIN, "gtin:04006381333931"),
        ("URN:GTIN:96385074", IdentifierKind.GTIN, "gtin:00000096385074"),
        ("urn:pact:cas.org:substance-number:7732-18-5", IdentifierKind.CAS, "cas:7732-18-5"),
        ("urn:cas:13463-67-7", IdentifierKind.CAS, "cas:13463-67-7"),
        (
            "urn:uuid:5A0E4F10-3C2F-4D53-9A43-0D7E6A1F0001",
            IdentifierKind.UUID,
            "urn:uuid:5a0e4f10-3c2f-4d53-9a43-0d7e6a1f0001",
        ),
        (
            "urn:pact:Mill.Example:Supplier-ID:P-1",
            IdentifierKind.SUPPLIER_CODE,
            "urn:pact:mill.example:supplier-id:p-1",
        ),
        (
            "urn:pact:shop.example:buyer-id:7",
            IdentifierKind.BUYER_CODE,
            "urn:pact:shop.example:buyer-id:7",
        ),
        ("urn:isbn:978-951-0-18435-6", IdentifierKind.OTHER, "urn:isbn:978-951-0-18435-6"),
    ],
)
def test_kinds(urn: str, kind: IdentifierKind, key: str) -> None:
    """A URN tells what it is, and equal ones have an equal key."""
    found = identifier_of(urn)

    assert (found.kind, found.key) == (kind, key)


@pytest.mark.parametrize(
    "urn",
    [
        "4006381333931",
        "urn:x:1",
        "urn:gtin:",
        "urn:gtin:40063813339",
        "urn:cas:7732-18-4",
        "urn:cas:7732185",
        "urn:uuid:69585GB6-56T9-6958-E526-6FDGZJHU1326",
        "urn:pact:mill:supplier-id:1",
        "urn:pact:mill.example:supplier-id",
        f"urn:isbn:{'9' * 500}",
    ],
)
def test_what_names_no_product(urn: str) -> None:
    """What is no URN, or has a number with a false digit, is refused; as a key it is itself."""
    with pytest.raises(IdentifierInvalid):
        identifier_of(urn)

    assert match_keys((urn,)) == (urn.lower(),)


@given(st.integers(0, 10**12 - 1), st.integers(0, 9))
def test_check_digit_of_a_gtin(number: int, last: int) -> None:
    """Of ten last digits one is right, and one changed digit never is."""
    taken = []
    for digit in range(10):
        try:
            identifier_of(f"urn:gtin:{number:012d}{digit}")
            taken.append(digit)
        except IdentifierInvalid:
            pass

    assert len(taken) == 1
    place = number % 12
    digits = f"{number:012d}"
    changed = digits[:place] + str(last) + digits[place + 1 :]
    if changed != digits:
        with pytest.raises(IdentifierInvalid):
            identifier_of(f"urn:gtin:{changed}{taken[0]}")


def test_urns() -> None:
    """As RFC 8141 writes them."""
    assert is_urn("urn:example:a%20b/c?+r?=q#f")
    assert not any(map(is_urn, ("urn:", "urn:example", "urn:ex ample:1", "xurn:example:1")))
