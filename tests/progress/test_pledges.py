"""Pledges are recorded, changed and withdrawn by their owner, and what they said is kept."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from consortium.avoided.actions import rebuild_all, refresh
from consortium.identity.rules.roles import Role
from consortium.progress.actions.checking import check_pledges
from consortium.storage.database import Database
from tests.asking import principal
from tests.effects.story import Engineer, engineer
from tests.factories import create_claim
from tests.factories.progress import create_pledge
from tests.factories.shares import create_shared_effect
from tests.served import TODAY

PLEDGE = {
    "reference": "by-2030",
    "statement": "15 kt less by 2030.",
    "quantityKgCo2e": "15000000",
    "startsOn": "2021-01-01",
    "endsOn": "2030-12-31",
    "source": {"url": "https://pledge.example", "title": "Our pledge"},
}
SAID = "number quantity(unit: KILOTONNE_CO2E) scope knownFrom knownTo source { url }"
LATER = date(TODAY.year + 1, 1, 5)


@pytest.fixture
async def wei(database: Database) -> Engineer:
    """An approver of a member."""
    return await engineer(database)


async def pledges(by: Engineer, asker: Any, wanted: str) -> Any:
    """Every pledge that somebody sees."""
    data = await by.house.ask(f"{{ pledges(first: 10) {{ nodes {{ {wanted} }} }} }}", asker, LATER)
    return data["pledges"]["nodes"]


async def test_a_pledge_from_the_first_word_to_the_last(wei: Engineer) -> None:
    """Private until shown; what it said stays known; withdrawn it stays on record."""
    key = await wei.id_of("recordPledge", **PLEDGE)
    public = principal(member=False)
    assert await pledges(wei, public, "id") == []

    more = {"pledge": key, "version": 1, "quantityKgCo2e": "20000000", "visibility": "PUBLIC"}
    await wei.house.do("changePledge", wei.by, on=LATER, **more, scope="Heat pumps.")
    [told] = await pledges(
        wei,
        public,
        f"id disclosed version visibility quantity(unit: KILOTONNE_CO2E) scope terms {{ {SAID} }}"
        f' before: progress(knownAt: "{TODAY}") {{ quantity(unit: KILOTONNE_CO2E) }}'
        " now: progress { quantity(unit: KILOTONNE_CO2E) }"
        ' earlier: progress(knownAt: "2020-01-01") { quantity }',
    )

    assert (told["id"], told["disclosed"], told["version"], told["visibility"]) == (
        key,
        False,
        2,
        "PUBLIC",
    )
    assert (told["quantity"], told["scope"]) == ("20", "Heat pumps.")
    assert [(one["number"], one["quantity"], one["scope"]) for one in told["terms"]] == [
        (1, "15", None),
        (2, "20", "Heat pumps."),
    ]
    first, last = told["terms"]
    assert (first["knownFrom"], first["knownTo"]) == (str(TODAY), str(LATER))
    assert (last["knownFrom"], last["knownTo"]) == (str(LATER), None)
    # What was left out stayed.
    assert first["source"] == last["source"] == {"url": "https://pledge.example"}
    assert told["before"] == {"quantity": "15"}
    assert told["now"] == {"quantity": "20"}
    assert told["earlier"] is None

    stale = {"pledge": key, "version": 1}
    assert await wei.refused("withdrawPledge", **stale, reason="No.") == ("CHANGED_MEANWHILE", [])
    assert await wei.refused("withdrawPledge", pledge=key, version=2, reason=" ") == (
        "TEXT_MISSING",
        ["reason"],
    )
    ended = await wei.do(
        "withdrawPledge", "withdrawnBecause version", pledge=key, version=2, reason="Another."
    )
    assert ended == {"withdrawnBecause": "Another.", "version": 3}
    assert await wei.refused("changePledge", pledge=key, version=3) == ("PLEDGE_WITHDRAWN", [])
    assert len(await pledges(wei, public, "id")) == 1


BAD: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"reference": "no blanks"}, "REFERENCE_INVALID", "reference"),
    ({"statement": " "}, "TEXT_MISSING", "statement"),
    ({"statement": "We are carbon neutral."}, "WORDING_MISLEADING", "statement"),
    ({"quantityKgCo2e": "0"}, "PLEDGE_QUANTITY_INVALID", "quantityKgCo2e"),
    ({"quantityKgCo2e": "-1"}, "PLEDGE_QUANTITY_INVALID", "quantityKgCo2e"),
    ({"endsOn": "2020-12-31"}, "PLEDGE_WINDOW_INVALID", "endsOn"),
    ({"endsOn": "2122-01-01"}, "PLEDGE_WINDOW_INVALID", "endsOn"),
)


async def test_bad_pledges_are_refused(wei: Engineer) -> None:
    """The error names the field."""
    for given, code, field in BAD:
        assert await wei.refused("recordPledge", **PLEDGE | given) == (code, [field])


async def test_whose_pledge_it_is(wei: Engineer, database: Database) -> None:
    """A reference is one's own; another's public pledge is not to be changed, nor by an editor."""
    key = await wei.id_of("recordPledge", **PLEDGE, visibility="PUBLIC")
    other = await engineer(database, "Other")
    editor = principal(Role.EDITOR, organisation=wei.by.organisation_id)
    change = {"pledge": key, "version": 1, "statement": "More."}

    assert await wei.refused("recordPledge", **PLEDGE) == ("PLEDGE_EXISTS", ["reference"])
    assert await other.id_of("recordPledge", **PLEDGE)
    assert await other.refused("changePledge", **change) == ("PERMISSION_DENIED", [])
    assert await wei.house.refused("changePledge", editor, **change) == "PERMISSION_DENIED"
    hidden = await other.refused("withdrawPledge", pledge="pledge_999", version=1, reason="No.")
    assert hidden == ("NOT_FOUND", [])


async def test_two_who_change_a_pledge_at_once(wei: Engineer, database: Database) -> None:
    """One of them is told that it was changed; two of one name are one."""
    key = await wei.id_of("recordPledge", **PLEDGE)
    change = {"pledge": key, "version": 1}
    changes = [wei.do("changePledge", **change, statement=f"Less {at}.") for at in range(8)]
    records = [wei.do("recordPledge", **PLEDGE | {"reference": "same"}) for _ in range(8)]
    changed, recorded = await asyncio.gather(asyncio.gather(*changes), asyncio.gather(*records))

    assert sorted(one.get("code", "") for one in changed) == ["", *["CHANGED_MEANWHILE"] * 7]
    assert sorted(one.get("code", "") for one in recorded) == ["", *["PLEDGE_EXISTS"] * 7]
    number = int(key.removeprefix("pledge_"))
    said = await database.pool.fetch(
        "SELECT number, known_to FROM pledge_terms WHERE pledge_id = $1 ORDER BY number", number
    )
    assert [row["number"] for row in said] == [1, 2]
    assert said[1]["known_to"] is None


async def test_a_disclosed_target_is_a_pledge(wei: Engineer, database: Database) -> None:
    """It follows its claim, and is changed where figures are loaded from and nowhere else."""
    owner = wei.by.organisation_id
    assert owner is not None
    about = {"record_type": "TARGET", "kind": "CUMULATIVE", "known_on": date(2022, 1, 1)}
    claim = await create_claim(
        database.pool,
        owner,
        reference="goal",
        period_end=date(2030, 12, 31),
        as_published="much",
        visibility="CONSORTIUM",
        **about,
    )
    await create_claim(database.pool, owner, **about | {"kind": "YEAR_ON_YEAR"})
    await rebuild_all(today=TODAY)
    member, public = principal(Role.VIEWER, organisation=owner), principal(member=False)
    [told] = await pledges(
        wei,
        member,
        "id reference disclosed statement visibility claim { reference } terms { number }",
    )

    assert told == told | {
        "reference": "goal",
        "disclosed": True,
        "statement": "much",
        "visibility": "CONSORTIUM",
        "claim": {"reference": "goal"},
        "terms": [],
    }
    assert await pledges(wei, public, "id") == []
    refused = await wei.refused("changePledge", pledge=told["id"], version=1, statement="Less.")
    assert refused == ("PLEDGE_DISCLOSED", [])

    rename = "UPDATE avoided_claim SET reference = 'aim', visibility = 'PUBLIC' WHERE id = $1"
    await database.pool.fetch(rename, claim)
    assert await pledges(wei, public, "reference") == [{"reference": "aim"}]
    with database.active():
        assert await check_pledges() == []
    undo = "UPDATE avoided_claim SET record_type = 'PROJECTION' WHERE id = $1"
    await database.pool.fetch(undo, claim)
    assert await pledges(wei, member, "id") == []
    with database.active():
        assert await check_pledges() == []

    # Written past the triggers, as nobody may: the doctor tells.
    lost = "INSERT INTO pledge (reference, organisation_id, claim_id) VALUES ('no', $1, $2)"
    await database.pool.fetch(lost, owner, claim)
    with database.active():
        [told] = await check_pledges()
    assert told.endswith("is not the disclosed target aim")


TERMS = """
INSERT INTO pledge_terms (pledge_id, number, statement, quantity_kg_co2e, starts_on, ends_on,
    known_from, known_to)
