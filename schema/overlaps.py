"""Effects that see the same tonne, for who reviews them, and what is decided about them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.effects.actions.overlaps import DecideOverlap, decide_overlap
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.overlaps import OVERLAP_DECISIONS, OVERLAPS
from consortium.effects.rules.overlaps import OverlapDecision, OverlapKind, OverlapState
from schema.effects import Effect
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.identity import Account
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.paging import Connection, connection

described(
    OverlapKind,
    "How two effects see the same tonne.",
    SAME_SOLUTION="One solution, compared twice, in places and periods that meet.",
    PART_AND_WHOLE="A solution and one that it is part of, at any depth.",
    BOTH_TIMEFRAMES="Units in both timeframes: one effect holds their whole life.",
)
described(
    OverlapDecision,
    "What becomes of an overlap.",
    BLOCK="One of the effects does not count beside the other.",
    MERGE="One of them is the other, recorded again, and counts as that.",
    ATTRIBUTE="A part of one lies in the other, and counts there alone.",
    SEPARATE="They are different tonnes: both count whole.",
)
described(
    OverlapState,
    "Where an overlap stands.",
    UNDECIDED="Nothing was decided yet.",
    CHANGED="It was decided, and figures of an effect have changed since: decide anew.",
    DECIDED="It was decided.",
)

EffectOverlapFilter = filter_of(OVERLAPS)
EffectOverlapOrder = order_of(OVERLAPS)
EffectOverlapDecisionFilter = filter_of(OVERLAP_DECISIONS)
EffectOverlapDecisionOrder = order_of(OVERLAP_DECISIONS)


@strawberry.type(
    description="What was decided about two effects. Never changed: another decision supersedes"
    " it. Seen by who reviews claims."
)
class EffectOverlapDecision(Node):
    number: int = strawberry.field(description="Of the decisions about the two, from 1.")
    kind: OverlapKind = strawberry.field(description="How they overlapped.")
    decision: OverlapDecision = strawberry.field(description="What was decided.")
    deducted_effect: Effect | None = strawberry.field(
        description="The effect of which a part counts in the other one."
    )
    deducted_share: Decimal | None = strawberry.field(description="The part, at most 1.")
    reason: str = strawberry.field(description="Why.")
    decided_on: date = strawberry.field(description="From when.")
    superseded_on: date | None = strawberry.field(
        description="From when another decision holds; null: this one does."
    )
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    account: Account | None = strawberry.field(description="Who decided, if it was a person.")
    earlier: Effect = strawberry.field(description="The effect that was recorded first.")
    later: Effect = strawberry.field(description="The other one.")


@strawberry.type(
    description="Two effects that see the same tonne: found by the program, decided about by a"
    " reviewer. Seen by who reviews claims."
)
class EffectOverlap:
    kind: OverlapKind = strawberry.field(description="How they overlap.")
    state: OverlapState = strawberry.field(description="Whether that is decided.")
    waiting_since: date | None = strawberry.field(
        description="Since when a decision is missing; null where there is one."
    )
    last_decision: int = strawberry.field(
        description="The number of the last decision, 0 of none; to be sent with another one."
    )
    earlier: Effect = strawberry.field(description="The effect that was recorded first.")
    later: Effect = strawberry.field(description="The other one.")
    current: EffectOverlapDecision | None = strawberry.field(
        description="The last decision. It counts until another one is made, also where figures"
        " have changed since."
    )
    decisions: Connection[EffectOverlapDecision] = connection(
        "All decisions.", EffectOverlapDecisionFilter, EffectOverlapDecisionOrder
    )


@strawberry.type
class OverlapsQuery:
    effect_overlaps: Connection[EffectOverlap] = connection(
        "Effects that see the same tonne; empty unless you review claims.",
        EffectOverlapFilter,
        EffectOverlapOrder,
    )


@strawberry.input(description="An effect as you saw it.")
class SeenEffectInput:
    effect: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")


@strawberry.input(description="What becomes of an overlap.")
class DecideOverlapInput:
    effects: list[SeenEffectInput] = strawberry.field(description="The two, in any order.")
    last_decision: int = strawberry.field(
        description="The number of the last decision that you saw; 0 of none."
    )
    decision: OverlapDecision = strawberry.field(description="What is decided.")
    reason: str = strawberry.field(description="Why, in at most 1000 characters.")
    deducted_effect: strawberry.ID | None = strawberry.field(
        description="The effect that counts in the other one; none of SEPARATE.",
        default=strawberry.UNSET,
    )
    deducted_share: Decimal | None = strawberry.field(
        description="Of ATTRIBUTE, which part of it does: above 0 and at most 1.",
        default=strawberry.UNSET,
    )


DecideOverlapResult = Annotated[
    EffectOverlapDecision | Refusal,
    strawberry.union("DecideOverlapResult", description="The decision, or why nothing was done."),
]


@strawberry.type
class OverlapsMutation:
    decide_overlap: DecideOverlapResult | None = mutation(
        "Decide which of two effects that overlap counts, and how much of it.",
        Does(
            decide_overlap,
            DecideOverlap,
            DecideOverlapInput,
            OVERLAP_DECISIONS,
            {"effect": EFFECTS, "deducted_effect": EFFECTS},
        ),
    )
