"""Footprints that are computed from value chains, and that stand for activities in them."""

from typing import Any

import strawberry

from consortium.footprints.actions.chains import (
    ComputeFootprint,
    UseFootprint,
    compute_footprint,
    use_footprint,
)
from consortium.footprints.reads.footprints import FOOTPRINTS, PRODUCTS
from consortium.footprints.rules.vocabulary import OutdatedReason
from consortium.kernel.gases import GwpSet
from consortium.kernel.visibility import Visibility
from consortium.value_chains.reads import ACTIVITIES
from schema.activities import Activity, ActivityResult
from schema.chain_footprints import listed
from schema.chain_versions import ChainVersion
from schema.enums import described
from schema.footprints import (
    AboutFootprintInput,
    DeclaredFootprintInput,
    Footprint,
    FootprintFilter,
    FootprintOrder,
    FootprintResult,
)
from schema.mutations import Does, mutation
from schema.nodes import extends
from schema.paging import Connection, connection

described(
    OutdatedReason,
    "Why what a version of a value chain tells of an activity is not the newest.",
    FOOTPRINT_DEPRECATED="The footprint that stands for it is deprecated.",
    REPLACED="A later version that was copied from this one has another footprint for it.",
)


@strawberry.type(
    description="An activity of which something newer is known than a version tells. What was"
    " computed from the version stays as it was; compute it anew from a later one."
)
class OutdatedActivity:
    reason: OutdatedReason = strawberry.field(description="Why.")
    activity: Activity | None = strawberry.field(description="The activity.")
    footprint: Footprint | None = strawberry.field(
        description="The footprint that stands for it in this version; null: none that you may"
        " see, or data of its own."
    )
    newer: Footprint | None = strawberry.field(
        description="The footprint that is newer; null: none that you may see."
    )
    later_version: ChainVersion | None = strawberry.field(
        description="The later version that uses it; null: none yet."
    )


def _outdated(of: str) -> Any:
    return listed(f"Activities {of} of which something newer is known.")


@extends(ChainVersion)
class ChainVersionOutdated:
    outdated: list[OutdatedActivity] = _outdated("in it")


@extends(Activity)
class ActivityFootprints:
    footprint: Footprint | None = strawberry.field(
        description="The footprint that stands for all that it takes and emits; null: none that"
        " you may see."
    )
    computed_footprints: Connection[Footprint] = connection(
        "Footprints of products that were computed from it, as far as you may see.",
        FootprintFilter,
        FootprintOrder,
    )


@extends(Footprint)
class FootprintOfChain:
    activity: Activity | None = strawberry.field(
        description="The activity that it was computed from; null: none that you may see."
    )
    rests_on_deprecated: bool = strawberry.field(
        description="Whether a footprint that it was computed from is deprecated since."
    )
    outdated: list[OutdatedActivity] = _outdated("that it was computed from and")


@strawberry.input(description="A product of your organisation, and what makes it in a value chain.")
class ComputeFootprintInput:
    product: strawberry.ID = strawberry.field(description="Which product.")
    activity: strawberry.ID = strawberry.field(
        description="The activity that makes it, in a published version."
    )
    pcf: DeclaredFootprintInput = strawberry.field(description="What the chain does not tell.")
    gwp_set: GwpSet | None = strawberry.field(
        description="By which set gases are CO2e; AR6 unless told.", default=strawberry.UNSET
    )
    about: AboutFootprintInput | None = strawberry.field(
        description="What is told beside the quantities.", default=strawberry.UNSET
    )
    visibility: Visibility | None = strawberry.field(
        description="Who may see it; PRIVATE unless told.", default=strawberry.UNSET
    )


@strawberry.input(description="A footprint that shall stand for an activity of a draft.")
class UseFootprintInput:
    activity: strawberry.ID = strawberry.field(description="Which activity.")
    version: int = strawberry.field(description="The version of the draft that you saw.")
    footprint: strawberry.ID = strawberry.field(
        description="Which footprint: one that is not deprecated, of the activity's product."
    )


@strawberry.type
class FootprintsInChainsMutation:
    compute_footprint: FootprintResult | None = mutation(
        "Compute a product's footprint from a value chain, and record it.",
        Does(
            compute_footprint,
            ComputeFootprint,
            ComputeFootprintInput,
            FOOTPRINTS,
            {"product": PRODUCTS, "activity": ACTIVITIES},
        ),
    )
    use_footprint: ActivityResult | None = mutation(
        "Let a footprint, such as one that a supplier sent, stand for all that an activity of a"
        " draft takes and emits.",
        Does(
            use_footprint,
            UseFootprint,
            UseFootprintInput,
            ACTIVITIES,
            {"activity": ACTIVITIES, "footprint": FOOTPRINTS},
        ),
    )
