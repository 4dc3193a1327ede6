"""The door for value chains as files: systems of activities in, templates and versions out."""

import asyncio
import io
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import IO, Any, ClassVar

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from consortium.documents.archives import ArchiveTooLarge
from consortium.documents.csv import TooManyRows
from consortium.documents.tables import template_csv, template_xlsx
from consortium.documents.workbooks import WorkbookTooLarge
from consortium.evidence.rules import DocumentRefused, MediaType, check_content, read_file_name
from consortium.kernel.clock import Today
from consortium.kernel.errors import (
    ChangedMeanwhile,
    DomainError,
    IdInvalid,
    NotFound,
    PermissionDenied,
)
from consortium.kernel.ids import GlobalId
from consortium.storage.files import Files, FileTooLarge, FileUnusable, Received, StorageFull
from consortium.value_chains.actions.loading import (
    ChainVersionFilled,
    Filled,
    FillVersion,
    check_filler,
    fill_version,
)
from consortium.value_chains.imports.reading import read_chain
from consortium.value_chains.reports.files import FORMS, PREFIX, version_file
from consortium.value_chains.rules.sheets import CHAIN_SHEETS
from consortium.value_chains.rules.stated import StatedSystem
from consortium.value_chains.rules.versions import ChainVersionPublished
from consortium.web.doors import SAFE, Door, file_name, json_answer, parts

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"csv": CSV, "xlsx": XLSX, "json": "application/json"}
_ZIP = b"PK\x03\x04"
_TAKEN = (
    MediaType("text/csv", (".csv",), None),
    MediaType(XLSX, (".xlsx",), _ZIP),
    MediaType("application/zip", (".zip",), _ZIP),
)
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainDoor(Door):
    """Takes systems of activities into drafts, and gives versions out."""

    statuses: ClassVar[dict[type[DomainError], int]] = {
        ArchiveTooLarge: 413,
        ChainVersionFilled: 409,
        ChainVersionPublished: 409,
        ChangedMeanwhile: 409,
        DocumentRefused: 415,
        FileTooLarge: 413,
        FileUnusable: 500,
        NotFound: 404,
        PermissionDenied: 403,
        StorageFull: 507,
        TooManyRows: 413,
        WorkbookTooLarge: 413,
    }

    files: Files
    today: Today
    size_max: int

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/imports/chains", self.told(self.fill), methods=["POST"]),
            Route("/imports/chains/template.{form}", self.told(self.template), methods=["GET"]),
            Route("/exports/chains/{version}.{form}", self.told(self.export), methods=["GET"]),
        ]

    async def fill(self, request: Request) -> Response:
        """Record what the body states in the draft that the address names, or tell its faults."""
        by = await self.principal(request)
        check_filler(by)
        asked = request.query_params
        key, seen = _key(asked.get("version", "")), asked.get("seen", "")
        if not seen.isdecimal() or len(seen) > 9:
            raise ChangedMeanwhile("Say which version of the draft you saw: seen=1.")
        kind = _media_type(request.headers.get("content-type", ""))
        name = read_file_name(file_name(request), kind)
        stated = request.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > self.size_max:
            raise FileTooLarge(f"A file may hold {self.size_max} bytes.")
        async with self.files.received(parts(request), self.size_max) as received:
            check_content(kind, received.content.head)
            system = await asyncio.to_thread(_read, received, name)
            await received.keep()
        sha256 = received.content.sha256
        note = f"{name}, SHA-256 {sha256}, {len(system)} rows"
        command = FillVersion(key, int(seen), note, replaces=asked.get("replace") == "yes")
        filled = await fill_version(by, command, system)
        told = orjson.dumps(
            {"version": f"{PREFIX}_{key}", "sha256": sha256} | _told(filled, system)
        )
        return json_answer(422 if filled.faults.count else 201, told)

    async def template(self, request: Request) -> Response:
        """A file to fill in, which anybody may have."""
        match request.path_params["form"]:
            case "csv":
                body = template_csv(CHAIN_SHEETS)
            case "xlsx":
                body = await asyncio.to_thread(template_xlsx, CHAIN_SHEETS)
            case _:
                raise NotFound
        form = request.path_params["form"]
        headers = _headers(f"chains-template.{form}")
        return Response(body, headers=headers, media_type=_TYPES[form])

    async def export(self, request: Request) -> Response:
        """A version that the caller may see."""
        form, key = request.path_params["form"], _key(request.path_params["version"])
        if form not in FORMS:
            raise NotFound
        by = await self.principal(request)
        async with self.database.pool.acquire() as connection:
            file = await version_file(connection, by, key, self.today(), form)
        headers = _headers(f"{PREFIX}_{key}-{self.today()}.{form}")
        return StreamingResponse(_streamed(file), media_type=_TYPES[form], headers=headers)


def _key(named: str) -> int:
    """The key of a version's global id. Raises NotFound."""
    try:
        found = GlobalId.parse(named)
    except IdInvalid:
        raise NotFound from None
    if found.prefix != PREFIX:
        raise NotFound
    return found.key


def _media_type(text: str) -> MediaType:
    name = text.partition(";")[0].strip().lower()
    for one in _TAKEN:
        if one.name == name:
            return one
    raise DocumentRefused("A chain comes as CSV, a workbook (XLSX), or a package of openLCA (ZIP).")


def _read(received: Received, name: str) -> StatedSystem:
    received.file.seek(0)
    data = received.file.read()
    received.file.seek(0, io.SEEK_END)
    return read_chain(name, data)


def _told(filled: Filled, system: StatedSystem) -> dict[str, Any]:
    faults = filled.faults
    return {
        "activities": filled.activities,
        "exchanges": filled.exchanges,
        "emissions": filled.emissions,
        "leftOut": [{"what": what, "times": n} for what, n in system.left_out.most_common(100)],
        "faultCount": faults.count,
        "faults": [one._asdict() for one in faults.told],
    }


async def _streamed(file: IO[bytes]) -> AsyncGenerator[bytes]:
    with file:
        while part := await asyncio.to_thread(file.read, _CHUNK):
            yield part


def _headers(name: str) -> dict[str, str]:
    return {**SAFE, "content-disposition": f'attachment; filename="{name}"'}
