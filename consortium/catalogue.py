"""All that can be read, from the top: the root's fields, the nodes, and what is searched."""

from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.reads.evidence import CLAIM_EVIDENCE
from consortium.assessment.reads.totals import ASSESSED_EMISSIONS
from consortium.audit.reads import AUDIT_CHANGES, AUDIT_ENTRIES
from consortium.avoided.reads.claims import CLAIMS
from consortium.avoided.reads.totals import AVOIDED_EMISSIONS
from consortium.bulk.reads import OPERATIONS as BULK_OPERATIONS
from consortium.effects.reads.comparisons import COMPARISONS, FACTOR_SERIES
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.overlaps import OVERLAP_DECISIONS, OVERLAPS
from consortium.effects.reads.shares import ALLOCATIONS
from consortium.effects.reads.solutions import REFERENCE_SCENARIOS, SOLUTIONS
from consortium.exchange.reads.partners import ERRANDS as EXCHANGE_ERRANDS
from consortium.exchange.reads.partners import EVENTS as EXCHANGE_EVENTS
from consortium.exchange.reads.partners import FAULTS as EXCHANGE_FAULTS
from consortium.exchange.reads.partners import PARTNERS
from consortium.footprints.reads.chains import outdated
from consortium.footprints.reads.footprints import ALL_FOOTPRINTS, FOOTPRINTS, PRODUCTS
from consortium.footprints.reads.requests import REQUESTS
from consortium.guidance.reads import CRITERIA, EVIDENCE, GATES
from consortium.guidance.reads import VERSIONS as GUIDANCE_VERSIONS
from consortium.identity.reads import (
    ACCOUNTS,
    IDENTITY_PROVIDERS,
    INVITATIONS,
    SERVICE_CLIENTS,
    VIEWER,
)
from consortium.initiatives.reads import INITIATIVES, TARGETS
from consortium.inventory.reads import INVENTORIES
from consortium.kernel.text import name_key
from consortium.membership.reads.applications import APPLICATIONS, MY_APPLICATION, TERMS
from consortium.membership.reads.decisions import DECISIONS
from consortium.membership.reads.dues import DUES, INVOICES, TIER_ASSIGNMENTS, TIERS
from consortium.membership.reads.engagements import ENGAGEMENTS
from consortium.membership.reads.groups import DELEGACIES, GROUPS
from consortium.membership.reads.inbox import INBOX
from consortium.membership.reads.meetings import MEETINGS
from consortium.membership.reads.memberships import MEMBERS, MEMBERSHIPS
from consortium.membership.reads.profile import PROFILE
from consortium.organisations.reads import BY_NAME, EXCHANGE_RATES, ORGANISATIONS
from consortium.progress.reads.pledges import PLEDGES
from consortium.progress.reads.progress import PLEDGE_PROGRESS, TARGET_PROGRESS
from consortium.query.filters import key_of
from consortium.query.source import (
    AnyOf,
    Key,
    Lookup,
    Many,
    One,
    Search,
    Source,
    any_row,
    everyone,
)
from consortium.query.sqltypes import SqlType
from consortium.reorganisations.reads.merges import MERGES
from consortium.staging.reads import STAGED_IMPORTS
from consortium.value_chains.computing.reads import (
    CHAIN_COMPARISON,
    CHAIN_COMPUTATIONS,
    CHAIN_FOOTPRINT,
    PRODUCT_FOOTPRINTS,
    SUPPLIER_FOOTPRINTS,
)
from consortium.value_chains.reads import ACTIVITIES, CHAIN_VERSIONS, STAGES, VALUE_CHAINS
from consortium.webhooks.reads import DELIVERIES as WEBHOOK_DELIVERIES
from consortium.webhooks.reads import WEBHOOKS

