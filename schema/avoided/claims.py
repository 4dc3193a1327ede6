"""Claims of avoided emissions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.avoided.actions.visibility import SetClaimVisibility, set_claim_visibility
from consortium.avoided.reads.claims import CLAIMS
from consortium.avoided.rules.vocabulary import Basis, ClaimKind, RecordType
from consortium.kernel.visibility import Visibility
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.initiatives import Initiative
from schema.masses import Quantity, mass
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection, field, optional
from schema.subscriptions import Change, rows
from schema.value_chains import ValueChain

ClaimFilter = filter_of(CLAIMS)
ClaimOrder = order_of(CLAIMS)
described(
    ClaimKind,
    "The timeframe of a figure. Figures of two kinds are never added.",
    YEAR_ON_YEAR="Avoided within the period by all units in use.",
    FORWARD_LOOKING="Avoided over their whole life by the units sold in the period.",
    CUMULATIVE="Avoided since a start date, as a running total.",
)
described(
    RecordType,
    "What a figure speaks of. Only actual figures are added.",
    ACTUAL="What was avoided.",
    TARGET="What is to be avoided.",
    PROJECTION="A run rate or an expected annual value.",
    INCREMENT="What one period added to a cumulative series.",
)
described(
    Basis,
    "What stands behind a claim.",
    DISCLOSED="A publication: gates not assessed, overlap not examined.",
    ASSESSED="An effect that was recorded and reviewed here.",
)


@strawberry.type(description="An organisation's statement of what others avoided through it.")
class Claim(Node):
    reference: str = strawberry.field(description="Its name in the file it came from.")
    basis: Basis = strawberry.field(description="What stands behind it.")
    kind: ClaimKind = strawberry.field(description="Its timeframe.")
    record_type: RecordType = strawberry.field(description="What it speaks of.")
    fiscal_label: str | None = strawberry.field(
        description="The period's name as published, such as FY2023."
    )
    period_start: date | None = strawberry.field(description="First day; null where not stated.")
    period_end: date | None = strawberry.field(description="Last day; null where not stated.")
    year: int | None = strawberry.field(
        description="The calendar year that holds most of a period of 350 to 380 days."
    )
    quantity: Quantity = strawberry.field(description="How much, as a value or a range.")
    qualifier: str | None = strawberry.field(
        description="The word that qualifies the figure as published, such as 'more than'."
    )
    as_published: str | None = strawberry.field(description="The figure in its source's words.")
    category: str | None = strawberry.field(description="The solution or category, as published.")
    methodology: str | None = strawberry.field(description="The methodology named.")
    series: str | None = strawberry.field(description="The series that it is a point of.")
    verifier: str | None = strawberry.field(description="Who verified this very figure.")
    verified: bool = strawberry.field(description="Whether a verifier is named for it.")
    separate_from_parent: bool = strawberry.field(
        description="A reviewer's word that the parent's figure does not hold this one."
    )
    quarantined: bool = strawberry.field(description="Shown, and counted nowhere.")
    quality: str | None = strawberry.field(description="What to doubt.")
    notes: str | None = strawberry.field(description="Remarks.")
    published_on: date | None = strawberry.field(
        description="Day of publication; the last of the month where only a month is stated."
    )
    published_as: str | None = strawberry.field(
        description="Date of publication as its source gives it."
    )
    known_on: date = strawberry.field(
        description="Since when it is known: published, else recorded here."
    )
    visibility: Visibility = strawberry.field(description="Who may see it.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    organisation: Organisation = strawberry.field(description="Whose claim.")
    source: Source | None = strawberry.field(description="Where this was published.")
    part_of: "Claim | None" = strawberry.field(description="The total that it is a part of.")
    parts: Connection["Claim"] = connection(
        "The parts of this total, as published.", ClaimFilter, ClaimOrder
    )
    parts_total: Decimal | None = mass("The sum of the published parts.")
    parts_difference: Decimal | None = mass(
        "This total less the sum of its parts; negative where the parts exceed it."
    )
    supersedes: "Claim | None" = strawberry.field(description="The version that it restates.")
    superseded_by: list["Claim"] = strawberry.field(description="The versions that restate it.")
    method_change_from: "Claim | None" = strawberry.field(
        description="The figure by an earlier method, with which it is not comparable."
    )
    initiatives: list[Initiative] = strawberry.field(description="The initiatives it names.")
    value_chains: list[ValueChain] = strawberry.field(description="The chains it acts on.")


_CLAIMS = "Claims of avoided emissions that you may see, earliest period first."


@extends(Organisation)
class OrganisationClaims:
    claims: Connection[Claim] = connection(_CLAIMS, ClaimFilter, ClaimOrder)


@extends(Initiative)
class InitiativeClaims:
    claims: Connection[Claim] = connection(_CLAIMS, ClaimFilter, ClaimOrder)


@extends(ValueChain)
class ValueChainClaims:
    claims: Connection[Claim] = connection(_CLAIMS, ClaimFilter, ClaimOrder)


@strawberry.type
class ClaimsQuery:
    claim: Claim | None = field(
        "A claim by its id, or by its name in the file it came from.",
        optional("id", strawberry.ID, "Its global id."),
        optional("reference", str, "Its name in the file it came from."),
    )
    claims: Connection[Claim] = connection(
        "All claims of avoided emissions that you may see, as they were recorded.",
        ClaimFilter,
        ClaimOrder,
    )


@strawberry.type
class ClaimsSubscription:
    claim_changed: Change[Claim] = rows(CLAIMS, "A disclosed claim was recorded or changed.")


@strawberry.input(description="Who shall see a claim.")
class SetClaimVisibilityInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    visibility: Visibility = strawberry.field(description="Who shall see it.")


ClaimResult = Annotated[
    Claim | Refusal,
    strawberry.union("ClaimResult", description="The claim, or why nothing was changed."),
]


@strawberry.type
class ClaimsMutation:
    set_claim_visibility: ClaimResult | None = mutation(
        "Show a claim of your organisation to more or fewer. Everyone's sums follow at once.",
        Does(
            set_claim_visibility,
            SetClaimVisibility,
            SetClaimVisibilityInput,
            CLAIMS,
            {"claim": CLAIMS},
        ),
    )
