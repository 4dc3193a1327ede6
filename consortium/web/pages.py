"""What browsers are shown: the query page and the text of the schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from consortium.console import CONTENT_SECURITY_POLICY, DIST, FALLBACK
from consortium.kernel.errors import DomainError, PermissionDenied
from consortium.kernel.principal import Principal
from consortium.web.accepting import encoding_for
from consortium.web.answers import Answer, kept_by_caches
from consortium.web.doors import Door
from consortium.web.encodings import encoded
from schema.root import SDL

_SDL = SDL.encode()
_SAFE: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


async def query_page(_: Request) -> Response:
    """The query page, or how to build it."""
    page = DIST / "index.html"
    return FileResponse(
        page if page.is_file() else FALLBACK, headers={**_SAFE, "cache-control": "no-cache"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaText(Door):
    """The schema in GraphQL's own language."""

    statuses: ClassVar[dict[type[DomainError], int]] = {PermissionDenied: 403}

    may_introspect: Callable[[Principal], bool]

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/schema.graphql", self.told(self.text), methods=["GET"])]

    async def text(self, request: Request) -> Response:
        """The text, or that what the caller keeps of it still holds."""
        if not self.may_introspect(await self.principal(request)):
            raise PermissionDenied("This server tells you nothing of its schema.")
        answer = kept_by_caches(Answer(200, _SDL), dict(request.scope["headers"]))
        accepted = encoding_for(request.headers.get("accept-encoding", "").encode())
        body, headers = answer.body, dict(answer.headers)
        if body and accepted is not None:
            body, headers[b"content-encoding"] = await encoded(accepted, body), accepted
        told = {name.decode(): value.decode() for name, value in headers.items()}
        return Response(body, answer.status, told, "text/plain; charset=utf-8")


class Assets(StaticFiles):
    """The query page's files; each name carries a hash of its content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file, for ever."""
        response = await super().get_response(path, scope)
        response.headers.update(_SAFE)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
