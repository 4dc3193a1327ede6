"""Measuring: equal answers first, then short rounds of load that alternate between the servers."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.load import load
from tests.bench.queries import Query
from tests.bench.servers import Server, ServerFailed, children, processor_seconds

# With so many different values the answers of all servers must be equal.
COMPARED = 6
# PostgreSQL settles for a plan at a connection's sixth execution.
WARM_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Effort:
    """How long and how hard to load."""

    rounds: int
    seconds: float
    connections: int


@dataclass
class Seen:
    """What one server did with one query, a value for each round. Times in milliseconds."""

    per_second: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)

    def medians(self) -> dict[str, float]:
        """The median of each over the rounds."""
        return {name: statistics.median(values) for name, values in vars(self).items()}


def compare(query: Query, servers: Sequence[Server]) -> None:
    """Raise ServerFailed unless all servers give equal answers."""
    for variables in query.variables()[:COMPARED]:
        first, *others = [(server.kind, server.ask(query, variables)) for server in servers]
        for kind, answer in others:
            if answer != first[1]:
                raise ServerFailed(f"{query.name} {variables}: {kind} differs from {first[0]}")


async def measure(
    query: Query, servers: Sequence[Server], effort: Effort, postmaster: int
) -> list[Seen]:
    """Load the servers in turn; what each did, in their order."""
    seen = [(server, Seen()) for server in servers]
    for server in servers:
        await load(server.port, server.requests(query), WARM_UP_SECONDS, effort.connections)
    for number in range(effort.rounds):
        # There and back, so that a drift of the machine favours none.
        for server, into in seen if number % 2 == 0 else reversed(seen):
            await _round(into, query, server, effort, postmaster)
    return [into for _, into in seen]


async def _round(into: Seen, query: Query, server: Server, effort: Effort, postmaster: int) -> None:
    backends = children(postmaster)
    before = processor_seconds(server.pid), sum(map(processor_seconds, backends))
    done = await load(server.port, server.requests(query), effort.seconds, effort.connections)
    after = processor_seconds(server.pid), sum(map(processor_seconds, backends))
    answers = len(done.times)
    percentiles = statistics.quantiles(done.times, n=100, method="inclusive")
    into.per_second.append(done.per_second)
    into.p50.append(1000 * percentiles[49])
    into.p99.append(1000 * percentiles[98])
    into.server_cpu.append(1000 * (after[0] - before[0]) / answers)
    into.database_cpu.append(1000 * (after[1] - before[1]) / answers)


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the ratios of paired rounds."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))
