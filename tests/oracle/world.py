"""All rows of a database, read once with plain SELECTs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

# The GraphQL types that show the rows of each table.
KINDS = {
    "citation": "Source",
    "organisation": "Organisation",
    "organisation_alias": "Alias",
    "organisation_period": "Period",
    "organisation_size": "OrganisationSize",
    "exchange_rate": "ExchangeRate",
    "parentage": "Parentage",
    "membership": "Membership",
    "initiative": "Initiative",
    "initiative_participant": "InitiativeParticipant",
    "initiative_target": "InitiativeTarget",
    "value_chain": "ValueChain",
    "value_chain_stage": "ValueChainStage",
    "value_chain_participant": "ValueChainParticipant",
    "value_chain_initiative": "ValueChainInitiative",
    "chain_version": "ChainVersion",
    "activity": "Activity",
    "activity_exchange": "ActivityExchange",
    "activity_emission": "ActivityEmission",
    "chain_computation": "ChainComputation",
    "inventory": "Inventory",
    "product": "Product",
    "product_identifier": "ProductIdentifier",
    "product_match": "ProductMatch",
    "footprint": "Footprint",
    "footprint_share": "FootprintShare",
    "footprint_request": "FootprintRequest",
    "guidance_version": "GuidanceVersion",
    "guidance_gate": "GuidanceGate",
    "guidance_criterion": "GuidanceCriterion",
    "guidance_evidence": "GuidanceEvidence",
    "avoided_claim": "Claim",
    "avoided_cover": "Cover",
    "avoided_claim_initiative": "ClaimInitiative",
    "avoided_claim_value_chain": "ClaimValueChain",
    "solution": "Solution",
    "solution_part": "SolutionPart",
    "solution_role": "SolutionRole",
    "solution_side_effect": "SolutionSideEffect",
    "reference_scenario": "ReferenceScenario",
    "factor_series": "FactorSeries",
    "factor_point": "FactorPoint",
    "comparison": "Comparison",
    "comparison_item": "ComparisonItem",
    "effect": "Effect",
    "effect_allocation": "Allocation",
    "effect_overlap_decision": "EffectOverlapDecision",
    "effect_contribution": "EffectContribution",
    "effect_cohort": "EffectCohort",
    "effect_line": "EffectLine",
    "assessed_claim": "AssessedClaim",
    "effect_initiative": "EffectInitiative",
    "pledge": "Pledge",
    "pledge_terms": "PledgeTerms",
    "claim_gate_review": "ClaimGateReview",
    "claim_evidence": "ClaimEvidence",
    "claim_step": "AssessedClaimStep",
    "staged_import": "StagedImport",
    "staged_row": "ImportedRow",
    "staged_fault": "ImportFault",
    "partner": "Partner",
    "partner_share": "PartnerShare",
    "exchange_event": "ExchangeEvent",
    "exchange_errand": "ExchangeErrand",
    "exchange_fault": "ExchangeFault",
    "bulk_operation": "BulkOperation",
    "webhook": "Webhook",
    "webhook_delivery": "WebhookDelivery",
    "webhook_attempt": "WebhookAttempt",
    "engagement": "Engagement",
    "membership_decision": "MembershipDecision",
    "membership_application": "Application MyApplication",
    "application_alias": "ApplicationAlias",
    "application_step": "ApplicationStep",
    "application_note": "ApplicationNote",
    "application_conflict": "ApplicationConflict",
    "application_vote": "ApplicationVote",
    "application_document": "ApplicationDocument",
    "document": "Document",
    "terms": "Terms",
    "terms_acceptance": "TermsAcceptance",
    "organisation_domain": "OrganisationDomain",
    "verified_domain": "VerifiedDomain",
    "dues_year": "Dues",
    "tier": "Tier",
    "tier_assignment": "TierAssignment",
    "invoice": "Invoice",
    "invoice_entry": "InvoiceEntry",
    "invoice_reminder": "InvoiceReminder",
    "organisation_seats": "SeatsSet",
    "organisation_contact": "OrganisationContact",
    "working_group": "WorkingGroup",
    "delegacy": "Delegacy",
    "meeting": "Meeting",
    "attendance": "Attendance",
    "role_grant": "RoleGrant",
    "single_use_link": "Invitation",
    "identity_provider": "IdentityProvider",
    "audit_entry": "AuditEntry",
    "audit_change": "AuditChange",
    "succession": "Succession",
    "organisation_merge": "OrganisationMerge",
    "organisation_merge_change": "OrganisationMergeChange",
    # Two types show each of these tables.
    "account": "Account AuditActor",
    "oauth_client": "ServiceClient AuditClient",
    # Read for the order of equal rows only, which no rule decides: see `totals.place`.
    "avoided_standing": "Standing",
    "assessed_standing": "AssessedStanding",
}

# Types that show only some rows of their table.
ONLY = {
    "Invitation": "WHERE purpose = 'INVITATION'",
    "ServiceClient": "WHERE kind = 'SERVICE'",
}


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """One row, by the name of the GraphQL type that shows it."""

    kind: str
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    @property
    def id(self) -> int:
        """Its key."""
        key: int = self.values["id"]
        return key


@dataclass(slots=True)
class World:
    """Rows by kind, in the order of their ids."""

    rows: dict[str, list[Row]]
    _by: dict[tuple[str, str], dict[Any, list[Row]]] = field(default_factory=dict)
    # What is costly to compute from these rows, kept by whoever computes it.
    memory: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    async def load(cls, connection: "asyncpg.Connection[asyncpg.Record]") -> "World":
        """Everything in the database."""
        return cls(
            {
                kind: _rows(
                    kind,
                    await connection.fetch(
                        f"SELECT * FROM {table} {ONLY.get(kind, '')} ORDER BY id"  # noqa: S608
                    ),
                )
                for table, kinds in KINDS.items()
                for kind in kinds.split()
            }
        )

    def all(self, kind: str) -> list[Row]:
        """Every row of a kind."""
        return self.rows[kind]

    def having(self, kind: str, column: str, value: Any) -> list[Row]:
        """The rows whose column has that value; none for None."""
        if value is None:
            return []
        if (kind, column) not in self._by:
            index: dict[Any, list[Row]] = defaultdict(list)
            for row in self.rows[kind]:
                index[row[column]].append(row)
            self._by[kind, column] = index
        return self._by[kind, column].get(value, [])

    def get(self, kind: str, key: int | None) -> Row | None:
        """The row with that id."""
        found = self.having(kind, "id", key)
        return found[0] if found else None


def _rows(kind: str, records: Iterable[asyncpg.Record]) -> list[Row]:
    return [Row(kind, dict(record.items())) for record in records]
