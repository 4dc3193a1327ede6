"""The door for files: of applications, and evidence for claims. Who may see them fetches them."""

from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from consortium.assessment.actions.documents import (
    ShowFile,
    check_file,
    find_claim_document,
    show_file,
)
from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.rules.claims import EvidenceTooMuch
from consortium.assessment.rules.statuses import ClaimStepNotPossible
from consortium.evidence.actions import DocumentFacts
from consortium.evidence.rules import (
    DocumentRefused,
    MediaType,
    check_content,
    read_file_name,
    read_media_type,
)
from consortium.guidance.reads import CRITERIA
from consortium.kernel.clock import Today
from consortium.kernel.errors import DomainError, IdInvalid, NotFound, PermissionDenied
from consortium.kernel.ids import GlobalId
from consortium.membership.actions.documents import (
    DocumentsTooMany,
    Sender,
    attach_document,
    check_sender,
    find_document,
)
from consortium.membership.reads.applications import APPLICATIONS
from consortium.membership.rules.applications import ApplicationKeyInvalid
from consortium.membership.rules.transitions import StepNotPossible
from consortium.storage.files import Files, FileTooLarge, FileUnusable, StorageFull
from consortium.web.doors import SAFE, Door, file_name, json_answer, parts

KEY_HEADER = "application-key"
_STATUS: dict[type[DomainError], int] = {
    ApplicationKeyInvalid: 401,
    ClaimStepNotPossible: 409,
    DocumentRefused: 415,
    DocumentsTooMany: 409,
    EvidenceTooMuch: 409,
    FileTooLarge: 413,
    FileUnusable: 500,
    NotFound: 404,
    PermissionDenied: 403,
    StepNotPossible: 409,
    StorageFull: 507,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDoor(Door):
    """Takes and gives documents."""

    statuses = _STATUS

    files: Files
    today: Today
    size_max: int

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/applications/documents", self.told(self.send), methods=["POST"]),
            Route("/claims/evidence", self.told(self.show), methods=["POST"]),
            Route("/documents/{document:int}", self.told(self.fetch), methods=["GET"]),
        ]

    async def send(self, request: Request) -> Response:
        """Keep the body as a document of an application."""
        kind, name = self._announced(request)
        sender = await self._sender(request)
        await check_sender(sender, self.today())
        facts = await self._kept(request, kind, name)
        return _kept_as(await attach_document(sender, facts, self.today()), facts)

    async def show(self, request: Request) -> Response:
        """Keep the body as evidence for a claim."""
        kind, name = self._announced(request)
        by = await self.principal(request)
        asked = request.query_params
        command = ShowFile(
            _key(asked.get("claim"), ASSESSED_CLAIMS.prefix),
            _key(asked.get("criterion"), CRITERIA.prefix),
            asked.get("kind", ""),
            asked.get("title", ""),
        )
        await check_file(by, command, self.today())
        facts = await self._kept(request, kind, name)
        return _kept_as(await show_file(by, command, facts, self.today()), facts)

    def _announced(self, request: Request) -> tuple[MediaType, str]:
        """What comes, by its headers. Raises DocumentRefused, FileTooLarge."""
        kind = read_media_type(request.headers.get("content-type", ""))
        name = read_file_name(file_name(request), kind)
        stated = request.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > self.size_max:
            raise FileTooLarge(f"A file may hold {self.size_max} bytes.")
        return kind, name

    async def _kept(self, request: Request, kind: MediaType, name: str) -> DocumentFacts:
        """The body, kept."""
        async with self.files.received(parts(request), self.size_max) as received:
            check_content(kind, received.content.head)
            await received.keep()
        sha256, size, _ = received.content
        return DocumentFacts(name, kind.name, size, sha256)

    async def fetch(self, request: Request) -> Response:
        """A document, to be saved and never shown in place."""
        by, key = await self.principal(request), request.headers.get(KEY_HEADER)
        document = request.path_params["document"]
        try:
            facts = await find_document(by, key, document)
        except NotFound:
            facts = await find_claim_document(by, document, self.today())
        path = await self.files.find(facts.sha256, facts.size_bytes)
        return FileResponse(path, media_type=facts.media_type, filename=facts.name, headers=SAFE)

    async def _sender(self, request: Request) -> Sender:
        by, key = await self.principal(request), request.headers.get(KEY_HEADER)
        if key is not None:
            return Sender(by, key)
        named = request.query_params.get("application")
        return Sender(by, application=_key(named, APPLICATIONS.prefix))


def _key(named: str | None, prefix: str | None) -> int:
    """The key of a global id of one type. Raises NotFound."""
    try:
        found = None if named is None else GlobalId.parse(named)
    except IdInvalid:
        raise NotFound from None
    if found is None or found.prefix != prefix:
        raise NotFound
    return found.key


def _kept_as(document: int, facts: DocumentFacts) -> Response:
    told = {
        "name": facts.name,
        "mediaType": facts.media_type,
        "sizeBytes": facts.size_bytes,
        "sha256": facts.sha256,
        "url": f"/documents/{document}",
    }
    return json_answer(201, orjson.dumps(told))
