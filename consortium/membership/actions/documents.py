"""Documents of applications: sent by the applicant or the secretariat, read by both."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.evidence.actions import DocumentFacts, record_document
from consortium.identity.proofs.tokens import sha256
from consortium.kernel.errors import DomainError, NotFound
from consortium.kernel.principal import Permission, Principal
from consortium.membership.actions.application_rows import (
    Application,
    by_key,
    for_secretariat,
    touch,
)
from consortium.membership.rules.transitions import ApplicationStage, StepNotPossible
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

DOCUMENTS_MAX = 50
_OPEN = (ApplicationStage.SUBMITTED, ApplicationStage.IN_REVIEW, ApplicationStage.MORE_ASKED)
_COUNT = "SELECT count(*) FROM application_document WHERE application_id = $1"
_BELONGS = "INSERT INTO application_document (application_id, document_id) VALUES ($1, $2)"
_FIND = """
SELECT d.name, d.media_type, d.size_bytes, d.sha256 FROM document d
WHERE d.id = $1 AND EXISTS (
    SELECT FROM application_document x JOIN membership_application a ON a.id = x.application_id
    WHERE x.document_id = d.id AND ($2 OR a.key_sha256 = $3)
)
"""


class DocumentsTooMany(DomainError):
    """An application has at most 50 documents."""

    code = "DOCUMENTS_TOO_MANY"


class Sender(NamedTuple):
    """Who sends a document: an applicant by its key, or a secretary for an application."""

    by: Principal
    key: str | None = None
    application: int | None = None


async def check_sender(sender: Sender, today: date) -> None:
    """Refuse a document before it is read. Raises as `attach_document`."""
    async with transaction() as client:
        await _application(raw(client), sender, today)


async def attach_document(sender: Sender, facts: DocumentFacts, today: date) -> int:
    """Add a kept file to an application; returns the document's id.

    Raises:
        ApplicationKeyInvalid: no application has this key.
        NotFound, PermissionDenied, PersonNeeded: the caller is no secretary at work on one.
        StepNotPossible: the application was decided.
        DocumentsTooMany: it has enough of them.
    """
    async with audited(sender.by, "application:attach") as connection:
        application = await _application(connection, sender, today)
        document = await record_document(connection, facts)
        await connection.execute(_BELONGS, application.id, document)
        await touch(connection, application)
    return document


async def find_document(by: Principal, key: str | None, document_id: int) -> DocumentFacts:
    """A document that the caller may read. Raises NotFound."""
    secretariat = by.may(Permission.MEMBERSHIPS_MANAGE)
    async with transaction() as client:
        proof = None if key is None else sha256(key)
        row = await raw(client).fetchrow(_FIND, document_id, secretariat, proof)
    if row is None:
        raise NotFound
    return DocumentFacts(*row)


async def _application(connection: Connection, sender: Sender, today: date) -> Application:
    if sender.key is not None:
        application = await by_key(connection, sender.key)
    elif sender.application is not None:
        application = await for_secretariat(connection, sender.by, sender.application, None, today)
    else:
        raise NotFound
    if application.stage not in _OPEN:
        raise StepNotPossible(
            f"The application is {application.stage}: documents are taken until it is decided."
        )
    if await connection.fetchval(_COUNT, application.id) >= DOCUMENTS_MAX:
        raise DocumentsTooMany
    return application
