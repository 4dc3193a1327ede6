"""Footprints as they travel: what goes out comes in identical, and every field has its form."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from consortium.exchange.rules.wire import read_footprint, write_footprint
from consortium.footprints.rules.facts import FootprintFacts
from tests.factories.footprints import FACTS, meaningful

Change = Callable[[dict[str, Any]], object]


@settings(deadline=None)
@given(meaningful())
def test_what_goes_out_comes_in_identical(facts: FootprintFacts) -> None:
    """Through JSON and back, decimals with the places they had, and nothing null on the way."""
    sent = orjson.dumps(write_footprint(facts))

    assert b":null" not in sent.replace(b'"data":null', b"") or facts.extensions
    assert read_footprint(orjson.loads(sent)) == (facts, [])


def test_a_footprint_is_spelled_as_the_specification_does() -> None:
    """Names, decimals as texts, moments in Z, enums as their words."""
    told = write_footprint(FACTS)

    assert told["created"] == "2026-02-01T08:30:00Z"
    assert told["status"] == "Active"
    assert told["productNameCompany"] == "Paper A"
    assert "comment" not in told
    assert told["pcf"]["declaredUnitOfMeasurement"] == "kilogram"
    assert told["pcf"]["biogenicCO2Uptake"] == "-1.80"
    assert told["pcf"]["ccsTechnologicalCO2CaptureIncluded"] is False
    assert told["pcf"]["pcfExcludingBiogenicUptake"] == "1.50"


def _pcf(**changes: Any) -> Change:
    return lambda sent: sent["pcf"].update(changes)


def _top(**changes: Any) -> Change:
    return lambda sent: sent.update(changes)


FALSE_FORMS: dict[str, tuple[Change, str]] = {
    "a word for a number": (_pcf(fossilGhgEmissions="abc"), "pcf.fossilGhgEmissions"),
    "a number that is no text": (_pcf(fossilGhgEmissions=1.25), "pcf.fossilGhgEmissions"),
    "an exponent": (_pcf(declaredUnitAmount="1e3"), "pcf.declaredUnitAmount"),
    "not a number": (_pcf(declaredUnitAmount="NaN"), "pcf.declaredUnitAmount"),
    "digits of another script": (_pcf(declaredUnitAmount="\u0661"), "pcf.declaredUnitAmount"),
    "too many digits": (_pcf(declaredUnitAmount="1" * 61), "pcf.declaredUnitAmount"),
    "an unknown unit": (_pcf(declaredUnitOfMeasurement="kg"), "pcf.declaredUnitOfMeasurement"),
    "null": (_pcf(primaryDataShare=None), "pcf.primaryDataShare"),
    "an empty list": (_pcf(crossSectoralStandards=[]), "pcf.crossSectoralStandards"),
    "a text for a list": (_top(productIds="urn:x:y"), "productIds"),
    "a number in a list": (_top(companyIds=[1]), "companyIds[0]"),
    "a day for a moment": (_top(created="2026-02-01"), "created"),
    "a moment without offset": (_top(created="2026-02-01T08:30:00"), "created"),
    "a day that is none": (_top(created="2026-02-30T08:30:00Z"), "created"),
    "an unknown status": (_top(status="active"), "status"),
    "an id that is no UUID": (_top(id="urn:gtin:4712345060507"), "id"),
    "a missing required field": (
        lambda sent: sent["pcf"].pop("fossilCarbonContent"),
        "pcf.fossilCarbonContent",
    ),
    "no carbon footprint": (lambda sent: sent.pop("pcf"), "pcf"),
    "a carbon footprint that is none": (_top(pcf=[]), "pcf"),
    "a truth in words": (_pcf(packagingEmissionsIncluded="true"), "pcf.packagingEmissionsIncluded"),
    "a null byte": (_top(comment="a\0b"), "comment"),
    "half a rating": (_pcf(dqi={"technologicalDQR": "2"}), "pcf.dqi.geographicalDQR"),
    "an extension without data": (
        _top(extensions=[{"specVersion": "2.0.0", "dataSchema": "https://x.example/s"}]),
        "extensions[0].data",
    ),
}


@pytest.mark.parametrize("what", FALSE_FORMS)
def test_each_field_has_its_form(what: str) -> None:
    """A value of another form is refused by the field's name in PACT's spelling."""
    change, field = FALSE_FORMS[what]
    sent = write_footprint(FACTS)
    change(sent)
    facts, faults = read_footprint(sent)

    assert facts is None
    assert field in {one.field for one in faults}
    assert all(one.field in one.message for one in faults)


@pytest.mark.parametrize("sent", [None, [], "x", 1, {}])
def test_what_is_no_footprint_is_refused(sent: object) -> None:
    """Whatever came in place of one."""
    facts, faults = read_footprint(sent)

    assert facts is None
    assert faults


def test_all_faults_are_told_at_once() -> None:
    """Also of several fields of several objects."""
    sent = write_footprint(FACTS)
    sent["status"] = "?"
    sent["pcf"]["fossilGhgEmissions"] = "?"
    sent["pcf"]["verification"] = {"completedAt": "?"}
    _, faults = read_footprint(sent)

    fields = {"status", "pcf.fossilGhgEmissions", "pcf.verification.completedAt"}
    assert {one.field for one in faults} == fields
    assert len(faults) == len(fields)