# The name of a node's type -> where it is read from.
NODES: dict[str, Source] = {
    "Organisation": ORGANISATIONS,
    "Membership": MEMBERSHIPS,
    "ValueChain": VALUE_CHAINS,
    "ValueChainStage": STAGES,
    "ChainVersion": CHAIN_VERSIONS,
    "Activity": ACTIVITIES,
    "ChainComputation": CHAIN_COMPUTATIONS,
    "Product": PRODUCTS,
    "Footprint": FOOTPRINTS,
    "FootprintRequest": REQUESTS,
    "Inventory": INVENTORIES,
    "Initiative": INITIATIVES,
    "Solution": SOLUTIONS,
    "ReferenceScenario": REFERENCE_SCENARIOS,
    "FactorSeries": FACTOR_SERIES,
    "Comparison": COMPARISONS,
    "Effect": EFFECTS,
    "Allocation": ALLOCATIONS,
    "EffectOverlapDecision": OVERLAP_DECISIONS,
    "StagedImport": STAGED_IMPORTS,
    "GuidanceVersion": GUIDANCE_VERSIONS,
    "GuidanceGate": GATES,
    "GuidanceCriterion": CRITERIA,
    "GuidanceEvidence": EVIDENCE,
    "Claim": CLAIMS,
    "AssessedClaim": ASSESSED_CLAIMS,
    "ClaimEvidence": CLAIM_EVIDENCE,
    "Pledge": PLEDGES,
    "Partner": PARTNERS,
    "ExchangeEvent": EXCHANGE_EVENTS,
    "ExchangeErrand": EXCHANGE_ERRANDS,
    "Webhook": WEBHOOKS,
    "BulkOperation": BULK_OPERATIONS,
    "WebhookDelivery": WEBHOOK_DELIVERIES,
    "Engagement": ENGAGEMENTS,
    "MembershipDecision": DECISIONS,
    "Application": APPLICATIONS,
    "Terms": TERMS,
    "Tier": TIERS,
    "TierAssignment": TIER_ASSIGNMENTS,
    "Invoice": INVOICES,
    "WorkingGroup": GROUPS,
    "Delegacy": DELEGACIES,
    "Meeting": MEETINGS,
    "Account": ACCOUNTS,
    "Invitation": INVITATIONS,
    "ServiceClient": SERVICE_CLIENTS,
    "IdentityProvider": IDENTITY_PROVIDERS,
    "OrganisationMerge": MERGES,
    "AuditEntry": AUDIT_ENTRIES,
}

# Not by `relate`: what is made from each row is nothing to filter by.
FOOTPRINTS.fields["outdated"] = outdated("{t}.chain_version_id")
CHAIN_VERSIONS.fields["outdated"] = outdated("{t}.id")
PLEDGES.fields["progress"] = One(PLEDGE_PROGRESS, "true")
TARGETS.fields["progress"] = One(TARGET_PROGRESS, "true")

# A row in the audit trail goes by its global id where its type has one.
AUDIT_CHANGES.relate(
    row=any_row(
        "{t}.row_table",
        "{t}.row_id",
        {
            str(source.prefix): source.table
            for source in NODES.values()
            if isinstance(source.table, str)
        },
    )
)

SEARCHED = Search(
    {
        "Organisation": ORGANISATIONS,
        "Initiative": INITIATIVES,
        "Claim": CLAIMS,
        "Product": PRODUCTS,
    },
)

_BY_NAME_KEY = Key("{t}.name_key = {value}", prepare=lambda name: name_key(str(name)))
_BY_REFERENCE = Key("{t}.reference = {value}")


def _lookup(source: Source, **others: Key) -> Lookup:
    by_id = Key("{t}.id = {value}", SqlType.BIGINT, key_of(str(source.prefix)))
    return Lookup(source, {"id": by_id, **others})


