"""The whole schema: a line for each feature."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.activities import ActivitiesMutation
from schema.applications import ApplicationsMutation, ApplicationsQuery, ApplicationsSubscription
from schema.assessed_totals import AssessedTotalsQuery, AssessedTotalsSubscription
from schema.assessing import AssessmentMutation
from schema.assessment import AssessmentQuery, AssessmentSubscription
from schema.audit import AuditQuery
from schema.avoided.claims import ClaimsMutation, ClaimsQuery, ClaimsSubscription
from schema.avoided.covers import CoversMutation
from schema.avoided.totals import AvoidedQuery, AvoidedSubscription
from schema.bulk import BulkMutation, BulkQuery
from schema.chain_computations import (
    ChainComputationsMutation,
    ChainComputationsQuery,
    ChainComputationsSubscription,
)
from schema.chain_footprints import ChainFootprintsQuery
from schema.chain_versions import (
    ChainVersionsMutation,
    ChainVersionsQuery,
    ChainVersionsSubscription,
)
from schema.comparisons import ComparisonsMutation, ComparisonsQuery
from schema.decisions import DecisionsMutation
from schema.dues import DuesMutation, DuesQuery, DuesSubscription
from schema.effects import EffectsMutation, EffectsQuery, EffectsSubscription
from schema.engagements import EngagementsMutation, EngagementsQuery, EngagementsSubscription
from schema.exchange import ExchangeMutation, ExchangeQuery, ExchangeSubscription
from schema.footprint_requests import (
    FootprintRequestsMutation,
    FootprintRequestsQuery,
    FootprintRequestsSubscription,
)
from schema.footprints import FootprintsMutation, FootprintsQuery, FootprintsSubscription
from schema.footprints_in_chains import FootprintsInChainsMutation
from schema.guidance import GuidanceMutation, GuidanceQuery
from schema.identity import IdentityMutation, IdentityQuery
from schema.imports import ImportsMutation, ImportsQuery, ImportsSubscription
from schema.inbox import InboxQuery, InboxSubscription
from schema.initiatives import InitiativesQuery
from schema.inventory import InventoryMutation, InventoryQuery
from schema.membership import MembershipQuery, MembershipSubscription
from schema.nodes import Node
from schema.organisations import OrganisationsMutation, OrganisationsQuery
from schema.overlaps import OverlapsMutation, OverlapsQuery
from schema.paging import argument, field
from schema.products import ProductsMutation, ProductsQuery
from schema.profile import ProfileQuery, ProfileSubscription
from schema.progress import ProgressMutation, ProgressQuery
from schema.reorganisations import ReorganisationsMutation, ReorganisationsQuery
from schema.review import ReviewMutation
from schema.scalars import SCALARS
from schema.search import SearchQuery
from schema.seats import SeatsMutation
from schema.shares import SharesMutation, SharesQuery
from schema.solutions import SolutionsMutation, SolutionsQuery
from schema.value_chains import ValueChainsQuery
from schema.webhooks import WebhooksMutation, WebhooksQuery
from schema.working_groups import (
    WorkingGroupsMutation,
    WorkingGroupsQuery,
    WorkingGroupsSubscription,
)


@strawberry.type
class NodesQuery:
    node: Node | None = field(
        "Anything with a global id; null if there is none that you may see.",
        argument("id", strawberry.ID, "Its global id."),
    )
    nodes: list[Node | None] = field(
        "Several of them, in the order asked for.",
        argument("ids", list[strawberry.ID], "Their global ids, at most 1000."),
    )


@strawberry.type(description="What can be read. Each operation is one statement.")
class Query(
    NodesQuery,
    SearchQuery,
    OrganisationsQuery,
    IdentityQuery,
    MembershipQuery,
    ProfileQuery,
    EngagementsQuery,
    ApplicationsQuery,
    DuesQuery,
    WorkingGroupsQuery,
    InboxQuery,
    ValueChainsQuery,
    ChainFootprintsQuery,
    ChainVersionsQuery,
    ChainComputationsQuery,
    ProductsQuery,
    FootprintsQuery,
    FootprintRequestsQuery,
    InventoryQuery,
    InitiativesQuery,
    SolutionsQuery,
    ComparisonsQuery,
    EffectsQuery,
    SharesQuery,
    OverlapsQuery,
    ImportsQuery,
    ExchangeQuery,
    WebhooksQuery,
    BulkQuery,
    GuidanceQuery,
    ClaimsQuery,
    AvoidedQuery,
    AssessedTotalsQuery,
    AssessmentQuery,
    ProgressQuery,
    ReorganisationsQuery,
    AuditQuery,
):
    pass


@strawberry.type(
    description="What can be changed. Fields of one operation run one after the other, each whole"
    " or not at all; each answers with its result, within your rights, or with a `Refusal`."
)
class Mutation(
    IdentityMutation,
    OrganisationsMutation,
    SeatsMutation,
    EngagementsMutation,
    ApplicationsMutation,
    ReviewMutation,
    DecisionsMutation,
    DuesMutation,
    WorkingGroupsMutation,
    ChainVersionsMutation,
    ActivitiesMutation,
    ChainComputationsMutation,
    ProductsMutation,
    FootprintsMutation,
    FootprintsInChainsMutation,
    FootprintRequestsMutation,
    InventoryMutation,
    SolutionsMutation,
    ComparisonsMutation,
    EffectsMutation,
    SharesMutation,
    OverlapsMutation,
    ImportsMutation,
    ExchangeMutation,
    WebhooksMutation,
    BulkMutation,
    GuidanceMutation,
    ClaimsMutation,
    CoversMutation,
    AssessmentMutation,
    ProgressMutation,
    ReorganisationsMutation,
):
    pass


@strawberry.type(
    description="What can be followed, over WebSocket or a stream: each change is told at least"
    " once, those of one row in their order, and only as far as you may see it."
)
class Subscription(
    MembershipSubscription,
    ProfileSubscription,
    EngagementsSubscription,
    ApplicationsSubscription,
    DuesSubscription,
    WorkingGroupsSubscription,
    InboxSubscription,
    ChainVersionsSubscription,
    ChainComputationsSubscription,
    FootprintsSubscription,
    FootprintRequestsSubscription,
    EffectsSubscription,
    ImportsSubscription,
    ExchangeSubscription,
    ClaimsSubscription,
    AvoidedSubscription,
    AssessedTotalsSubscription,
    AssessmentSubscription,
):
    pass


SCHEMA = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS),
)
# graphql-core's schema, which documents are validated against and planned by.
GRAPHQL_SCHEMA = SCHEMA._schema  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

# The contract, as it is printed into schema.graphql.
SDL = SCHEMA.as_str() + "\n"
