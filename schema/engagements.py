"""Assurers' engagements."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from consortium.membership.actions.engagements import (
    CreateEngagement,
    EndEngagement,
    create_engagement,
    end_engagement,
)
from consortium.membership.reads.engagements import ENGAGEMENTS
from consortium.membership.rules.engagements import Coverage
from consortium.organisations.reads import ORGANISATIONS
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.subscriptions import Change, rows

EngagementFilter = filter_of(ENGAGEMENTS)
EngagementOrder = order_of(ENGAGEMENTS)
described(
    Coverage,
    "Which figures of its client an assurer is engaged for.",
    CLAIMS="Claims of avoided emissions, and what they add up to.",
    INVENTORIES="Inventories.",
    ALL_FIGURES="Both.",
)


@strawberry.type(
    description="An assurer at work for a client. While it holds, the assurer's engineers see the"
    " client's figures that it covers, private ones too. Seen by both parties."
)
class Engagement(Node):
    covers: Coverage = strawberry.field(description="Which figures it is for.")
    starts_on: date = strawberry.field(description="First day.")
    ends_on: date = strawberry.field(description="Last day, as agreed.")
    created_at: datetime = strawberry.field(description="When it was made.")
    ended_at: datetime | None = strawberry.field(description="When it was ended before its time.")
    assurer: Organisation = strawberry.field(description="Who assures.")
    client: Organisation = strawberry.field(description="Whose figures.")


@strawberry.type
class EngagementsQuery:
    engagements: Connection[Engagement] = connection(
        "Engagements that you may see, by their first day.", EngagementFilter, EngagementOrder
    )


@strawberry.type
class EngagementsSubscription:
    engagement_changed: Change[Engagement] = rows(
        ENGAGEMENTS, "An assurer's engagement was made or changed."
    )


@strawberry.input(description="An engagement of an assurer.")
class CreateEngagementInput:
    assurer: strawberry.ID = strawberry.field(description="Who assures.")
    covers: Coverage = strawberry.field(description="Which figures it is for.")
    starts_on: date = strawberry.field(description="First day.")
    ends_on: date = strawberry.field(description="Last day.")
    client: strawberry.ID | None = strawberry.field(
        description="Whose figures; your own organisation's unless given.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="The engagement to end.")
class EndEngagementInput:
    engagement: strawberry.ID = strawberry.field(description="Which.")


EngagementResult = Annotated[
    Engagement | Refusal,
    strawberry.union("EngagementResult", description="The engagement, or why nothing was done."),
]


@strawberry.type
class EngagementsMutation:
    create_engagement: EngagementResult | None = mutation(
        "Engage an assurer, who then sees the figures covered from the first day to the last.",
        Does(
            create_engagement,
            CreateEngagement,
            CreateEngagementInput,
            ENGAGEMENTS,
            {"assurer": ORGANISATIONS, "client": ORGANISATIONS},
        ),
    )
    end_engagement: EngagementResult | None = mutation(
        "End an engagement at once, as either party; it stays on record.",
        Does(
            end_engagement,
            EndEngagement,
            EndEngagementInput,
            ENGAGEMENTS,
            {"engagement": ENGAGEMENTS},
        ),
    )
