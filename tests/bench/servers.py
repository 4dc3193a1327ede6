"""The servers as processes: started, asked, their processor time read, and ended."""

import http.client
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import orjson

from tests.bench.load import http_request
from tests.bench.queries import Query, Variables

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 15
_TICKS = os.sysconf("SC_CLK_TCK")


class ServerFailed(Exception):
    """A server did not start or gave an answer that cannot be compared."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    kind: str
    port: int
    pid: int
    # A client and its secret, where the server is asked by somebody.
    client: tuple[str, ...] = ()

    def path(self, query: Query) -> str:
        """Where it answers the query."""
        return f"/{query.name}" if self.kind == "bare" else "/graphql"

    def requests(self, query: Query) -> list[bytes]:
        """The requests of a run, as they go over the wire."""
        headers = self.headers()
        return [
            http_request(self.path(query), self.port, _body(query, variables), headers)
            for variables in query.variables()
        ]

    def headers(self) -> dict[str, str]:
        """Who asks, by a new token: it lives longer than a round."""
        if not self.client:
            return {}
        given = {"grant_type": "client_credentials"}
        given |= dict(zip(("client_id", "client_secret"), self.client, strict=True))
        form = {"content-type": "application/x-www-form-urlencoded"}
        answer = orjson.loads(self._post("/oauth/token", urlencode(given).encode(), form))
        return {"authorization": f"Bearer {answer['access_token']}"}

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", path, body, headers)
        content = connection.getresponse().read()
        connection.close()
        return content

    def ask(self, query: Query, variables: Variables) -> object:
        """One answer, parsed."""
        headers = {"content-type": "application/json", **self.headers()}
        content = self._post(self.path(query), orjson.dumps(_body(query, variables)), headers)
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict) or "errors" in answer or "data" not in answer:
            raise ServerFailed(f"{self.kind} cannot answer {query.name}: {content[:500]!r}")
        return answer["data"]


def _body(query: Query, variables: Variables) -> dict[str, object]:
    return {"query": query.text, "variables": variables}


@contextmanager
def running(kinds: Sequence[str], dsn: str) -> Generator[list[Server]]:
    """The servers over one database, for as long as the block lasts."""
    with ExitStack() as stack:
        yield [stack.enter_context(_one(kind, dsn)) for kind in kinds]


@contextmanager
def _one(kind: str, dsn: str) -> Generator[Server]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.serve", kind, dsn],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C is for this process, which then ends them.
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise ServerFailed(f"The server {kind} did not start.")
            port, *client = line.decode().split()
            yield Server(kind, int(port), process.pid, tuple(client))
        finally:
            # The end of its input is what it ends at, also when this process is killed.
            process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors so far; 0 where that cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
