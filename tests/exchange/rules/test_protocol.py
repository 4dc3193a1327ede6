"""The protocol's small rules: filters, pages, events, addresses, retries."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consortium.exchange.rules.addresses import (
    PartnerAddressInvalid,
    checked_address,
    events_address,
    registered_source,
    same_host,
)
from consortium.exchange.rules.events import EventInvalid, EventKind, read_event
from consortium.exchange.rules.filters import CriterionInvalid, Filters, read_criteria, read_query
from consortium.exchange.rules.paging import PageInvalid, next_link, read_page
from consortium.exchange.rules.retries import RETRIES
from consortium.kernel.errors import BadInput

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def test_filters_are_read_as_the_specification_spells_them() -> None:
    """Repeated names are alternatives, in any case; a moment may have lost its plus on the way."""
    pairs = [
        ("productId", "urn:A"),
        ("productid", "urn:b"),
        ("geography", "DE"),
        ("geography", ""),
        ("validOn", "2026-01-01T01:00:00 01:00"),
        ("status", "BogusStatus"),
    ]

    assert read_query(pairs) == Filters(
        product_id=("urn:a", "urn:b"),
        geography=("de",),
        valid_on=(NEW_YEAR,),
        status=("bogusstatus",),
    )


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"validOn": "tomorrow"}, "validOn"),
        ({"validAfter": ["2026-13-01T00:00:00Z"]}, "validAfter"),
        ({"productID ": "x"}, "productID "),
        ({"$filter": "x"}, "$filter"),
        ({"geography": 7}, "geography"),
        ({"geography": [["DE"]]}, "geography"),
        ({"companyId": ["x\0"]}, "companyId"),
    ],
)
def test_what_is_no_criterion_is_refused_by_its_name(given_: dict[str, Any], field: str) -> None:
    """Values that nobody has are fine; what cannot be a value is not."""
    with pytest.raises(CriterionInvalid) as refused:
        read_criteria(given_)

    assert refused.value.path == (field,)


@settings(deadline=None)
@given(
    st.builds(
        Filters,
        product_id=st.lists(st.text("abc:", min_size=1).map(str.lower), unique=True).map(tuple),
        valid_on=st.lists(st.datetimes(timezones=st.just(UTC)), unique=True, max_size=2).map(tuple),
    )
)
def test_filters_travel_unchanged(filters: Filters) -> None:
    """What is written is read again the same."""
    assert read_criteria(filters.wire()) == filters


@settings(deadline=None)
@given(st.integers(0, 2**59))
def test_a_link_leads_to_its_place(place: int) -> None:
    """With the parameters that were asked with."""
    pairs = [("geography", "DE FR"), ("limit", "10"), ("after", "old")]
    link = next_link("https://a.example/3/footprints", pairs, place)
    url, _, rel = link.partition("; ")
    query = parse_qsl(url[1:-1].partition("?")[2])

    assert rel == 'rel="next"'
    assert [name for name, _ in query] == ["geography", "limit", "after"]
    assert read_page(query) == read_page([("limit", "10"), query[-1]])
    assert read_page(query).after == place


@pytest.mark.parametrize(
    "pair",
    [("limit", "-1"), ("limit", "ten"), ("limit", "1.5"), ("limit", "9" * 19), ("after", "x")],
)
def test_a_page_that_is_none_is_refused(pair: tuple[str, str]) -> None:
    """By the parameter's name."""
    with pytest.raises(PageInvalid) as refused:
        read_page([pair])

    assert refused.value.path == (pair[0],)


def event(kind: EventKind, data: object, **changes: Any) -> dict[str, Any]:
    """An event as it travels."""
    about = {"specversion": "1.0", "id": "run/12", "source": "//a.example/3/events"}
    return {"type": kind.wire, **about, "time": "2026-01-01T00:00:00Z", "data": data} | changes