ROOT = Source(
    name="query",
    table="",
    visible_to=everyone,
    fields={
        "node": AnyOf(),
        "nodes": AnyOf(many=True),
        "search": SEARCHED,
        "organisation": _lookup(ORGANISATIONS, name=BY_NAME),
        # A record that was merged is found by its id alone.
        "organisations": Many(ORGANISATIONS, "{u}.merged_into_id IS NULL"),
        "exchange_rates": Many(EXCHANGE_RATES),
        "consortium": One(PROFILE, "true"),
        "members": MEMBERS,
        "memberships": Many(MEMBERSHIPS),
        "value_chain": _lookup(VALUE_CHAINS, name=_BY_NAME_KEY),
        "value_chains": Many(VALUE_CHAINS),
        "chain_footprint": CHAIN_FOOTPRINT,
        "chain_comparison": CHAIN_COMPARISON,
        "product_footprints": PRODUCT_FOOTPRINTS,
        "supplier_footprints": SUPPLIER_FOOTPRINTS,
        "chain_versions": Many(CHAIN_VERSIONS),
        "chain_computations": Many(CHAIN_COMPUTATIONS),
        "product": _lookup(PRODUCTS),
        "products": Many(PRODUCTS),
        "footprints": ALL_FOOTPRINTS,
        "footprint_requests": Many(REQUESTS),
        "inventory": _lookup(INVENTORIES, reference=_BY_REFERENCE),
        "inventories": Many(INVENTORIES),
        "initiative": _lookup(INITIATIVES, name=_BY_NAME_KEY),
        "initiatives": Many(INITIATIVES),
        "solutions": Many(SOLUTIONS),
        "reference_scenarios": Many(REFERENCE_SCENARIOS),
        "factor_series": Many(FACTOR_SERIES),
        "comparisons": Many(COMPARISONS),
        "effects": Many(EFFECTS),
        "effect_overlaps": Many(OVERLAPS),
        "guidance_version": _lookup(GUIDANCE_VERSIONS, reference=_BY_REFERENCE),
        "guidance_versions": Many(GUIDANCE_VERSIONS),
        "claim": _lookup(CLAIMS, reference=_BY_REFERENCE),
        "claims": Many(CLAIMS),
        "assessed_claims": Many(ASSESSED_CLAIMS),
        "avoided_emissions": AVOIDED_EMISSIONS,
        "assessed_emissions": ASSESSED_EMISSIONS,
        "pledges": Many(PLEDGES),
        "allocations": Many(ALLOCATIONS),
        "staged_imports": Many(STAGED_IMPORTS),
        "partners": Many(PARTNERS),
        "exchange_events": Many(EXCHANGE_EVENTS),
        "exchange_errands": Many(EXCHANGE_ERRANDS),
        "exchange_faults": Many(EXCHANGE_FAULTS),
        "bulk_operation": _lookup(BULK_OPERATIONS),
        "bulk_operations": Many(BULK_OPERATIONS),
        "webhooks": Many(WEBHOOKS),
        "webhook_deliveries": Many(WEBHOOK_DELIVERIES),
        "engagements": Many(ENGAGEMENTS),
        "my_application": MY_APPLICATION,
        "applications": Many(APPLICATIONS),
        "terms": Many(TERMS),
        "tiers": Many(TIERS),
        "invoice": _lookup(INVOICES, reference=_BY_REFERENCE),
        "invoices": Many(INVOICES),
        "tier_assignments": Many(TIER_ASSIGNMENTS),
        "dues": Lookup(DUES, {"year": Key("{t}.year = {value}", SqlType.INTEGER)}),
        "working_group": _lookup(GROUPS, name=_BY_NAME_KEY),
        "working_groups": Many(GROUPS),
        "delegacies": Many(DELEGACIES),
        "meetings": Many(MEETINGS),
        "secretariat_inbox": Many(INBOX),
        "viewer": VIEWER,
        "accounts": Many(ACCOUNTS),
        "invitations": Many(INVITATIONS),
        "service_clients": Many(SERVICE_CLIENTS),
        "identity_providers": Many(IDENTITY_PROVIDERS),
        "organisation_merges": Many(MERGES),
        "audit_entries": Many(AUDIT_ENTRIES),
    },
)
