"""The queries that are measured, with the values that requests vary."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.bench import directory
from tests.bench.numbers import (
    CHAINS,
    LARGE,
    MEMBERS,
    ORGANISATIONS,
    organisation_name,
    seeded,
)

HERE = Path(__file__).parent
Variables = dict[str, Any]
# A run asks with so many different values of a query's variables, in turn.
VARIETY = 60
KINDS = ("YEAR_ON_YEAR", "FORWARD_LOOKING", "CUMULATIVE")


@dataclass(frozen=True)
class Query:
    """One operation, and the hand-written statement that answers it."""

    name: str
    title: str
    draw: Callable[[Random], Variables]
    # The parameters of the hand-written statement.
    parameters: Callable[[Variables], tuple[Any, ...]]

    @property
    def text(self) -> str:
        """The GraphQL document."""
        return (HERE / "queries" / f"{self.name}.graphql").read_text()

    @property
    def sql(self) -> str:
        """The statement."""
        return (HERE / "sql" / f"{self.name}.sql").read_text()

    def variables(self) -> list[Variables]:
        """The values of a run, the same every time."""
        rng = seeded(self.name)
        return [self.draw(rng) for _ in range(VARIETY)]


def _key(name: str) -> Callable[[Variables], tuple[int]]:
    """The number in a global id."""
    return lambda variables: (int(variables[name].rpartition("_")[2]),)


def _member(rng: Random) -> Variables:
    return {"member": organisation_name(rng.randrange(1, MEMBERS + 1))}


def _name(variables: Variables) -> tuple[str, str]:
    name: str = variables["member"]
    return name, name.casefold()


QUERIES = (
    Query(
        "member",
        "one member by id, 12 fields",
        lambda rng: {"id": f"org_{rng.randrange(1, ORGANISATIONS + 1)}"},
        _key("id"),
    ),
    Query(
        "members",
        "50 members, 5 claims each, initiatives",
        lambda rng: {"employees": rng.randrange(1_000, 100_000)},
        lambda variables: (variables["employees"],),
    ),
    Query(
        "claims",
        "1 000 claims x 10 fields",
        lambda rng: {"organisation": f"org_{rng.randrange(1, LARGE + 1)}"},
        _key("organisation"),
    ),
    Query(
        "chain",
        "a chain six tiers deep",
        lambda rng: {"id": f"chain_{rng.randrange(1, CHAINS + 1)}"},
        _key("id"),
    ),
    Query(
        "totals",
        "three grouped totals from rollups",
        lambda rng: {"kind": rng.choice(KINDS)},
        lambda variables: (variables["kind"],),
    ),
    Query("total", "a member's total by year", _member, _name),
    Query("opened", "the same, each year opened", _member, _name),
)
BY_NAME = {query.name: query for query in QUERIES}


def _day(rng: Random) -> Variables:
    days = (directory.LAST - directory.FIRST).days
    return {"day": (directory.FIRST + timedelta(rng.randrange(days))).isoformat()}


def _rare(rng: Random) -> Variables:
    """A made-up word, all but its last letter typed."""
    key = rng.randrange(1, directory.ORGANISATIONS + 1)
    return {"words": directory.organisation_name(key).split()[0][:-1]}


def _middling(rng: Random) -> Variables:
    """Two letters that one name in a hundred to one in twenty has a word with: hardest of all."""
    key = rng.randrange(1, directory.ORGANISATIONS + 1)
    return {"words": directory.organisation_name(key)[:2]}


def _common(rng: Random) -> Variables:
    return {"words": rng.choice(directory.KINDS)[:-1]}


def _none(_: Variables) -> tuple[Any, ...]:
    return ()


# Of the world of organisations with histories: what they cost, told in readings by id.
BY_ID = Query(
    "member",
    "one organisation by id",
    lambda rng: {"id": f"org_{rng.randrange(1, directory.ORGANISATIONS + 1)}"},
    _none,
)
DIRECTORY = (
    Query("profile", "profile on a past date", _day, _none),
    Query("search", "directory search (common word)", _common, _none),
    Query("search", "directory search (two letters)", _middling, _none),
    Query("search", "directory search (rare word)", _rare, _none),
    Query("directory", "first page of members on a past date", _day, _none),
)
# Of the world of assessed claims.
ASSESSED = (
    Query(
        "assessed",
        "net total of 1,000,000 assessed claims by year",
        lambda rng: {"timeframe": rng.choice(("YEAR_ON_YEAR", "FORWARD_LOOKING"))},
        _none,
    ),
)