FULFILLED = {"requestEventId": "x", "pfs": [{}]}
FALSE_EVENTS: list[tuple[object, tuple[str, ...]]] = [
    ([], ()),
    (event(EventKind.PUBLISHED, {}, type="org.wbcsd.pact.Other"), ("type",)),
    (event(EventKind.PUBLISHED, {}, specversion="0.3"), ("specversion",)),
    (event(EventKind.PUBLISHED, None), ("data",)),
    (event(EventKind.PUBLISHED, {}), ("data", "pfIds")),
    (event(EventKind.PUBLISHED, {"pfIds": []}), ("data", "pfIds")),
    (event(EventKind.PUBLISHED, {"pfIds": ["urn:gtin:4712345060507"]}), ("data", "pfIds")),
    (event(EventKind.REQUEST_FULFILLED, FULFILLED, id=""), ("id",)),
    (event(EventKind.REQUEST_FULFILLED, FULFILLED, time="2026-01-01T00:00:00"), ("time",)),
    (event(EventKind.REQUEST_FULFILLED, {"requestEventId": "x", "pfs": []}), ("data", "pfs")),
    (event(EventKind.REQUEST_FULFILLED, {"requestEventId": "x", "pfs": [1]}), ("data", "pfs")),
    (event(EventKind.REQUEST_REJECTED, {"requestEventId": "x"}), ("data", "error")),
    (
        event(EventKind.REQUEST_REJECTED, {"requestEventId": "x", "error": {"code": "NotFound"}}),
        ("data", "error", "message"),
    ),
    (event(EventKind.REQUEST_CREATED, {"productId": 1}), ("data", "productId")),
    (event(EventKind.REQUEST_CREATED, {"colour": ["red"]}), ("data", "colour")),
    (event(EventKind.REQUEST_CREATED, {"comment": 7}), ("data", "comment")),
]


@pytest.mark.parametrize(("sent", "path"), FALSE_EVENTS)
def test_an_event_is_read_strictly(sent: object, path: tuple[str, ...]) -> None:
    """What is wrong is told by the field's name."""
    with pytest.raises(BadInput) as refused:
        read_event(sent)

    assert refused.value.path == path
    assert isinstance(refused.value, EventInvalid | CriterionInvalid)


def test_an_event_travels_unchanged() -> None:
    """Its id need not be a UUID."""
    sent = event(EventKind.REQUEST_CREATED, {"productId": ["urn:pact:null"], "comment": "Please."})

    assert read_event(sent).wire() == sent


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("https://a.example", True),
        ("https://A.example/", True),
        ("https://a.example:443/3/events", True),
        ("//a.example/3/events", True),
        ("https://b.example/pact", True),
        ("http://a.example", False),
        ("https://a.example.evil.example", False),
        ("https://a.example@evil.example", False),
        ("https://a.example:8443", False),
        ("https://a.example/3/events/x", False),
        ("//169.254.169.254/3/events", False),
        ("urn:a.example", False),
        ("", False),
    ],
)
def test_a_source_is_a_registered_address(source: str, found: bool) -> None:
    """Its answers go to the registered address, whatever was sent."""
    registered = ["https://a.example", "https://b.example/pact"]

    assert (registered_source(source, registered) in registered) is found


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "https://",
        "https://u:p@a.example",
        "https://a.example?x=1",
        "https://a.example#x",
        "https://a.example\\@b.example",
        "https://a.example:0",
        "https://a.example:99999",
        "ftp://a.example",
        "https://a b.example",
    ],
)
def test_only_plain_https_addresses_are_registered(url: str) -> None:
    """No user, query or fragment."""
    with pytest.raises(PartnerAddressInvalid):
        checked_address(url)


def test_addresses_are_kept_in_one_spelling() -> None:
    """So that they can be compared."""
    assert checked_address(" https://A.Example:443/pact/ ") == "https://a.example/pact"
    assert events_address("https://a.example/pact") == "https://a.example/pact/3/events"
    assert events_address("https://a.example/3/events") == "https://a.example/3/events"
    assert same_host("https://a.example/x", "https://a.example:443/y")
    assert not same_host("https://a.example/x", "https://a.example:444/y")


@settings(deadline=None)
@given(st.integers(0, 300_000))
def test_retries_end_after_72_hours(late_seconds: int) -> None:
    """The next attempt is later, within the 72 hours, and there is none after them."""
    now = NEW_YEAR + timedelta(seconds=late_seconds)
    found = RETRIES.next_try(NEW_YEAR, 5, now)

    if now >= NEW_YEAR + RETRIES.given_up_after:
        assert found is None
    else:
        assert found is not None
        assert now < found <= NEW_YEAR + RETRIES.given_up_after


def test_waits_double_up_to_six_hours() -> None:
    """A partner that is down for the whole time is asked some twenty times."""
    now, attempts, waits = NEW_YEAR, 0, []
    while True:
        attempts += 1
        again = RETRIES.next_try(NEW_YEAR, attempts, now)
        if again is None:
            break
        waits.append(again - now)
        now = again

    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(waits) == timedelta(hours=6)
    assert sum(waits, timedelta()) == RETRIES.given_up_after
    assert 15 < attempts < 30
