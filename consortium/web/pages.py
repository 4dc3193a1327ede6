"""What browsers are shown: the query page and the text of the schema."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from consortium.console import CONTENT_SECURITY_POLICY, DIST, FALLBACK
from schema.root import SDL

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


async def schema_text(_: Request) -> Response:
    """The schema in GraphQL's own language."""
    return PlainTextResponse(SDL)


class Assets(StaticFiles):
    """The query page's files; each name carries a hash of its content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file, for ever."""
        response = await super().get_response(path, scope)
        response.headers.update(_SAFE)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
