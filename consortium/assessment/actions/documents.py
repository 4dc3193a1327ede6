"""Files that are evidence for claims: sent by the claimant, fetched by who sees the claim whole."""

from datetime import date
from typing import NamedTuple

from consortium.assessment.actions.drafts import Shown, check_showing, show
from consortium.assessment.actions.rows import own
from consortium.assessment.reads.visible import document_seen_whole
from consortium.assessment.rules.claims import EvidenceKindUnknown
from consortium.audit.actions import audited
from consortium.evidence.actions import DocumentFacts, record_document
from consortium.evidence.reads import documents
from consortium.guidance.reads import CRITERIA
from consortium.guidance.rules import EvidenceKind
from consortium.kernel.principal import Permission, Principal
from consortium.query.visible import require_visible
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

FIND = "SELECT name, media_type, size_bytes, sha256 FROM document WHERE id = $1"


class ShowFile(NamedTuple):
    """A file that shows that a criterion is met: for which claim, of which sort, what it is."""

    claim: int
    criterion: int
    kind: str
    title: str


async def check_file(by: Principal, command: ShowFile, today: date) -> None:
    """Refuse a file before it is read. Raises as `show_file`."""
    async with transaction() as client:
        connection = raw(client)
        shown = await _shown(connection, by, command, today)
        claim = await own(connection, by, command.claim, None, today, Permission.FIGURES_WRITE)
        await check_showing(connection, claim, shown)


async def show_file(by: Principal, command: ShowFile, facts: DocumentFacts, today: date) -> int:
    """Add a kept file to a claim as evidence; returns the document's id.

    Raises:
        NotFound, PermissionDenied: as of the claim, or of the criterion.
        EvidenceKindUnknown: there is no such sort.
        ClaimStepNotPossible, GuidanceDoesNotFit, EvidenceTooMuch, ClaimTextInvalid: as they say.
    """
    async with audited(by, "claim:show-evidence", organisation_id=by.organisation_id) as open_:
        shown = await _shown(open_, by, command, today)
        claim = await own(open_, by, command.claim, None, today, Permission.FIGURES_WRITE)
        document = await record_document(open_, facts)
        await show(open_, by, claim, shown._replace(document=document), today)
    return document


async def find_claim_document(by: Principal, document: int, today: date) -> DocumentFacts:
    """A file of a claim of which the caller sees all. Raises NotFound."""
    async with transaction() as client:
        connection = raw(client)
        await require_visible(connection, documents(document_seen_whole), document, by, today)
        [row] = await connection.fetch(FIND, document)
    return DocumentFacts(*row)


async def _shown(connection: Connection, by: Principal, command: ShowFile, today: date) -> Shown:
    await require_visible(connection, CRITERIA, command.criterion, by, today)
    try:
        kind = EvidenceKind(command.kind)
    except ValueError:
        raise EvidenceKindUnknown(
            f"The kind of evidence is one of {', '.join(EvidenceKind)}."
        ) from None
    return Shown(command.criterion, kind, command.title)
