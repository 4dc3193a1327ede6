"""A trusted document by its hash: the same for whoever asks, and no one's to list."""

from consortium.storage.reads import Reads

_TEXT = "SELECT text FROM trusted_document WHERE sha256 = $1 AND retired_at IS NULL LIMIT 1"


async def trusted_text(reads: Reads, sha256: str) -> str | None:
    """The text that an application registered and did not retire; None where there is none."""
    found: str | None = await reads.fetchval(_TEXT, sha256)
    return found
