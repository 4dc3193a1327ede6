"""`make bench`: generate, compare, measure, report; stops by itself and leaves nothing behind."""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvloop
from rich.console import Console

from consortium.cli.progress import progress_bar
from consortium.kernel.errors import DomainError
from consortium.storage.embedded import EmbeddedServer, embedded_server
from consortium.storage.embedded.process import server_pid
from tests.bench import queries as asked
from tests.bench.chains import CHAINS, measure_chains
from tests.bench.generate import (
    ASSESSED,
    DIRECTORY,
    FILLING,
    connected,
    database_name,
    generate,
    generate_assessed,
    generate_chains,
    generate_directory,
    missing,
)
from tests.bench.load import CONNECTIONS, LoadFailed
from tests.bench.measure import Effort, Seen, compare, measure
from tests.bench.queries import BY_NAME, Query
from tests.bench.report import Report
from tests.bench.servers import Server, ServerFailed, running
from tests.bench.tokens import measure_tokens

# The grouped totals must take the same time over this many claims and over all.
FEW_CLAIMS = 10_000
GROWING = ("total", "totals")
KINDS = ("bare", "api", "member", "resolvers")

SAY = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run the bench as the command line asks."""
    options = _options()
    # Budgets are counted as ever, and nobody spends one.
    os.environ |= {f"CONSORTIUM_BUDGET_{who}": str(10**15) for who in ("ANONYMOUS", "SIGNED_IN")}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with _data_dir(options.data_dir) as data_dir:
            report = _run(data_dir, options)
    except (DomainError, LoadFailed, ServerFailed) as error:
        sys.exit(f"The bench stopped: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    for lines in report.as_markdown().values():
        Console(highlight=False, soft_wrap=True).print(lines, markup=False)
    if options.write:
        report.write()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--claims", type=int, default=1_000_000, help="how many to generate")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of load on each server")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a round")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--only", nargs="+", choices=list(BY_NAME), help="queries to measure")
    parser.add_argument(
        "--directory-only", action="store_true", help="measure the directory and nothing else"
    )
    parser.add_argument(
        "--chains-only", action="store_true", help="measure value chains and nothing else"
    )
    parser.add_argument("--servers", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--data-dir", type=Path, help="keeps the databases for the next run")
    parser.add_argument("--no-write", dest="write", action="store_false", help="print only")
    return parser.parse_args()


@contextmanager
def _data_dir(given: Path | None) -> Generator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    made = Path(tempfile.mkdtemp(prefix="consortium-bench-"))
    # The account that runs PostgreSQL for root must be able to enter.
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _run(data_dir: Path, options: argparse.Namespace) -> Report:
    sizes = {database_name(claims): claims for claims in sorted({FEW_CLAIMS, options.claims})}
    if options.directory_only or options.chains_only:
        sizes = {}
    worlds = [CHAINS] if options.chains_only else [DIRECTORY, ASSESSED, CHAINS]
    with embedded_server(data_dir, settings=FILLING, progress=SAY.print) as server:
        wanted = asyncio.run(missing(server, [*sizes, *worlds]))
        with progress_bar() as tell:
            for name in wanted:
                if name == DIRECTORY:
                    asyncio.run(generate_directory(server, tell))
                elif name == ASSESSED:
                    asyncio.run(generate_assessed(server, tell))
                elif name == CHAINS:
                    asyncio.run(generate_chains(server))
                else:
                    asyncio.run(generate(server, sizes[name], tell))
    # Measured as the program itself runs it.
    with embedded_server(data_dir, progress=SAY.print) as server:
        report = _report(server, options)
        report.chains = measure_chains(server)
        SAY.print("\n".join(report.chains.as_markdown()))
        if options.chains_only:
            return report
        _measure_beside(server, DIRECTORY, asked.BY_ID, asked.DIRECTORY, report)
        _measure_beside(server, ASSESSED, BY_NAME["member"], asked.ASSESSED, report)
        if options.directory_only:
            return report
        queries = [BY_NAME[name] for name in options.only or BY_NAME]
        _measure_queries(server, queries, options, report)
        _measure_growth(
            server, [BY_NAME[name] for name in GROWING if BY_NAME[name] in queries], report
        )
    report.tokens = measure_tokens()
    SAY.print(str(report.tokens))
    return report


def _report(server: EmbeddedServer, options: argparse.Namespace) -> Report:
    async def version() -> str:
        async with connected(server, "postgres") as connection:
            return str(await connection.fetchval("SHOW server_version"))

    effort = Effort(options.rounds, options.seconds, options.connections)
    return Report(options.claims, FEW_CLAIMS, effort, asyncio.run(version()))


def _measure_queries(
    server: EmbeddedServer, queries: list[Query], options: argparse.Namespace, report: Report
) -> None:
    dsn = server.dsn(database_name(options.claims))
    # The API is what everything is compared with.
    kinds = [kind for kind in KINDS if kind == "api" or kind in options.servers]
    with running(kinds, dsn) as servers:
        for query in queries:
            compare(query, servers)
        SAY.print(f"Equal answers: {', '.join(query.name for query in queries)}")
        for query in queries:
            seen = _loaded(query, servers, report.effort, server)
            report.queries[query.name] = dict(zip(kinds, seen, strict=True))
            SAY.print(_line(query, report.queries[query.name]))


def _measure_growth(server: EmbeddedServer, queries: list[Query], report: Report) -> None:
    few, everything = (database_name(claims) for claims in (report.few_claims, report.claims))
    with (
        running(["api"], server.dsn(few)) as small,
        running(["api"], server.dsn(everything)) as large,
    ):
        for query in queries:
            seen = _loaded(query, [*small, *large], report.effort, server)
            report.growth[query.name] = (seen[0], seen[1])
            SAY.print(_line(query, {few: seen[0], everything: seen[1]}))


def _measure_beside(
    server: EmbeddedServer, name: str, reading: Query, queries: Sequence[Query], report: Report
) -> None:
    """Each query right after a reading by id, so that both see the same machine."""
    with running(["api"], server.dsn(name)) as servers:
        for query in queries:
            [by_id] = _loaded(reading, servers, report.effort, server)
            [seen] = _loaded(query, servers, report.effort, server)
            report.directory[query.title] = (by_id, seen)
            SAY.print(_line(query, {"by id": by_id, "asked": seen}))


def _loaded(
    query: Query, servers: list[Server], effort: Effort, server: EmbeddedServer
) -> list[Seen]:
    postmaster = server_pid(server.places.cluster) or 0
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure(query, servers, effort, postmaster))


def _line(query: Query, seen: dict[str, Seen]) -> str:
    parts = []
    for name, one in seen.items():
        m = one.medians()
        parts.append(
            f"{name} {m['per_second']:.0f}/s, p50 {m['p50']:.1f}, p99 {m['p99']:.1f} ms,"
            f" processor {m['server_cpu']:.2f} + {m['database_cpu']:.2f} ms"
        )
    return f"{query.title}: " + "; ".join(parts)


if __name__ == "__main__":
    main()
