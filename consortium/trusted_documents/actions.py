"""Documents are registered and retired by an operator. Whether the caller may is asked before."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from consortium.audit.actions import audited
from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import raw
from consortium.trusted_documents.rules import APP_MAX, sha256_of

# A document that was retired is trusted again.
_REGISTER = """
INSERT INTO trusted_document (sha256, app, text)
SELECT g.sha256, $1, g.text FROM unnest($2::text[], $3::text[]) g (sha256, text)
ON CONFLICT (sha256, app) DO UPDATE SET retired_at = NULL, registered_at = now()
    WHERE trusted_document.retired_at IS NOT NULL
RETURNING 1
"""
_RETIRE = """
UPDATE trusted_document SET retired_at = now()
WHERE app = $1 AND sha256 = ANY ($2::text[]) AND retired_at IS NULL RETURNING sha256
"""
_LIST = """
SELECT sha256, app, length(text) AS characters, registered_at, retired_at FROM trusted_document
WHERE $1::text IS NULL OR app = $1 ORDER BY app, id
"""


class AppInvalid(BadInput):
    """The name of an application is a word of at most 100 characters, such as `member-portal`."""

    code = "APP_INVALID"


class DocumentUnknown(DomainError):
    """The application has registered no document of this hash, or retired it; none was retired."""

    code = "DOCUMENT_UNKNOWN"


class Registered(NamedTuple):
    """How many documents are new, or trusted again, and how many were there."""

    new: int
    known: int


async def register_documents(by: Principal, app: str, texts: Sequence[str]) -> Registered:
    """Trust these documents, all of them or none.

    Whoever calls has validated them. Raises AppInvalid.
    """
    if app != app.strip() or not app.isprintable() or not 1 <= len(app) <= APP_MAX:
        raise AppInvalid
    by_hash = {sha256_of(text): text for text in texts}
    async with audited(by, "documents:register", note=app) as work:
        rows = await work.fetch(_REGISTER, app, list(by_hash), list(by_hash.values()))
    return Registered(len(rows), len(by_hash) - len(rows))


async def retire_documents(by: Principal, app: str, hashes: Sequence[str]) -> None:
    """Trust these no more, where no other application has registered them.

    Raises:
        DocumentUnknown: one of them is not trusted as it is.
    """
    async with audited(by, "documents:retire", note=app) as work:
        retired = {row["sha256"] for row in await work.fetch(_RETIRE, app, list(hashes))}
        unknown = [one for one in hashes if one not in retired]
        if unknown:
            raise DocumentUnknown(
                f"{app!r} has registered no document {unknown[0][:80]!r}, or retired it; none was"
                " retired."
            )


async def list_documents(app: str | None) -> list[dict[str, Any]]:
    """All documents, or those of one application, with when they were registered and retired."""
    async with transaction() as client:
        return [dict(row) for row in await raw(client).fetch(_LIST, app)]
