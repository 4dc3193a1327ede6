"""Value chains: a large one asked over HTTP, and a smaller one beside Brightway's `bw2calc`.

Both are random with loops everywhere: amounts are lognormal, and what an activity needs of others
adds up to GROWTH of what it makes, whatever its unit.
"""

import http.client
import statistics
import time
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from consortium.storage.embedded import EmbeddedServer
from consortium.value_chains.rules.building import Recorded, chain_of
from consortium.value_chains.rules.questions import Question, answered, of_products
from tests.bench.servers import Server, ServerFailed, children, running

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[asyncpg.Record]

CHAINS: Final = "bench_chains"
ACTIVITIES, EXCHANGES = 100_000, 500_000
FEW_ACTIVITIES, FEW_EXCHANGES = 10_000, 50_000
GROWTH = 0.6
GASES = ("CH4_FOSSIL", "CO2", "N2O")
DEMANDS = 21
MANY = 1_000

WHOLE = """query ($version: ID!, $demand: [ChainDemandInput!]!) {
  chainFootprint(version: $version, demand: $demand) { footprint method }
}"""

ORGANISATION = """
INSERT INTO organisation (name, name_key, search_text) VALUES ('Bench', 'bench', 'bench')
RETURNING id
"""
VERSION = """
WITH chain AS (
    INSERT INTO value_chain (name, name_key) VALUES ('Bench', 'bench') RETURNING id
)
INSERT INTO chain_version (value_chain_id, organisation_id, reference, title)
SELECT id, $1, 'bench', 'Bench' FROM chain RETURNING id
"""
PUBLISH = """
UPDATE chain_version
SET status = 'PUBLISHED', published_on = '2026-01-01', visibility = 'PUBLIC'
"""


@dataclass(frozen=True)
class ChainsMeasured:
    """Seconds, and megabytes of the process that solves."""

    first_seconds: float
    next_seconds: float
    solver_megabytes: float
    few_first_seconds: float
    few_next_seconds: float
    # Of each of MANY products whose footprints are asked for at once.
    few_many_seconds: float
    # Of bw2calc; unknown where it is not installed.
    bw2calc_first_seconds: float | None = None
    bw2calc_next_seconds: float | None = None
    largest_difference: float | None = None

    def as_json(self) -> dict[str, Any]:
        """What was measured."""
        return asdict(self)

    def as_markdown(self) -> list[str]:
        """A table for people."""
        lines = [
            self._large(),
            "",
            _columns(f"{FEW_ACTIVITIES:,} activities, {FEW_EXCHANGES:,} exchanges"),
            "|---|--:|--:|--:|",
            _row("first demand", self.few_first_seconds, self.bw2calc_first_seconds),
            _row(
                "each further demand (its total)", self.few_next_seconds, self.bw2calc_next_seconds
            ),
            _row(f"each of {MANY:,} at once", self.few_many_seconds, self.bw2calc_next_seconds),
        ]
        if self.largest_difference is None:
            return [*lines, "", "bw2calc was not installed."]
        told = f"Largest relative difference of the answers: {self.largest_difference:.1e}."
        return [*lines, "", told]

    def _large(self) -> str:
        return (
            f"{ACTIVITIES:,} activities, {EXCHANGES:,} exchanges with loops, asked over HTTP:"
            f" first answer {self.first_seconds:.2f} s with loading, each further demand"
            f" {self.next_seconds:.2f} s (median), {self.solver_megabytes:.0f} MB in the process"
            " that solves."
        )


def _columns(title: str) -> str:
    return f"| {title} | this | bw2calc | bw2calc to this |"


def _row(title: str, ours: float, theirs: float | None) -> str:
    if theirs is None:
        return f"| {title} | {_short(1000 * ours)} ms | | |"
    times = f"{_short(1000 * ours)} ms | {_short(1000 * theirs)} ms"
    return f"| {title} | {times} | {_short(theirs / ours)} |"


