"""What versions of value chains hold, and who stands up and down stream: step by step."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.oracle.asking import Ask
from tests.oracle.kinds import KINDS, SOURCE, Kind, Read, Relation, down, global_id, plain, up
from tests.oracle.world import Row

Step = Callable[[Ask, Row], list[Row]]


def _orders(*columns: str) -> dict[str, Read]:
    return {column.upper(): lambda _, row, name=column: row[name] for column in columns}  # type: ignore[misc]


def _process(ask: Ask, activity: Row) -> list[Row]:
    """All products of an activity's process."""
    rows = ask.world.having("Activity", "chain_version_id", activity["chain_version_id"])
    return [row for row in rows if row["process"] == activity["process"]]


def _suppliers(ask: Ask, activity: Row) -> list[Row]:
    taken = [
        one
        for row in _process(ask, activity)
        for one in ask.world.having("ActivityExchange", "consumer_id", row.id)
    ]
    return [_activity(ask, one["supplier_id"]) for one in taken]


def _customers(ask: Ask, activity: Row) -> list[Row]:
    given = ask.world.having("ActivityExchange", "supplier_id", activity.id)
    takers = [_activity(ask, one["consumer_id"]) for one in given]
    return [row for taker in takers for row in _process(ask, taker)]


def _activity(ask: Ask, key: int) -> Row:
    found = ask.world.get("Activity", key)
    assert found is not None
    return found


def _tiers(step: Step) -> Relation:
    """Who is met within some tiers, where it is met first; never the activity itself."""

    def found(ask: Ask, row: Row, args: Mapping[str, Any]) -> list[Row]:
        tiers, front = {row.id: 0}, [row]
        for tier in range(1, (args.get("tiers") or 1) + 1):
            front = [two for one in front for two in step(ask, one) if two.id not in tiers]
            tiers |= {one.id: tier for one in front}
        return [
            Row("ActivityTier", {"id": key, "tier": tier}) for key, tier in tiers.items() if tier
        ]

    return found


def _later(ask: Ask, version: Row) -> list[Row]:
    """Copies of a version and of its copies, as far as they are the same organisation's."""
    copies = [
        one
        for one in ask.world.having("ChainVersion", "copied_from_id", version.id)
        if one["organisation_id"] == version["organisation_id"]
    ]
    return copies + [later for one in copies for later in _later(ask, one)]


def outdated(ask: Ask, key: int | None) -> list[Row]:
    """Activities of a version of which something newer is known, as far as that is seen."""
    version = ask.world.get("ChainVersion", key) if key else None
    if version is None or not ask.sees(version):
        return []
    later = [one for one in _later(ask, version) if one["status"] == "PUBLISHED" and ask.sees(one)]
    found = []
    for activity in ask.world.having("Activity", "chain_version_id", version.id):
        used = activity["footprint_id"]
        footprint = ask.world.get("Footprint", used) if used else None
        told = {"activity_id": activity.id, "footprint_id": used}
        if footprint is not None and footprint["status"] == "DEPRECATED":
            after = ask.world.having("Footprint", "preceding_id", used)
            newer = after[0].id if after else None
            found.append(told | {"reason": "FOOTPRINT_DEPRECATED", "newer_id": newer})
        found += [
            told | {"reason": "REPLACED", "newer_id": one["footprint_id"], "later_id": copy.id}
            for copy in later
            for one in ask.world.having("Activity", "chain_version_id", copy.id)
            if one["code"] == activity["code"] and one["footprint_id"] not in {None, used}
        ]
    found.sort(key=lambda one: (one["activity_id"], one.get("later_id") or 0))
    return [
        Row("OutdatedActivity", {"id": at, "later_id": None} | one) for at, one in enumerate(found)
    ]


WITH_VERSION = {"chainVersion": up("ChainVersion", "chain_version_id")}

KINDS |= {
    "ChainVersion": Kind(
        global_id("chainversion")
        | plain("reference", "title", "status", "visibility", "version", "recorded_at")
        | plain("published_on"),
        {
            "valueChain": up("ValueChain", "value_chain_id"),
            "organisation": up("Organisation", "organisation_id"),
            "source": SOURCE,
            "copiedFrom": up("ChainVersion", "copied_from_id"),
        },
        {
            "copies": down("ChainVersion", "copied_from_id"),
            "outdated": lambda ask, row, _: outdated(ask, row.id),
            "activities": down("Activity", "chain_version_id"),
        },
        _orders("reference", "recorded_at", "published_on"),
    ),
    "Activity": Kind(
        global_id("activity")
        | plain("code", "process", "name", "product", "unit", "output", "share", "geography")
        | plain("period_start", "period_end"),
        WITH_VERSION
        | {
            "organisation": up("Organisation", "organisation_id"),
            "stage": up("ValueChainStage", "stage_id"),
            "footprint": up("Footprint", "footprint_id"),
            "source": SOURCE,
        },
        {
            "inputs": down("ActivityExchange", "consumer_id"),
            "uses": down("ActivityExchange", "supplier_id"),
            "emissions": down("ActivityEmission", "activity_id"),
            "computedFootprints": down("Footprint", "activity_id"),
            "suppliers": _tiers(_suppliers),
            "customers": _tiers(_customers),
        },
        _orders("code", "name", "product"),
        ("CODE",),
    ),
    "ChainComputation": Kind(
        global_id("computation")
        | plain("status", "draws", "draws_wanted", "code", "message", "version")
        | plain("asked_at", "started_at", "ended_at"),
        orders=_orders("asked_at"),
    ),
    "ActivityExchange": Kind(
        plain("amount", "stated_amount", "stated_unit", "uncertainty", "error_source"),
        {
            "consumer": up("Activity", "consumer_id"),
            "supplier": up("Activity", "supplier_id"),
            "source": SOURCE,
        },
    ),
    "ActivityEmission": Kind(
        plain("gas", "mass_kg", "uncertainty", "error_source"),
        orders=_orders("gas"),
        default_order=("GAS",),
    ),
    "OutdatedActivity": Kind(
        plain("reason"),
        {
            "activity": up("Activity", "activity_id"),
            "footprint": up("Footprint", "footprint_id"),
            "newer": up("Footprint", "newer_id"),
            "laterVersion": up("ChainVersion", "later_id"),
        },
    ),
    "ActivityTier": Kind(
        plain("tier"),
        {"activity": up("Activity", "id")},
        orders=_orders("tier"),
        default_order=("TIER",),
    ),
}
