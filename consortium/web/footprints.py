"""The door for footprints as files: PACT's JSON documents in."""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consortium.evidence.rules import DocumentRefused
from consortium.exchange.actions.importing import (
    TOLD_MAX,
    ImportedFootprints,
    ImportFootprints,
    import_footprints,
)
from consortium.exchange.imports import read_documents
from consortium.footprints.actions.common import entering
from consortium.kernel.clock import Today
from consortium.kernel.errors import PermissionDenied
from consortium.storage.files import Files, FileTooLarge, FileUnusable, Received, StorageFull
from consortium.web.doors import Door, file_name, json_answer, parts

_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintDoor(Door):
    """Takes footprints for whoever enters figures."""

    statuses: ClassVar = {
        DocumentRefused: 415,
        FileTooLarge: 413,
        FileUnusable: 500,
        PermissionDenied: 403,
        StorageFull: 507,
    }

    files: Files
    today: Today
    size_max: int

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/imports/footprints", self.told(self.take), methods=["POST"])]

    async def take(self, request: Request) -> Response:
        """Record what the body states, whole, or tell what is wrong with each footprint."""
        by = await self.principal(request)
        entering(by)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            raise DocumentRefused("Footprints come as application/json.")
        stated = request.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > self.size_max:
            raise FileTooLarge(f"A file may hold {self.size_max} bytes.")
        async with self.files.received(parts(request), self.size_max) as received:
            documents = await asyncio.to_thread(_read, received)
            await received.keep()
        sha256 = received.content.sha256
        name = file_name(request) or "footprints.json"
        note = f"{name[:200]}, SHA-256 {sha256}, {len(documents)} rows"
        imported = await import_footprints(by, ImportFootprints(documents, note), self.today())
        told = orjson.dumps({"sha256": sha256} | _told(imported))
        return json_answer(422 if imported.faulty else 201, told)


def _read(received: Received) -> list[object]:
    received.file.seek(0)
    return read_documents(received.file.read())


def _told(imported: ImportedFootprints) -> dict[str, Any]:
    return {
        "recorded": imported.recorded,
        "known": imported.known,
        "faultyCount": len(imported.faulty),
        "faulty": [
            {
                "place": one.place,
                "id": one.pf_id,
                "faults": [{"field": field, "message": why} for field, why in one.wrong],
            }
            for one in imported.faulty[:TOLD_MAX]
        ],
    }
