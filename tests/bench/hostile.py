"""What hostile requests do to another caller: `python -m tests.bench.hostile [--data-dir DIR]`.

One caller reads an organisation by its id, over and over, from an address of its own; meanwhile two
connections send a payload of `tests/limits/payloads.py` as fast as they are answered. Told are the
other caller's p99 with and without, and what memory the server holds before and after.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import orjson
import uvloop

from consortium.cli.progress import progress_bar
from consortium.storage.embedded import embedded_server
from tests.bench.generate import database_name, generate, missing
from tests.bench.queries import BY_NAME
from tests.bench.servers import Server, running
from tests.limits.payloads import PAYLOADS, Payload

CLAIMS = 10_000
ATTACKERS = 2
# Of the loopback, so that the other caller has a budget of its own.
OTHER = "127.0.0.2"
PAUSE_SECONDS = 0.002
STOP_SECONDS = 60
JSON_TYPE = {"content-type": "application/json"}


@dataclass(frozen=True)
class Seen:
    """The other caller's answers while a payload ran: milliseconds."""

    name: str
    p50: float
    p99: float
    answered: int
    quiet_p99: float

    def line(self) -> str:
        """A row of the report."""
        ratio = self.p99 / self.quiet_p99
        return (
            f"{ratio:6.2f} x  p50 {self.p50:6.2f}  p99 {self.p99:7.2f} ms"
            f"  {self.answered:5} attacks  {self.name}"
        )


async def _times(http: httpx.AsyncClient, seconds: float) -> list[float]:
    query = BY_NAME["member"]
    bodies = [orjson.dumps({"query": query.text, "variables": one}) for one in query.variables()]
    found: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        begun = time.perf_counter()
        answer = await http.post("/graphql", content=bodies[len(found) % len(bodies)])
        found.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200
        await asyncio.sleep(PAUSE_SECONDS)
    return found


@contextmanager
def _attacked(server: Server, payload: Payload) -> Generator[Connection]:
    """A process that sends the payload; at the end it tells how often it was answered."""
    ours, theirs = Pipe()
    url = f"http://127.0.0.1:{server.port}"
    process = get_context("spawn").Process(target=_attack, args=(url, payload.name, theirs))
    process.start()
    try:
        ours.recv()
        yield ours
    finally:
        process.join(STOP_SECONDS)
        process.kill()


def _attack(url: str, name: str, told: Connection) -> None:
    asyncio.run(_sent(url, next(one for one in PAYLOADS if one.name == name).body(), told))


async def _sent(url: str, body: bytes, told: Connection) -> None:
    answered = 0

    async def send(http: httpx.AsyncClient) -> None:
        nonlocal answered
        while not told.poll():
            with suppress(httpx.HTTPError):
                await http.post("/graphql", content=body)
                answered += 1

    async with httpx.AsyncClient(base_url=url, timeout=60, headers=JSON_TYPE) as http:
        told.send("ready")
        await asyncio.gather(*(send(http) for _ in range(ATTACKERS)))
    told.send(answered)


async def _measured(
    server: Server, seconds: float, payloads: Sequence[Payload] = PAYLOADS
) -> list[Seen]:
    url = f"http://127.0.0.1:{server.port}"
    transport = httpx.AsyncHTTPTransport(local_address=OTHER)
    found: list[Seen] = []
    async with httpx.AsyncClient(
        base_url=url, transport=transport, timeout=60, headers=JSON_TYPE
    ) as http:
        await _times(http, seconds)
        for payload in payloads:
            quiet = _quantile(await _times(http, seconds), 99)
            with _attacked(server, payload) as attack:
                times = await _times(http, seconds)
                attack.send("stop")
                answered: int = await asyncio.to_thread(attack.recv)
            seen = Seen(
                payload.name,
                statistics.median(times),
                _quantile(times, 99),
                answered,
                quiet,
            )
            found.append(seen)
            _say(seen.line())
    return found


def _quantile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _megabytes(pid: int) -> float:
    """What the process holds of the memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def _data_dir(given: Path | None) -> Generator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="consortium-hostile-") as made:
        # The account that runs PostgreSQL for root must be able to enter.
        Path(made).chmod(0o755)
        yield Path(made)


def main() -> None:
    """Measure every payload once, and say how they did together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="keeps the database for the next run")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each payload")
    parser.add_argument("--only", default="", help="payloads with this in their name")
    options = parser.parse_args()
    with (
        _data_dir(options.data_dir) as folder,
        embedded_server(folder, progress=_say) as server,
    ):
        name = database_name(CLAIMS)
        if asyncio.run(missing(server, [name])):
            with progress_bar() as tell:
                asyncio.run(generate(server, CLAIMS, tell))
        with (
            running(["api"], server.dsn(name)) as [api],
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            before = _megabytes(api.pid)
            asked = [one for one in PAYLOADS if options.only in one.name]
            found = runner.run(_measured(api, options.seconds, asked))
            after = _megabytes(api.pid)
    ratios = sorted(one.p99 / one.quiet_p99 for one in found)
    _say(
        f"{len(found)} payloads: median {statistics.median(ratios):.2f} x, worst {ratios[-1]:.2f} x"
        f" the quiet p99; {sum(one <= 2 for one in ratios)} within 2 x;"
        f" memory {before:.0f} MB before, {after:.0f} MB after"
    )


if __name__ == "__main__":
    main()
