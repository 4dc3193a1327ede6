"""Effects that see the same tonne: found, decided about by a reviewer, and counted once."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import asyncpg
import pytest

from consortium.effects.rules.overlaps import Scope, overlap
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from tests.asking import House, principal
from tests.factories import create_account, create_chain, create_membership, create_organisation
from tests.factories.rows import insert
from tests.factories.shares import create_shared_effect, create_shared_solution

SEEN = """{ effectOverlaps { totalCount nodes { kind state waitingSince lastDecision
  earlier { id } later { id } current { decision reason }
  decisions { nodes { number decision deductedShare supersededOn } } } } }"""
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@dataclass
class Desk:
    """A reviewer of the secretariat, and effects of a turbine, its blades and its bolts."""

    house: House
    by: Principal
    owner: int
    solutions: dict[str, int] = field(default_factory=dict[str, int])
    effects: dict[str, int] = field(default_factory=dict[str, int])

    def seen(self, *names: str, version: int = 1) -> list[dict[str, Any]]:
        return [{"effect": f"effect_{self.effects[one]}", "version": version} for one in names]

    async def effect(self, name: str, of: str, **values: Any) -> int:
        key = await create_shared_effect(
            self.house.database.pool, self.owner, solution_id=self.solutions[of], **values
        )
        self.effects[name] = key
        return key

    def decision(self, one: str, other: str, decision: str, **given: Any) -> dict[str, Any]:
        about = {"effects": self.seen(one, other), "lastDecision": 0, "reason": "As measured."}
        deducted = given.pop("deducted", None)
        if deducted is not None:
            given["deductedEffect"] = f"effect_{self.effects[deducted]}"
        return about | {"decision": decision} | given

    async def decide(self, one: str, other: str, decision: str, **given: Any) -> Any:
        on = given.pop("on", JUNE)
        about = self.decision(one, other, decision, **given)
        return await self.house.do("decideOverlap", self.by, "number decision", on, **about)

    async def refused(self, by: Principal | None = None, **about: Any) -> Any:
        """Code and path of a refusal, after which every table is as it was."""
        before = await self.house.digest()
        answer = await self.house.do("decideOverlap", by or self.by, "number", **about)
        assert await self.house.digest() == before
        assert "code" in answer, answer
        return answer["code"], answer["path"]

    async def kept(self, name: str, on: date = JUNE) -> Decimal:
        found: Decimal = await self.house.database.pool.fetchval(
            "SELECT effect_kept($1, $2)", self.effects[name], on
        )
        return found

    async def undecided(self, name: str) -> bool:
        found: bool = await self.house.database.pool.fetchval(
            "SELECT bool_or(NOT decided) FROM effect_overlaps() WHERE $1 IN (earlier_id, later_id)",
            self.effects[name],
        )
        return found


@pytest.fixture
async def desk(database: Database) -> Desk:
    """A turbine contains blades, and blades contain bolts; an effect of each, of 2025."""
    async with database.pool.acquire() as connection:
        owner = await create_organisation(connection)
        await create_membership(connection, owner, status="MEMBER")
        account = await create_account(connection, email="reviewer@consortium.example")
        desk = Desk(House(database), principal(Role.SECRETARIAT, account=account), owner)
        for name in ("turbine", "blade", "bolt"):
            desk.solutions[name] = await create_shared_solution(connection, owner)
        for whole, part in (("turbine", "blade"), ("blade", "bolt")):
            await insert(
                connection,
                "solution_part",
                containing_id=desk.solutions[whole],
                contained_id=desk.solutions[part],
            )
    await desk.effect("turbines", "turbine")
    await desk.effect("blades", "blade")
    return desk


async def test_a_part_and_its_whole_wait_for_a_decision(desk: Desk) -> None:
    """The pair once, the earlier effect first, since the later one was computed."""
    data = await desk.house.ask(SEEN, desk.by)
    [pair] = data["effectOverlaps"]["nodes"]
    since = pair.pop("waitingSince")

    computed = await desk.house.database.pool.fetchval(
        "SELECT max(computed_at AT TIME ZONE 'UTC')::date FROM effect"
    )
    assert since == computed.isoformat()
    assert pair == {
        "kind": "PART_AND_WHOLE",
        "state": "UNDECIDED",
        "lastDecision": 0,
        "earlier": {"id": f"effect_{desk.effects['turbines']}"},
        "later": {"id": f"effect_{desk.effects['blades']}"},
        "current": None,
        "decisions": {"nodes": []},
    }
    assert await desk.undecided("turbines")
    assert await desk.undecided("blades")
    assert await desk.kept("blades") == 1


async def test_a_part_is_attributed_and_later_decided_anew(desk: Desk) -> None:
    """What counts on a day is what was decided by then; nothing that was decided is lost."""
    share = {"deducted": "blades", "deductedShare": "0.4"}
    first = await desk.decide("blades", "turbines", "ATTRIBUTE", **share)
    assert first == {"number": 1, "decision": "ATTRIBUTE"}
    assert not await desk.undecided("blades")
    assert await desk.kept("blades", MAY) == 1
    assert await desk.kept("blades", JUNE) == Decimal("0.6")
    assert await desk.kept("turbines", JUNE) == 1

    second = await desk.decide("turbines", "blades", "SEPARATE", lastDecision=1, on=JULY)
    assert second == {"number": 2, "decision": "SEPARATE"}
    assert [await desk.kept("blades", day) for day in (MAY, JUNE, JULY)] == [
        1,
        Decimal("0.6"),
        1,
    ]
    [pair] = (await desk.house.ask(SEEN, desk.by))["effectOverlaps"]["nodes"]
    assert (pair["state"], pair["waitingSince"], pair["lastDecision"]) == ("DECIDED", None, 2)
    assert pair["current"] == {"decision": "SEPARATE", "reason": "As measured."}
    assert pair["decisions"]["nodes"] == [
        {
            "number": 1,
            "decision": "ATTRIBUTE",
            "deductedShare": "0.4",
            "supersededOn": JULY.isoformat(),
        },
        {"number": 2, "decision": "SEPARATE", "deductedShare": None, "supersededOn": None},
    ]


@pytest.mark.parametrize("decision", ["BLOCK", "MERGE"])
async def test_a_blocked_effect_counts_no_more(desk: Desk, decision: str) -> None:
    """All of it; the other one counts whole."""
    await desk.decide("blades", "turbines", decision, deducted="blades")

    assert [await desk.kept(name) for name in ("blades", "turbines")] == [0, 1]
    deducted = await desk.house.database.pool.fetchval(
        "SELECT deducted_share FROM effect WHERE id = $1", desk.effects["blades"]
    )
    assert deducted == 1


async def test_other_figures_are_decided_about_anew(desk: Desk) -> None:
    """A decision counts on, but does not stand: the effect is not the one that was looked at."""
    await desk.decide("blades", "turbines", "BLOCK", deducted="blades")
    await desk.house.database.pool.execute(
        "UPDATE effect SET computed_at = now(), version = version + 1 WHERE id = $1",
        desk.effects["turbines"],
    )
    [pair] = (await desk.house.ask(SEEN, desk.by))["effectOverlaps"]["nodes"]

    assert pair["state"] == "CHANGED"
    assert pair["waitingSince"] is not None
    assert await desk.undecided("blades")
    assert await desk.kept("blades") == 0


async def test_others_learn_nothing_of_overlaps(desk: Desk) -> None:
    """Not the owner of both effects, nor an auditor: the list is empty, a decision denied."""
    about = desk.decision("blades", "turbines", "BLOCK", deducted="blades")
    await desk.decide("blades", "turbines", "SEPARATE")
    for role in (Role.APPROVER, Role.ASSURER, Role.AUDITOR, Role.ORGANISATION_ADMIN):
        by = principal(role, organisation=desk.owner)
        data = await desk.house.ask(SEEN, by)
        assert data == {"effectOverlaps": {"totalCount": 0, "nodes": []}}
        assert await desk.refused(by, **about) == ("PERMISSION_DENIED", [])
    assert await desk.refused(principal(), **about) == ("PERMISSION_DENIED", [])


BAD: list[tuple[str, dict[str, Any], str, list[str]]] = [
    ("BLOCK", {}, "OVERLAP_DEDUCTION_INVALID", ["deductedEffect"]),
    ("BLOCK", {"deducted": "apart"}, "OVERLAP_DEDUCTION_INVALID", ["deductedEffect"]),
    (
        "MERGE",
        {"deducted": "blades", "deductedShare": "0.5"},
        "OVERLAP_DEDUCTION_INVALID",
        ["deductedShare"],
    ),
    ("ATTRIBUTE", {"deducted": "blades"}, "OVERLAP_DEDUCTION_INVALID", ["deductedShare"]),
    *(
        (
            "ATTRIBUTE",
            {"deducted": "blades", "deductedShare": share},
            "OVERLAP_DEDUCTION_INVALID",
            ["deductedShare"],
        )
        for share in ("0", "-0.1", "1.1", "0.1234567890123", "1" + "0" * 30)
    ),
    ("SEPARATE", {"deducted": "blades"}, "OVERLAP_DEDUCTION_INVALID", ["deductedEffect"]),
    ("SEPARATE", {"deductedShare": "1"}, "OVERLAP_DEDUCTION_INVALID", ["deductedShare"]),
    ("SEPARATE", {"reason": "  "}, "TEXT_MISSING", ["reason"]),
    ("SEPARATE", {"reason": "x" * 1001}, "TEXT_MISSING", ["reason"]),
    ("SEPARATE", {"lastDecision": 1}, "CHANGED_MEANWHILE", []),
]


@pytest.mark.parametrize(("decision", "given", "code", "path"), BAD)
async def test_bad_decisions_are_refused(
    desk: Desk, decision: str, given: dict[str, Any], code: str, path: list[str]
) -> None:
    """The error names the field, and nothing is written."""
    await desk.effect("apart", "turbine", geography="CN")
    about = desk.decision("blades", "turbines", decision, **given)

    assert await desk.refused(**about) == (code, path)


async def test_what_does_not_overlap_is_not_decided_about(desk: Desk) -> None:
    """Another place; one effect twice, or three; an effect as it was; one that there is not."""
    await desk.effect("apart", "turbine", geography="CN")
    separate = desk.decision("apart", "blades", "SEPARATE")

    assert await desk.refused(**separate) == ("NO_OVERLAP", [])
    for names in (("blades", "blades"), ("blades", "turbines", "apart"), ("blades",)):
        pair = separate | {"effects": desk.seen(*names)}
        assert await desk.refused(**pair) == ("OVERLAP_PAIR_INVALID", ["effects"])
    stale = separate | {"effects": desk.seen("blades", "turbines", version=7)}
    assert await desk.refused(**stale) == ("CHANGED_MEANWHILE", [])
    none = [*desk.seen("blades"), {"effect": "effect_999999", "version": 1}]
    assert await desk.refused(**separate | {"effects": none}) == ("NOT_FOUND", [])


async def test_timeframes_are_neither_merged_nor_attributed(desk: Desk) -> None:
    """Units in both: one blocks the other, or they are told to be different units."""
    await desk.effect("in use", "turbine", timeframe="YEAR_ON_YEAR")
    merge = desk.decision("in use", "turbines", "MERGE", deducted="in use")

    assert await desk.refused(**merge) == ("OVERLAP_DECISION_INVALID", ["decision"])
    await desk.decide("in use", "turbines", "BLOCK", deducted="in use")
    assert await desk.kept("in use") == 0


async def test_no_more_than_all_of_an_effect_lies_in_others(desk: Desk) -> None:
    """0.6 in one and 0.5 in another are too much; 0.4 is all."""
    await desk.effect("more", "turbine", geography="EUROPE")
    sixty = {"deducted": "blades", "deductedShare": "0.6"}
    await desk.decide("blades", "turbines", "ATTRIBUTE", **sixty)
    fifty = {"deducted": "blades", "deductedShare": "0.5"}
    too_much = desk.decision("blades", "more", "ATTRIBUTE", **fifty)

    assert await desk.refused(**too_much) == ("OVERLAP_DEDUCTED_ABOVE_ONE", [])
    await desk.decide("blades", "more", "ATTRIBUTE", deducted="blades", deductedShare="0.4")
    assert await desk.kept("blades") == 0


async def test_no_effect_counts_in_itself(desk: Desk) -> None:
    """Bolts in blades, blades in turbines: then turbines are not in bolts, or nothing counts."""
    await desk.effect("bolts", "bolt")
    await desk.decide("bolts", "blades", "BLOCK", deducted="bolts")
    await desk.decide("blades", "turbines", "BLOCK", deducted="blades")
    ring = desk.decision("turbines", "bolts", "BLOCK", deducted="turbines")

    assert await desk.refused(**ring) == ("OVERLAP_RING", [])
    await desk.decide("turbines", "bolts", "SEPARATE")
    assert [await desk.kept(name) for name in ("turbines", "blades", "bolts")] == [1, 0, 0]


async def test_of_many_reviewers_one_decides(desk: Desk) -> None:
    """Each has seen that nothing was decided; the others are told that something was."""
    answers = await asyncio.gather(
        *(desk.decide("blades", "turbines", "BLOCK", deducted="blades") for _ in range(20))
    )
    heard = sorted(one.get("code", "done") for one in answers)

    assert heard == ["CHANGED_MEANWHILE"] * 19 + ["done"]
    assert await desk.kept("blades") == 0


async def test_many_who_deduct_at_once_never_deduct_more_than_all(desk: Desk) -> None:
    """Ten wholes, 0.15 of the blades in each: six are heard, and 0.1 is left."""
    names = [f"turbines-{at}" for at in range(10)]
    for at, name in enumerate(names):
        start = date(2025, 1, 1) + timedelta(days=at)
        end = start + timedelta(days=364)
        await desk.effect(name, "turbine", period_start=start, period_end=end)
    share = {"deducted": "blades", "deductedShare": "0.15"}
    answers = await asyncio.gather(
        *(desk.decide("blades", name, "ATTRIBUTE", **share) for name in names)
    )
    heard = sorted(one.get("code", "done") for one in answers)

    assert heard == ["OVERLAP_DEDUCTED_ABOVE_ONE"] * 4 + ["done"] * 6
    assert await desk.kept("blades") == Decimal("0.1")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE effect_overlap_decision SET reason = 'x'",
        "UPDATE effect_overlap_decision SET deducted_share = 0.5",
        "UPDATE effect_overlap_decision SET superseded_on = decided_on - 1",
        "DELETE FROM effect_overlap_decision",
        (
            "INSERT INTO effect_overlap_decision (earlier_id, later_id, number, kind, decision,"
            " reason, decided_on, earlier_computed_at, later_computed_at) SELECT earlier_id,"
            " later_id, 2, kind, 'SEPARATE', 'x', decided_on, now(), now()"
            " FROM effect_overlap_decision"
        ),
        "UPDATE effect SET deducted_share = -1",
    ],
)
async def test_the_database_keeps_what_was_decided(desk: Desk, change: str) -> None:
    """Whoever goes past the program is refused as well: one decision in force, none changed."""
    await desk.decide("blades", "turbines", "BLOCK", deducted="blades")
    before = await desk.house.digest()

    with pytest.raises(
        (asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError)
    ):
        await desk.house.database.pool.execute(change)
    assert await desk.house.digest() == before


PLACES = ("GLOBAL", "EUROPE", "ASIA", "DE", "FR", "CN", "AQ", "TW")


@pytest.mark.parametrize("seed", range(4))
async def test_the_pairs_are_those_of_the_rules(database: Database, seed: int) -> None:
    """On generated worlds, of all pairs at once and of one effect; by the rules, pair by pair."""
    random = Random(seed)  # noqa: S311  a world, not a secret
    async with database.pool.acquire() as connection:
        owner = await create_organisation(connection)
        solutions = [await create_shared_solution(connection, owner) for _ in range(7)]
        chains = [None, await create_chain(connection), await create_chain(connection)]
        wholes = await _parts(connection, solutions, random)
        scopes = [
            await _effect(connection, owner, random, solutions, chains, wholes) for _ in range(60)
        ]
        expected = {
            (one.effect, other.effect): kind.value
            for one in scopes
            for other in scopes
            if (kind := overlap(one, other)) is not None
        }
        rows = await connection.fetch("SELECT earlier_id, later_id, kind FROM effect_overlaps()")
        single = {
            (one.effect, row["other_id"]): row["kind"]
            for one in scopes
            for row in await connection.fetch("SELECT * FROM effect_overlaps($1)", one.effect)
        }

    assert len(expected) > 20
    assert single == expected
    assert {(row["earlier_id"], row["later_id"]): row["kind"] for row in rows} == {
        pair: kind for pair, kind in expected.items() if pair[0] < pair[1]
    }
    assert len(rows) * 2 == len(expected)


async def _parts(
    connection: Any, solutions: list[int], random: Random
) -> dict[int, frozenset[int]]:
    """Who contains whom, without a ring: all that contain a solution, at any depth."""
    wholes: dict[int, frozenset[int]] = {}
    for at, part in enumerate(solutions):
        direct = random.sample(solutions[:at], k=min(at, random.randint(0, 2)))
        for whole in direct:
            await insert(connection, "solution_part", containing_id=whole, contained_id=part)
        wholes[part] = frozenset(direct).union(*(wholes[whole] for whole in direct))
    return wholes


async def _effect(
    connection: Any,
    owner: int,
    random: Random,
    solutions: list[int],
    chains: list[int | None],
    wholes: dict[int, frozenset[int]],
) -> Scope:
    solution, chain = random.choice(solutions), random.choice(chains)
    start = date(random.choice([2024, 2025]), 1, 1) + timedelta(days=random.choice([0, 90]))
    about: dict[str, Any] = {
        "geography": random.choice(PLACES),
        "period_start": start,
        "period_end": start + timedelta(days=364),
        "timeframe": random.choice(["FORWARD_LOOKING", "YEAR_ON_YEAR", "YEAR_ON_YEAR"]),
    }
    years = random.sample([2023, 2024, 2025], k=random.choice([0, 1, 1, 2]))
    key = await create_shared_effect(
        connection,
        owner,
        solution_id=solution,
        value_chain_id=chain,
        sold_years=sorted(years),
        **about,
    )
    return Scope(key, solution, wholes[solution], chain, sold_years=frozenset(years), **about)
