"""Disclosed claims that effects cover."""

import strawberry

from consortium.avoided.actions.covers import (
    CoverClaim,
    UncoverClaim,
    cover_claim,
    uncover_claim,
)
from consortium.avoided.reads.claims import CLAIMS
from consortium.effects.reads.effects import EFFECTS
from schema.avoided.claims import Claim, ClaimResult
from schema.effects import Effect
from schema.mutations import Does, mutation
from schema.nodes import extends


@extends(Claim)
class ClaimCover:
    covered_by: Effect | None = strawberry.field(
        description="The effect that covers it today, so that it is in no disclosed sum."
    )


@strawberry.input(description="A disclosed claim, and the effect that covers it.")
class CoverClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")
    effect: strawberry.ID = strawberry.field(description="The effect that holds its tonnes.")
    reason: str = strawberry.field(description="Why it covers the claim.")


@strawberry.input(description="A disclosed claim that counts again.")
class UncoverClaimInput:
    claim: strawberry.ID = strawberry.field(description="Which claim.")


@strawberry.type
class CoversMutation:
    cover_claim: ClaimResult | None = mutation(
        "Link a disclosed claim to the effect that covers it: it leaves the disclosed sums.",
        Does(
            cover_claim, CoverClaim, CoverClaimInput, CLAIMS, {"claim": CLAIMS, "effect": EFFECTS}
        ),
    )
    uncover_claim: ClaimResult | None = mutation(
        "Undo that: the claim counts again from today on.",
        Does(uncover_claim, UncoverClaim, UncoverClaimInput, CLAIMS, {"claim": CLAIMS}),
    )
