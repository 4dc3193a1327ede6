"""Who an effect is shared among: allocations, and how their parties agree on them."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.effects.actions.shares import (
    AcceptAllocation,
    DisputeAllocation,
    ProposeAllocation,
    WithdrawAllocation,
    accept_allocation,
    dispute_allocation,
    propose_allocation,
    withdraw_allocation,
)
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.shares import ALLOCATIONS, CONTRIBUTIONS
from consortium.effects.rules.shares import (
    AllocationStatus,
    Answer,
    ContributorRole,
    PartyKind,
    RemainderKind,
)
from consortium.organisations.reads import ORGANISATIONS
from schema.effects import Effect
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.masses import mass
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection

described(
    ContributorRole,
    "How much of an effect hangs on a contributor (the scale of ICCA and WBCSD).",
    FUNDAMENTAL="The contributor's product is what makes the solution work.",
    EXTENSIVE="It is part of that product, and needed for its effect.",
    SUBSTANTIAL="It does not make the effect directly, and could hardly be left out.",
    MINOR="It is used in making it, and could be left out.",
    TOO_SMALL="It could be left out without changing the effect.",
)
described(
    PartyKind,
    "What a contributor is to the consortium.",
    MEMBER="A member; it is asked whether it accepts.",
    NON_MEMBER="Another organisation, by its name.",
    PLATFORM="The platform on which the solution is offered, by its name.",
)
described(
    RemainderKind,
    "What becomes of the part that no share covers.",
    JOINT_UNDIVIDED="Joint contributors have it together: once in the net total, nobody's own.",
    UNALLOCATED="Nobody's: beside the net total, and not in it.",
)
described(
    AllocationStatus,
    "Where an allocation stands.",
    PROPOSED="Members have still to accept it.",
    IN_FORCE="Every member has accepted it; its shares count.",
    DISPUTED="A member disputes it; its shares do not count.",
    SUPERSEDED="Another one came into force.",
    WITHDRAWN="The proposer took it back.",
)
described(
    Answer,
    "What a member says to an allocation.",
    PENDING="It has not answered.",
    ACCEPTED="It accepts its part and those of the others.",
    DISPUTED="It does not, or not any more.",
)

AllocationFilter = filter_of(ALLOCATIONS)
AllocationOrder = order_of(ALLOCATIONS)
EffectContributionFilter = filter_of(CONTRIBUTIONS)
EffectContributionOrder = order_of(CONTRIBUTIONS)

_VERSION = "The version that you saw."


@strawberry.type(
    description="A party's part in an allocation. Seen by the parties, their assurers and the"
    " secretariat."
)
class EffectContribution:
    position: int = strawberry.field(description="Its place among the parties, from 0.")
    kind: PartyKind = strawberry.field(description="What the party is.")
    role: ContributorRole = strawberry.field(description="How much hangs on it.")
    party_name: str | None = strawberry.field(description="Its name, if it is no member.")
    share: Decimal | None = strawberry.field(
        description="Its share of the effect, from 0 to 1; null for a joint contributor."
    )
    part: Decimal | None = mass("Its share of the mass; null for a joint contributor.")
    claim: Decimal = mass(
        "What it may claim: its share, or the whole remainder, which the others claim as well."
    )
    answer: Answer | None = strawberry.field(
        description="What it says; null for those who are not asked."
    )
    reason: str | None = strawberry.field(description="Why it disputes.")
    answered_on: date | None = strawberry.field(description="When it answered last.")
    organisation: Organisation | None = strawberry.field(description="The member.")


@strawberry.type(
    description="A proposal of how an effect is shared, as a whole: shares and remainder are"
    " exactly 1. Its masses are what it makes of the effect as that is now. Seen by the parties,"
    " their assurers and the secretariat."
)
class Allocation(Node):
    status: AllocationStatus = strawberry.field(description="Where it stands.")
    version: int = strawberry.field(
        description="Grows with each change of the status; to be sent with an answer."
    )
    explanation: str | None = strawberry.field(description="How the shares were found.")
    proposed_on: date = strawberry.field(description="When it was proposed.")
    decided_on: date | None = strawberry.field(description="Since when it stands as it does.")
    remainder_share: Decimal = strawberry.field(description="What the shares leave of 1.")
    remainder_kind: RemainderKind = strawberry.field(description="What becomes of that.")
    effect_mass: Decimal = mass("What is avoided: all parts and the remainder.")
    members: Decimal = mass("The members' shares.")
    non_members: Decimal = mass("The shares of other organisations.")
    platform: Decimal = mass("The share of the platform.")
    joint: Decimal = mass("The remainder, where joint contributors have it undivided.")
    unallocated: Decimal = mass("The remainder, where nobody has it.")
    gross: Decimal = mass("What the members claim, a joint claim at the whole remainder.")
    net: Decimal = mass("The members' shares and the joint remainder, once.")
    overlap: Decimal = mass("Gross less net: what the members' claims hold more than once.")
    effect: Effect | None = strawberry.field(
        description="Of what; null where it is shown to its owner alone."
    )
    proposed_by: Organisation = strawberry.field(description="Who proposed it.")
    contributions: Connection[EffectContribution] = connection(
        "Its parties.", EffectContributionFilter, EffectContributionOrder
    )


@extends(Effect)
class EffectAllocations:
    allocations: Connection[Allocation] = connection(
        "How it is shared, or was proposed to be, as far as you are party to that.",
        AllocationFilter,
        AllocationOrder,
    )


@strawberry.type
class SharesQuery:
    allocations: Connection[Allocation] = connection(
        "Allocations to which you are a party.", AllocationFilter, AllocationOrder
    )


@strawberry.input(
    description="A party. A member is given by its id, anybody else by a name; without a share, a"
    " member is a joint contributor."
)
class EffectContributionInput:
    kind: PartyKind = strawberry.field(description="What it is.")
    role: ContributorRole = strawberry.field(description="How much hangs on it.")
    organisation: strawberry.ID | None = strawberry.field(
        description="The member.", default=strawberry.UNSET
    )
    name: str | None = strawberry.field(
        description="The name, if it is no member.", default=strawberry.UNSET
    )
    share: Decimal | None = strawberry.field(
        description="Its share, above 0 and at most 1, with at most 12 decimals.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="How an effect is to be shared.")
class ProposeAllocationInput:
    effect: strawberry.ID = strawberry.field(description="Of what.")
    contributions: list[EffectContributionInput] = strawberry.field(
        description="All parties, your own organisation and the effect's owner among them."
    )
    remainder: Decimal = strawberry.field(
        description="What the shares leave of 1, exactly; 0 where they leave nothing."
    )
    explanation: str | None = strawberry.field(
        description="How the shares were found.", default=strawberry.UNSET
    )


@strawberry.input(description="An allocation to accept.")
class AcceptAllocationInput:
    allocation: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)


@strawberry.input(description="An allocation to dispute.")
class DisputeAllocationInput:
    allocation: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)
    reason: str = strawberry.field(description="Why; the other parties read it.")


@strawberry.input(description="An allocation to take back.")
class WithdrawAllocationInput:
    allocation: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)


AllocationResult = Annotated[
    Allocation | Refusal,
    strawberry.union("AllocationResult", description="The allocation, or why nothing was done."),
]
_IDS = {"allocation": ALLOCATIONS}


@strawberry.type
class SharesMutation:
    propose_allocation: AllocationResult | None = mutation(
        "Propose how an effect is shared, and accept that for your organisation. It is in force"
        " when every member in it has accepted.",
        Does(
            propose_allocation,
            ProposeAllocation,
            ProposeAllocationInput,
            ALLOCATIONS,
            {"effect": EFFECTS, "organisation": ORGANISATIONS},
        ),
    )
    accept_allocation: AllocationResult | None = mutation(
        "Accept an allocation for your organisation. The last acceptance puts it in force, in the"
        " place of any other.",
        Does(accept_allocation, AcceptAllocation, AcceptAllocationInput, ALLOCATIONS, _IDS),
    )
    dispute_allocation: AllocationResult | None = mutation(
        "Dispute an allocation; one in force counts no more until you accept it again.",
        Does(dispute_allocation, DisputeAllocation, DisputeAllocationInput, ALLOCATIONS, _IDS),
    )
    withdraw_allocation: AllocationResult | None = mutation(
        "Take back a proposal of your organisation that is not in force.",
        Does(withdraw_allocation, WithdrawAllocation, WithdrawAllocationInput, ALLOCATIONS, _IDS),
    )
