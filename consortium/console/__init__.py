"""The query page: a browser console for the API, built from TypeScript by `build.py`.

This package only says where the files are and what a browser may do with them; `web` serves them:

* `DIST / "index.html"` as the page (at `/` or `/graphql`);
* `DIST / ASSETS` under `/console`: names carry a hash of the content, so they never change;
* `FALLBACK` in place of the page while nothing is built;
* `CONTENT_SECURITY_POLICY` as a header of all of them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent

DIST: Final = _HERE / "dist"
"""What `build.py` makes: `index.html` and the folder `ASSETS`. Absent until it was built."""

ASSETS: Final = "console"
"""The folder in `DIST`, and the path below the page's own, of everything the page loads."""

FALLBACK: Final = _HERE / "fallback.html"
"""A page without script that says how to build the console and how to ask without it."""

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    # Monaco and React set styles from script, as attributes and as <style> elements.
    "style-src 'self' 'unsafe-inline'; "
    # GraphiQL's own text fonts are data: addresses in its style sheet; Monaco's icons a file.
    "font-src 'self' data:; "
    # Monaco draws the underline of a mistake as a data: image. Nothing from elsewhere: an answer
    # that holds the address of a picture must not make the reader's browser fetch it.
    "img-src 'self' data:; "
    "worker-src 'self'; "
    "connect-src 'self'; "
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'"
)
"""For `index.html`, `FALLBACK` and all of `ASSETS`: a worker obeys the policy its own file came
with. A browser test holds that the page needs no more."""


@dataclass(frozen=True, slots=True)
class Example:
    """A query to start from: what it asks, in words, and its GraphQL document."""

    title: str
    document: str


def _example(path: Path) -> Example:
    document = path.read_text(encoding="utf-8")
    return Example(title=document.partition("\n")[0].removeprefix("#").strip(), document=document)


EXAMPLES: Final = tuple(_example(path) for path in sorted((_HERE / "examples").glob("*.graphql")))
"""In the page's order; the first one greets a new visitor."""
