"""The audit trail: who did what, when, through which client, and what it changed."""

from datetime import datetime

import strawberry

from consortium.audit.reads import AUDIT_CHANGES, AUDIT_ENTRIES
from schema.filters import filter_of, order_of
from schema.nodes import Node
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.scalars import BigInt, Json

AuditChangeFilter = filter_of(AUDIT_CHANGES)
AuditEntryFilter = filter_of(AUDIT_ENTRIES)
AuditEntryOrder = order_of(AUDIT_ENTRIES)


@strawberry.type(description="A person as the trail knows them. Erasure takes the name away.")
class AuditActor:
    subject: str = strawberry.field(description="The pseudonym: the `sub` of their tokens.")
    name: str | None = strawberry.field(
        description="The name; null once erased, and for people of other organisations."
    )


@strawberry.type(description="A program through which something was done.")
class AuditClient:
    client_id: str = strawberry.field(description="Its id in OAuth.")
    name: str = strawberry.field(description="Its name.")


@strawberry.type(description="A row of the database that was made, changed or removed.")
class AuditChange:
    table: str = strawberry.field(description="The table, as in the database.")
    row_id: BigInt = strawberry.field(description="The row's number in it.")
    row: strawberry.ID | None = strawberry.field(
        description="Its global id, where the API shows such rows. It may be gone by now."
    )
    before: Json | None = strawberry.field(
        description="Its columns before: of a change those that differ; null where it was made."
        " A column that is absent was empty. What is secret or personal reads `[withheld]`."
    )
    after: Json | None = strawberry.field(
        description="Its columns after, in the same way; null where it was removed."
    )
    entry: "AuditEntry" = strawberry.field(description="The action that it was part of.")


@strawberry.type(description="One action of one actor. Entries are never changed or removed.")
class AuditEntry(Node):
    at: datetime = strawberry.field(description="When.")
    action: str = strawberry.field(
        description="What was done, as `resource:verb`; `sql:change` past the program."
    )
    note: str | None = strawberry.field(
        description="What else there is to know, such as a file and its digest."
    )
    actor: AuditActor | None = strawberry.field(
        description="The person; null where a system acted, or an operator at the machine."
    )
    client: AuditClient | None = strawberry.field(description="The program; null for none.")
    acting_organisation: Organisation | None = strawberry.field(
        description="The organisation that the actor acted for."
    )
    organisation: Organisation | None = strawberry.field(
        description="The organisation that it concerns, where it concerns one."
    )
    changes: Connection[AuditChange] = connection(
        "The rows that it changed, in their order.", AuditChangeFilter
    )


@strawberry.type
class AuditQuery:
    audit_entries: Connection[AuditEntry] = connection(
        "What was done, latest first: everything for auditors, for others what concerns their own"
        " organisation or was done for it.",
        AuditEntryFilter,
        AuditEntryOrder,
    )
