"""Whole lists as files, and changes from files: asked for, followed, cancelled."""

from datetime import datetime
from typing import Annotated

import strawberry

from consortium.bulk.actions.operations import (
    CancelBulkOperation,
    StartBulkMutation,
    StartBulkQuery,
    cancel_bulk_operation,
    start_bulk_mutation,
    start_bulk_query,
)
from consortium.bulk.reads import OPERATIONS, UPLOADS
from consortium.bulk.rules.operations import BulkKind, BulkState
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.organisations import Organisation
from schema.paging import Connection, argument, connection, field
from schema.scalars import BigInt

BulkOperationFilter = filter_of(OPERATIONS)
BulkOperationOrder = order_of(OPERATIONS)
described(
    BulkKind,
    "What a bulk operation is.",
    QUERY="A list is read to its end into a file.",
    MUTATION="Each line of a file is a change.",
)
described(
    BulkState,
    "How far a bulk operation is.",
    WAITING="It has not begun.",
    RUNNING="It is under way.",
    DONE="It is done; `url` has the result.",
    FAILED="It ended early; `failureCode` and `told` say why.",
    CANCELLED="Somebody ended it early.",
)


@strawberry.type(
    description="A query or a mutation that runs beside the server, with the rights of who asked"
    " for it, as long as they have them. Seen by the organisation for which it was asked; the"
    " result is for who asked alone."
)
class BulkOperation(Node):
    kind: BulkKind = strawberry.field(description="What it is.")
    document: str = strawberry.field(description="The query or the mutation.")
    variables: str = strawberry.field(description="The variables of a query, as JSON.")
    state: BulkState = strawberry.field(description="How far it is.")
    rows: BigInt = strawberry.field(description="How many rows were read, or lines done, so far.")
    failure_code: str | None = strawberry.field(description="The stable code of why it failed.")
    told: str | None = strawberry.field(description="Why it failed.")
    size_bytes: BigInt | None = strawberry.field(description="How large the result is.")
    url: str | None = strawberry.field(
        description="Where the result is, for 7 days: JSON Lines, to be fetched with the same"
        " authorization as this."
    )
    asked_at: datetime = strawberry.field(description="When it was asked for.")
    began_at: datetime | None = strawberry.field(description="When it began.")
    ended_at: datetime | None = strawberry.field(description="When it was over, if it is.")
    organisation: Organisation = strawberry.field(description="For whom it was asked.")


@strawberry.type
class BulkQuery:
    bulk_operation: BulkOperation | None = field(
        "A bulk operation of your organisation.",
        argument("id", strawberry.ID, "Its global id."),
    )
    bulk_operations: Connection[BulkOperation] = connection(
        "The bulk operations of your organisation, latest first.",
        BulkOperationFilter,
        BulkOperationOrder,
    )


@strawberry.input(description="A list that is to be read to its end.")
class StartBulkQueryInput:
    query: str = strawberry.field(
        description="A query of one list and its `nodes`, without a page. Lists inside a row are"
        " read to their `first` (100 unless given); if one has more, the operation fails."
    )
    variables: str | None = strawberry.field(
        description="Its variables, an object as JSON.", default=strawberry.UNSET
    )


@strawberry.input(description="A change for each line of a file.")
class StartBulkMutationInput:
    mutation: str = strawberry.field(description="The mutation, with variables.")
    upload: strawberry.ID = strawberry.field(
        description="The file of variables, as `POST /bulk/uploads` named it: an object a line."
    )


@strawberry.input(description="A bulk operation that is to end.")
class CancelBulkOperationInput:
    operation: strawberry.ID = strawberry.field(description="Which.")


BulkOperationResult = Annotated[
    BulkOperation | Refusal,
    strawberry.union(
        "BulkOperationResult", description="The operation, or why there is none to be done."
    ),
]


@strawberry.type
class BulkMutation:
    start_bulk_query: BulkOperationResult | None = mutation(
        "Read a list to its end into a file: a row a line, all as of one moment.",
        Does(start_bulk_query, StartBulkQuery, StartBulkQueryInput, OPERATIONS),
    )
    start_bulk_mutation: BulkOperationResult | None = mutation(
        "Do a mutation once for each line of a file. Each line is one transaction with its answer,"
        " so it is done exactly once, whatever stops in between; the result has an answer a line.",
        Does(
            start_bulk_mutation,
            StartBulkMutation,
            StartBulkMutationInput,
            OPERATIONS,
            {"upload": UPLOADS},
        ),
    )
    cancel_bulk_operation: BulkOperationResult | None = mutation(
        "End a bulk operation that you asked for. Lines that are done stay done.",
        Does(
            cancel_bulk_operation,
            CancelBulkOperation,
            CancelBulkOperationInput,
            OPERATIONS,
            {"operation": OPERATIONS},
        ),
    )
