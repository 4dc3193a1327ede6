"""The door for files: an applicant or a secretary sends documents, and both fetch them again."""

from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from consortium.evidence.actions import DocumentFacts
from consortium.evidence.rules import (
    DocumentRefused,
    check_content,
    read_file_name,
    read_media_type,
)
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
    DocumentRefused: 415,
    DocumentsTooMany: 409,
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
            Route("/documents/{document:int}", self.told(self.fetch), methods=["GET"]),
        ]

    async def send(self, request: Request) -> Response:
        """Keep the body as a document of an application."""
        kind = read_media_type(request.headers.get("content-type", ""))
        name = read_file_name(file_name(request), kind)
        sender = await self._sender(request)
        stated = request.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > self.size_max:
            raise FileTooLarge(f"A file may hold {self.size_max} bytes.")
        await check_sender(sender, self.today())
        async with self.files.received(parts(request), self.size_max) as received:
            check_content(kind, received.content.head)
            await received.keep()
        sha256, size, _ = received.content
        facts = DocumentFacts(name, kind.name, size, sha256)
        document = await attach_document(sender, facts, self.today())
        told = {
            "name": name,
            "mediaType": kind.name,
            "sizeBytes": size,
            "sha256": sha256,
            "url": f"/documents/{document}",
        }
        return json_answer(201, orjson.dumps(told))

    async def fetch(self, request: Request) -> Response:
        """A document, to be saved and never shown in place."""
        by, key = await self.principal(request), request.headers.get(KEY_HEADER)
        facts = await find_document(by, key, request.path_params["document"])
        path = await self.files.find(facts.sha256, facts.size_bytes)
        return FileResponse(path, media_type=facts.media_type, filename=facts.name, headers=SAFE)

    async def _sender(self, request: Request) -> Sender:
        by, key = await self.principal(request), request.headers.get(KEY_HEADER)
        if key is not None:
            return Sender(by, key)
        named = request.query_params.get("application")
        try:
            found = None if named is None else GlobalId.parse(named)
        except IdInvalid:
            raise NotFound from None
        if found is None or found.prefix != APPLICATIONS.prefix:
            raise NotFound
        return Sender(by, application=found.key)
