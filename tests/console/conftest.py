"""A built query page, and a small server that gives it out as the product's own server does."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import pytest
from graphql import GraphQLSchema, build_schema, graphql_sync

from consortium.console import ASSETS, CONTENT_SECURITY_POLICY, DIST, build

SDL: Final = Path(__file__).parents[2] / "schema" / "schema.graphql"


@pytest.fixture(scope="session")
def dist() -> Path:
    """The page, built from the sources as they stand."""
    build.ensure_built()
    return DIST


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    """The API's schema, as it is checked in."""
    return build_schema(SDL.read_text(encoding="utf-8"))


@dataclass
class PageServer:
    """Where the page is, and the operations it sent, introspection aside."""

    origin: str
    operations: list[dict[str, Any]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Gives out the built files with the policy, and answers operations with their own name."""

    protocol_version = "HTTP/1.1"
    page: ClassVar[PageServer]
    schema: ClassVar[GraphQLSchema]

    def do_GET(self) -> None:
        """The page at its address, its files below `/console`, nothing else."""
        path = urlsplit(self.path).path
        name = "index.html" if path in {"/", "/graphql"} else path.removeprefix("/")
        file = DIST / name
        if file.is_file() and (name == "index.html" or file.parent == DIST / ASSETS):
            self._answer(HTTPStatus.OK, guess_type(name)[0] or "text/plain", file.read_bytes())
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"")

    def do_POST(self) -> None:
        """The schema where it is asked for; else the operation's name, to be seen on the page."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if request.get("operationName") == "IntrospectionQuery":
            data = graphql_sync(self.schema, request["query"]).data
        else:
            self.page.operations.append(request)
            data = {"answered": request.get("operationName")}
        body = json.dumps({"data": data}).encode()
        self._answer(HTTPStatus.OK, "application/json", body)

    def _answer(self, status: HTTPStatus, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name upstream)
        """Says nothing: a test's output is the test's."""


@pytest.fixture
def page_server(dist: Path, schema: GraphQLSchema) -> Iterator[PageServer]:
    """The page behind HTTP on a free port of this machine."""
    assert (dist / "index.html").is_file()
    handler = type("BoundHandler", (Handler,), {"schema": schema})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        page = PageServer(origin=f"http://127.0.0.1:{server.server_address[1]}")
        handler.page = page  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield page
        server.shutdown()
        thread.join()