def _short(value: float) -> str:
    """Three digits, and all of those before the point."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def random_rows(activities: int, exchanges: int, seed: int = 1) -> Recorded:
    """The rows of a random chain, with ids from 1."""
    random = np.random.default_rng(seed)
    consumers = random.integers(0, activities, exchanges)
    suppliers = random.integers(0, activities, exchanges)
    amounts = random.lognormal(0, 1.5, exchanges)
    taken = np.bincount(consumers, amounts, activities)
    amounts *= GROWTH / taken[consumers]
    ids = np.arange(1, activities + 1)
    ones = np.ones(activities)
    no_one = np.zeros(activities, dtype=np.int64)
    emitting = np.repeat(ids, len(GASES))
    gases = np.tile(np.arange(len(GASES)), activities)
    return Recorded(
        gases=GASES,
        activities=_rows(
            id=ids,
            code=ids,
            process=ids,
            output=ones,
            share=ones,
            organisation=no_one,
            stage=no_one,
        ),
        exchanges=_rows(consumer=consumers + 1, supplier=suppliers + 1, amount=amounts),
        emissions=_rows(activity=emitting, gas=gases, mass_kg=random.random(len(emitting))),
        exchange_errors=_rows(
            consumer=ids[:0], supplier=ids[:0], uncertainty=ones[:0], name=ids[:0]
        ),
        emission_errors=_rows(activity=ids[:0], gas=ids[:0], uncertainty=ones[:0], name=ids[:0]),
    )


def _rows(**columns: Any) -> Any:
    rows = np.empty(
        len(next(iter(columns.values()))), [(name, one.dtype) for name, one in columns.items()]
    )
    for name, one in columns.items():
        rows[name] = one
    return rows


async def fill(connection: "Connection") -> None:
    """A published version of the large chain, which everyone sees."""
    rows = random_rows(ACTIVITIES, EXCHANGES)
    organisation = await connection.fetchval(ORGANISATION)
    version = await connection.fetchval(VERSION, organisation)
    each = rows.activities["id"].tolist()
    await _copy(
        connection,
        "activity",
        "id chain_version_id code process name product unit output",
        ((one, version, str(one), str(one), "Making", "Product", "kg", 1) for one in each),
    )
    await _copy(
        connection,
        "activity_exchange",
        "chain_version_id consumer_id supplier_id amount stated_amount stated_unit",
        ((version, *one, one[2], "kg") for one in rows.exchanges.tolist()),
    )
    await _copy(
        connection,
        "activity_emission",
        "chain_version_id activity_id gas mass_kg",
        ((version, one, GASES[gas], mass) for one, gas, mass in rows.emissions.tolist()),
    )
    await connection.execute(PUBLISH)


async def _copy(connection: Any, table: str, columns: str, records: Any) -> None:
    await connection.copy_records_to_table(table, records=records, columns=columns.split())


def measure_chains(server: EmbeddedServer) -> ChainsMeasured:
    """All of it, one after the other."""
    with running(["api"], server.dsn(CHAINS)) as [api]:
        times = [_asked(api, position * 37 + 1) for position in range(DEMANDS)]
        megabytes = max(map(_peak_megabytes, children(api.pid)))
    rows = random_rows(FEW_ACTIVITIES, FEW_EXCHANGES)
    ours, answers = _ours(rows)
    measured = (times[0], statistics.median(times[1:]), megabytes)
    few = (ours[0], statistics.median(ours[1:]), _many(rows) / MANY)
    if find_spec("bw2calc") is None:
        return ChainsMeasured(*measured, *few)
    theirs, found = _bw2calc(rows)
    differences = np.abs(np.array(answers) / np.array(found) - 1)
    return ChainsMeasured(
        *measured, *few, theirs[0], statistics.median(theirs[1:]), float(differences.max())
    )


def _asked(api: Server, activity: int) -> float:
    variables = {
        "version": "chainversion_1",
        "demand": [{"activity": f"activity_{activity}", "amount": "1"}],
    }
    body = orjson.dumps({"query": WHOLE, "variables": variables})
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=60)
    connection.request("POST", "/graphql", body, {"content-type": "application/json"})
    content = connection.getresponse().read()
    connection.close()
    seconds = time.perf_counter() - started
    if orjson.loads(content).get("data", {}).get("chainFootprint") is None:
        raise ServerFailed(f"The API cannot answer: {content[:500]!r}")
    return seconds


def _peak_megabytes(pid: int) -> float:
    """The most memory that a process has held; as Linux tells it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _question(activity: int) -> Question:
    return Question({activity: 1.0}, dict.fromkeys(GASES, 1.0), frozenset(), 0.01, 1, 100, 1)


def _ours(rows: Recorded) -> tuple[list[float], list[float]]:
    """Seconds and answers, demand by demand; the first with making the system."""
    times, answers, chain = [], [], None
    for activity in range(1, DEMANDS + 1):
        started = time.perf_counter()
        chain = chain or chain_of(rows)
        answers.append(float(answered(chain, _question(activity))["kg_co2e"]))
        times.append(time.perf_counter() - started)
    return times, answers


def _many(rows: Recorded) -> float:
    """Seconds for many products at once, of a system that is at hand and was asked once."""
    chain = chain_of(rows)
    answered(chain, _question(1))
    wanted = dict.fromkeys(range(1, MANY + 1), 1.0)
    started = time.perf_counter()
    of_products(chain, _question(1)._replace(demand=wanted))
    return time.perf_counter() - started


def _bw2calc(rows: Recorded) -> tuple[list[float], list[float]]:
    """The same by bw2calc, from a package of arrays at hand; the first with its matrices."""
    # By name, as no type checker finds what is installed for measuring alone.
    bw2calc, bw_processing = map(import_module, ("bw2calc", "bw_processing"))
    size = len(rows.activities)
    package = bw_processing.create_datapackage()

    def add(matrix: str, indices: list[tuple[int, int]], data: Any) -> None:
        package.add_persistent_vector(
            matrix=matrix,
            indices_array=np.array(indices, dtype=bw_processing.INDICES_DTYPE),
            data_array=np.asarray(data, dtype=np.float64),
        )

    own = [(one, one) for one in range(1, size + 1)]
    taken = rows.exchanges
    pairs = list(zip(taken["supplier"].tolist(), taken["consumer"].tolist(), strict=True))
    add("technosphere_matrix", own + pairs, np.r_[np.ones(size), -taken["amount"]])
    gas_ids = [size + 1 + at for at in range(len(GASES))]
    emitted = rows.emissions
    rows_of = (emitted["gas"] + size + 1).tolist()
    emitting = list(zip(rows_of, emitted["activity"].tolist(), strict=True))
    add("biosphere_matrix", emitting, emitted["mass_kg"])
    add("characterization_matrix", [(one, one) for one in gas_ids], np.ones(len(gas_ids)))
    times, answers, found = [], [], None
    for activity in range(1, DEMANDS + 1):
        started = time.perf_counter()
        if found is None:
            found = bw2calc.LCA({activity: 1}, data_objs=[package])
            found.lci()
        else:
            found.lci({activity: 1})
        found.lcia()
        answers.append(float(found.score))
        times.append(time.perf_counter() - started)
    return times, answers