SELECT id, 2, 'x', {}, '2026-01-01', {} FROM pledge
"""
FORBIDDEN = (
    ("UPDATE pledge_terms SET statement = 'Never said.'", "pledge_terms_stay"),
    ("UPDATE pledge SET visibility = NULL", "pledge_of_claim_or_own"),
    ("UPDATE pledge SET withdrawn_on = '2026-01-01'", "pledge_withdrawn_whole"),
    (TERMS.format("1, '2021-01-01', '2022-01-01'", "NULL"), "pledge_terms_current_key"),
    (
        TERMS.format("0, '2021-01-01', '2022-01-01'", "'2026-01-02'"),
        "pledge_terms_quantity_positive",
    ),
    (TERMS.format("1, '2023-01-01', '2022-01-01'", "'2026-01-02'"), "pledge_terms_window_ordered"),
    (TERMS.format("1, '2021-01-01', '2022-01-01'", "'2025-01-02'"), "pledge_terms_days_ordered"),
)


async def test_the_database_holds_it_too(wei: Engineer, database: Database) -> None:
    """Whoever writes."""
    assert wei.by.organisation_id is not None
    await create_pledge(database.pool, wei.by.organisation_id)
    for sql, constraint in FORBIDDEN:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
            await database.pool.execute(sql)
        assert caught.value.constraint_name == constraint


async def test_a_claim_that_an_effect_covers_still_tells_of_its_year(wei: Engineer) -> None:
    """It leaves the disclosed total, for assessed claims stand beside that; none stand here."""
    pool, owner = wei.house.database.pool, wei.by.organisation_id
    assert owner is not None
    year: dict[str, Any] = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)}
    claim = await create_claim(pool, owner, year=2023, known_on=date(2024, 3, 1), **year)
    effect = await create_shared_effect(pool, owner, sold_years=(2023,), **year)
    await create_pledge(pool, owner, starts_on=date(2023, 1, 1), ends_on=date(2030, 12, 31))
    await pool.execute(
        "INSERT INTO avoided_cover (claim_id, effect_id, reason, covered_on)"
        " VALUES ($1, $2, 'The same pumps.', $3)",
        claim,
        effect,
        date(2024, 3, 1),
    )
    with wei.house.database.active():
        await refresh([owner], today=TODAY)
    reasons = await pool.fetch("SELECT reason FROM avoided_standing WHERE claim_id = $1", claim)
    assert [row[0] for row in reasons] == ["COVERED_BY_EFFECT"]

    [told] = await pledges(wei, principal(), "progress { achieved missing { startsOn } }")

    assert told["progress"]["achieved"] == "1000"
    assert {"startsOn": "2023-01-01"} not in told["progress"]["missing"]
