"""The secretariat's inbox."""

from datetime import date

import strawberry

from consortium.membership.reads.inbox import INBOX
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from schema.applications import Application
from schema.dues import Invoice
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.subscriptions import answer

InboxItemFilter = filter_of(INBOX)
InboxItemOrder = order_of(INBOX)
described(
    WaitKind,
    "What waits.",
    ORGANISATION_WITHOUT_ADMIN="A member that nobody administers.",
    ADMIN_INVITATION_UNANSWERED="An invitation to administer, older than a week.",
    CHAIR_MISSING="A working group without a chair.",
    MEETING_NOT_RECORDED="A meeting without attendance or minutes a week after it was held.",
    APPEAL="An appeal against an expulsion, to be decided.",
    EXPULSION="An expulsion that can still be appealed against.",
    NOTICE="A membership that ends by notice.",
    APPLICATION="An application that is not decided, answered or accepted yet.",
    INVOICE_OVERDUE="An invoice that is open past its due date.",
    ASSESSED_CLAIM="An assessed claim to be reviewed, answered or published.",
    FOOTPRINT_REQUEST="A request for a footprint that is not answered yet.",
    ENGAGEMENT_ENDING="An assurer's engagement that ends within 30 days.",
)
described(
    WaitsFor,
    "Whose turn it is.",
    SECRETARIAT="The secretariat's.",
    APPLICANT="The applicant's.",
    MEMBER="The organisation's.",
    CHAIR="The chair's of the working group.",
)


@strawberry.type(description="Something that waits for somebody. Seen by who manages memberships.")
class InboxItem:
    kind: WaitKind = strawberry.field(description="What waits.")
    waits_for: WaitsFor = strawberry.field(description="Whose turn it is.")
    since: date | None = strawberry.field(description="Since when; null where it is not known.")
    due_on: date | None = strawberry.field(description="By when; null where nothing says so.")
    thing: strawberry.ID = strawberry.field(
        description="The global id of what it is about, for `node`."
    )
    organisation: Organisation | None = strawberry.field(description="Which it is about.")
    application: Application | None = strawberry.field(
        description="The application, of the kind APPLICATION."
    )
    invoice: Invoice | None = strawberry.field(
        description="The invoice, of the kind INVOICE_OVERDUE."
    )


@strawberry.type
class InboxQuery:
    secretariat_inbox: Connection[InboxItem] = connection(
        "What waits for whom, longest first.", InboxItemFilter, InboxItemOrder
    )


@strawberry.type
class InboxSubscription:
    secretariat_inbox_changed: Connection[InboxItem] = answer(
        InboxQuery,
        "secretariat_inbox",
        "What waits for whom.",
        "account",
        "assessed_claim",
        "engagement",
        "footprint_request",
        "invoice",
        "delegacy",
        "meeting",
        "membership",
        "membership_application",
        "membership_decision",
        "organisation_contact",
        "role_grant",
        "single_use_link",
        "working_group",
    )
