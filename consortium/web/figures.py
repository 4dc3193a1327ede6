"""The door for figures as files: imports, templates to fill in, exports, and statements as PDF."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.reports.statement import claim_statement
from consortium.documents.csv import TooManyRows
from consortium.documents.tables import template_csv, template_xlsx
from consortium.documents.workbooks import WorkbookTooLarge
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reports.statement import effect_statement
from consortium.evidence.rules import (
    DocumentRefused,
    read_file_name,
)
from consortium.kernel.clock import Today
from consortium.kernel.errors import DomainError, NotFound, PermissionDenied
from consortium.kernel.ids import GlobalId
from consortium.staging.actions.files import XLSX, StageFile, read_figures_type, stage_file
from consortium.staging.actions.imports import check_importer
from consortium.staging.reads import STAGED_IMPORTS
from consortium.staging.rules.kinds import SHEETS_OF, ImportKind
from consortium.storage.files import Files, FileTooLarge, FileUnusable, SentFile, StorageFull
from consortium.web.doors import SAFE, Door, file_name, json_answer, parts
from consortium.web.exports import (
    EFFECT_SELECTION,
    EXPORTS,
    STATEMENT_SELECTION,
    as_csv,
    as_json,
    as_xlsx,
)
from schema.planner.execution import Executor
from schema.planner.execution import Request as Asked

CSV = "text/csv; charset=utf-8"
_STAGED = """query ($id: ID!) { node(id: $id) { ... on StagedImport {
    id kind status rowCount faultCount version fileName sha256 } } }"""
_CLAIM = (
    f"query ($id: ID!) {{ node(id: $id) {{ ... on AssessedClaim {{ {STATEMENT_SELECTION} }} }} }}"
)
_EFFECT = f"query ($id: ID!) {{ node(id: $id) {{ ... on Effect {{ {EFFECT_SELECTION} }} }} }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureDoor(Door):
    """Takes files of effects and claims in, and gives figures out as files."""

    statuses: ClassVar[dict[type[DomainError], int]] = {
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
    executor: Executor
    fonts: Path | None = None

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/imports/{kind}", self.told(self.stage), methods=["POST"]),
            Route("/imports/{kind}/template.{form}", self.told(self.template), methods=["GET"]),
            Route("/exports/{kind}.{form}", self.told(self.export), methods=["GET"]),
            Route("/effects/{effect}/statement.pdf", self.told(self.effect), methods=["GET"]),
            Route("/claims/{claim}/statement.pdf", self.told(self.claim), methods=["GET"]),
        ]

    async def stage(self, request: Request) -> Response:
        """Keep the body, and its rows for review."""
        rows_are = _import_kind(request)
        by = await self.principal(request)
        check_importer(by)
        media_type = request.headers.get("content-type", "")
        name = read_file_name(file_name(request), read_figures_type(media_type))
        stated = request.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > self.size_max:
            raise FileTooLarge(f"A file may hold {self.size_max} bytes.")
        async with self.files.received(parts(request), self.size_max) as received:
            sent = SentFile(name, media_type, received)
            key = await stage_file(by, StageFile(rows_are, sent), self.today())
        told = await self.executor.run(
            Asked(_STAGED, {"id": f"{STAGED_IMPORTS.prefix}_{key}"}, None, safe=True),
            by,
            self.today(),
        )
        return json_answer(201, orjson.dumps(orjson.loads(told)["data"]["node"]))

    async def template(self, request: Request) -> Response:
        """A file to fill in, which anybody may have."""
        kind = _import_kind(request)
        name = f"{kind.value.lower()}-template"
        match request.path_params["form"]:
            case "csv":
                return _file(template_csv(SHEETS_OF[kind]), CSV, f"{name}.csv")
            case "xlsx":
                made = await asyncio.to_thread(template_xlsx, SHEETS_OF[kind])
                return _file(made, XLSX, f"{name}.xlsx")
            case _:
                raise NotFound

    async def export(self, request: Request) -> Response:
        """All effects, or disclosed claims, that the caller may see."""
        export = EXPORTS.get(request.path_params["kind"])
        form = request.path_params["form"]
        if export is None or form not in {"csv", "json", "xlsx"}:
            raise NotFound
        by = await self.principal(request)
        pages = export.pages(self.executor, by, self.today())
        match form:
            case "csv":
                body, kind = as_csv(export, pages), CSV
            case "json":
                body, kind = as_json(export, pages, self.today()), "application/json"
            case _:
                body, kind = as_xlsx(export, pages), XLSX
        # The first part is made before the answer begins, so that its failure is told.
        first = await anext(body)
        headers = _headers(f"{export.name}-{self.today()}.{form}")
        return StreamingResponse(_after(first, body), media_type=kind, headers=headers)

    async def effect(self, request: Request) -> Response:
        """One page about an effect."""
        node = await self._node(request, "effect", EFFECTS.prefix, _EFFECT)
        made = await asyncio.to_thread(effect_statement, node, self.fonts)
        return _file(made, "application/pdf", f"{node['id']}.pdf")

    async def claim(self, request: Request) -> Response:
        """The statement of an assessed claim, of what its reader may see of it."""
        node = await self._node(request, "claim", ASSESSED_CLAIMS.prefix, _CLAIM)
        made = await asyncio.to_thread(claim_statement, node, self.today(), self.fonts)
        return _file(made, "application/pdf", f"{node['id']}.pdf")

    async def _node(
        self, request: Request, named: str, prefix: str | None, query: str
    ) -> dict[str, Any]:
        """What the caller may see of the thing in the path. Raises NotFound, IdInvalid."""
        key = request.path_params[named]
        if GlobalId.parse(key).prefix != prefix:
            raise NotFound
        by = await self.principal(request)
        asked = Asked(query, {"id": key}, None, safe=True)
        node = orjson.loads(await self.executor.run(asked, by, self.today()))["data"]["node"]
        if not node:
            raise NotFound
        return dict(node)


def _import_kind(request: Request) -> ImportKind:
    """What is sent to the address. Raises NotFound."""
    for kind in ImportKind:
        if kind.value.lower() == request.path_params["kind"]:
            return kind
    raise NotFound


async def _after(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for part in rest:
        yield part


def _headers(name: str) -> dict[str, str]:
    return {**SAFE, "content-disposition": f'attachment; filename="{name}"'}


def _file(body: bytes, media_type: str, name: str) -> Response:
    return Response(body, headers=_headers(name), media_type=media_type)
