"""Bulk operations at the edge: what reads their documents, and the door for their files."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, cast

import orjson
from graphql import FieldNode, OperationType
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from consortium.bulk.actions.documents import Asked, Page, Reading
from consortium.bulk.actions.operations import Kept, record_upload, result_of
from consortium.bulk.reads import OPERATIONS, UPLOADS
from consortium.bulk.rules.operations import (
    BulkMutationInvalid,
    BulkQueryInvalid,
    BulkResultGone,
    BulkVariablesInvalid,
    asking_organisation,
)
from consortium.evidence.rules import DocumentRefused
from consortium.kernel.clock import Today
from consortium.kernel.errors import DomainError, IdInvalid, NotFound, PermissionDenied
from consortium.kernel.ids import GlobalId
from consortium.kernel.principal import Principal
from consortium.storage.files import Files, FileTooLarge, FileUnusable, StorageFull
from consortium.web.doors import SAFE, Door, json_answer, parts
from consortium.web.failures import database_down
from consortium.web.graphql import told
from schema.errors import RequestRefused
from schema.planner.execution import Executor
from schema.planner.execution import Request as Operation
from schema.planner.mutations import Writing
from schema.planner.whole_lists import AFTER, WholeList, whole_list

# Below the directory of data, apart from documents: these are removed after a time.
BULK_FILES = "bulk"
JSON_LINES = "application/jsonl"
_TAKEN = frozenset({JSON_LINES, "application/x-ndjson", "application/json-lines", "text/plain"})


@dataclass(frozen=True, slots=True)
class _Within:
    """A connection of an open transaction, whose JSON is text."""

    reading: Reading

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401  as asyncpg
        """The first value of the first row, JSON as bytes."""
        value: Any = await self.reading.fetchval(query, *args)
        return value.encode() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class BulkDocuments:
    """Checks and runs the documents of bulk operations by the executor."""

    executor: Executor = field(repr=False)

    def check_query(self, asked: Asked, by: Principal, today: date) -> None:
        """Refuse what is no whole list. Raises BulkQueryInvalid, BulkVariablesInvalid."""
        try:
            found = self._list(asked)
            self.executor.prepare(_page_of(found, asked, None), by, today)
        except RequestRefused as error:
            raise BulkQueryInvalid(_said(error)).at("query") from None

    def check_mutation(self, document: str) -> None:
        """Refuse what is no one mutation. Raises BulkMutationInvalid."""
        try:
            node = self.executor.planner.document(document).operation(None).node
        except RequestRefused as error:
            raise BulkMutationInvalid(_said(error)).at("mutation") from None
        if node.operation is not OperationType.MUTATION:
            raise BulkMutationInvalid("Give a mutation.").at("mutation")
        fields = [one for one in node.selection_set.selections if isinstance(one, FieldNode)]
        if len(fields) < len(node.selection_set.selections):
            raise BulkMutationInvalid("Write the mutation's fields out.").at("mutation")
        if any(one.name.value.startswith("startBulk") for one in fields):
            raise BulkMutationInvalid("A bulk operation starts no other.").at("mutation")

    async def page(
        self, reading: Reading, asked: Asked, after: str | None, by: Principal, today: date
    ) -> Page:
        """The next rows, within the rights of `by`. Raises BulkQueryInvalid, BulkListCut."""
        found = self._list(asked)
        executor = replace(self.executor, pool=reading)
        try:
            answer = await executor.run(_page_of(found, asked, after), by, today)
        except RequestRefused as error:
            raise BulkQueryInvalid(_said(error)) from None
        page = orjson.loads(answer)["data"][found.key]
        info = page["pageInfo"]
        rows = [orjson.dumps(one) for one in found.rows(page["nodes"])]
        return Page(rows, info["endCursor"] if info["hasNextPage"] else None)

    async def change(self, reading: Reading, asked: Asked, by: Principal, today: date) -> bytes:
        """The JSON of what a mutation answered, refusals included, in the open transaction."""
        # What actions need is there already: another entry would leave the open transaction.
        writing = Writing(nullcontext, told)
        executor = replace(self.executor, pool=_Within(reading), writing=writing)
        operation = Operation(asked.document, _variables(asked.variables))
        return await executor.run(operation, by, today)

    def failure(self, error: Exception) -> bytes:
        """The JSON of an answer where the mutation failed; raises it where the database is away."""
        if database_down(error):
            raise error
        return orjson.dumps({"errors": told(error)})

    def _list(self, asked: Asked) -> WholeList:
        # Parsed and valid first, so that what is wrong is told as it always is.
        self.executor.planner.document(asked.document)
        return whole_list(self.executor.planner.schema, asked.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDoor(Door):
    """Takes files of variables, and gives results."""

    statuses: ClassVar[dict[type[DomainError], int]] = {
        BulkResultGone: 410,
        DocumentRefused: 415,
        FileTooLarge: 413,
        FileUnusable: 500,
        NotFound: 404,
        PermissionDenied: 403,
        StorageFull: 507,
    }

    files: Files
    today: Today
    size_max: int

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/bulk/uploads", self.told(self.send), methods=["POST"]),
            Route("/bulk/{operation}/result.jsonl", self.told(self.fetch), methods=["GET"]),
        ]

    async def send(self, request: Request) -> Response:
        """Keep the body as a file of variables."""
        by = await self.principal(request)
        asking_organisation(by)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in _TAKEN:
            raise DocumentRefused(f"Send variables as `{JSON_LINES}`, an object on each line.")
        async with self.files.received(parts(request), self.size_max) as received:
            await received.keep()
        sha256, size, _ = received.content
        key = await record_upload(by, Kept(sha256, size))
        about = {"id": str(GlobalId(str(UPLOADS.prefix), key)), "sizeBytes": size}
        return json_answer(201, orjson.dumps({**about, "sha256": sha256}))

    async def fetch(self, request: Request) -> Response:
        """The result of an operation, to be saved."""
        by = await self.principal(request)
        kept = await result_of(by, _operation(request), self.today())
        path = await self.files.find(kept.digest, kept.size_bytes)
        name = f"{request.path_params['operation']}.jsonl"
        return FileResponse(path, media_type=JSON_LINES, filename=name, headers=SAFE)


def _operation(request: Request) -> int:
    """The key in the path. Raises NotFound."""
    try:
        found = GlobalId.parse(request.path_params["operation"])
    except IdInvalid:
        raise NotFound from None
    if found.prefix != OPERATIONS.prefix:
        raise NotFound
    return found.key


def _page_of(found: WholeList, asked: Asked, after: str | None) -> Operation:
    variables = {**_variables(asked.variables), AFTER: after}
    return Operation(found.document, variables, None, safe=True)


def _variables(text: str) -> Mapping[str, Any]:
    """The variables of a JSON text. Raises BulkVariablesInvalid."""
    try:
        given: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BulkVariablesInvalid().at("variables") from None
    if not isinstance(given, dict):
        raise BulkVariablesInvalid().at("variables")
    return cast("dict[str, Any]", given)


def _said(error: RequestRefused) -> str:
    return "; ".join(one["message"] for one in error.errors)
