"""Who asks what of which world, and when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from consortium.kernel.principal import Permission, Principal
from tests.oracle.world import Row, World

# What an engagement must cover for each sort of figure.
FIGURES = {
    "Claim": "CLAIMS",
    "AssessedClaim": "CLAIMS",
    "Inventory": "INVENTORIES",
    "Solution": "CLAIMS",
    "Pledge": "CLAIMS",
    "ChainVersion": "CLAIMS",
}
# What is seen with a row of another sort, and the column that names it.
SEEN_WITH = {
    "SolutionRole": ("Solution", "solution_id"),
    "SolutionSideEffect": ("Solution", "solution_id"),
    "ReferenceScenario": ("Solution", "solution_id"),
    "Comparison": ("Solution", "solution_id"),
    "ComparisonItem": ("Comparison", "comparison_id"),
    "EffectContribution": ("Allocation", "allocation_id"),
    "EffectCohort": ("Effect", "effect_id"),
    "EffectLine": ("Effect", "effect_id"),
    "Activity": ("ChainVersion", "chain_version_id"),
    "ActivityExchange": ("ChainVersion", "chain_version_id"),
    "ActivityEmission": ("ChainVersion", "chain_version_id"),
    "ImportedRow": ("StagedImport", "staged_import_id"),
    "ImportFault": ("StagedImport", "staged_import_id"),
    "PartnerShare": ("Partner", "partner_id"),
    "ExchangeEvent": ("Partner", "partner_id"),
    "ExchangeErrand": ("Partner", "partner_id"),
    "ExchangeFault": ("Partner", "partner_id"),
    "WebhookAttempt": ("WebhookDelivery", "delivery_id"),
}
# How a claim was made.
OF_CLAIM = {"ClaimGateReview", "ClaimEvidence", "AssessedClaimStep"}
# Who manages rows of a sort, and the column that names a person who sees them anyway.
MANAGED = {
    "Account": (Permission.ACCOUNTS_MANAGE, "id"),
    "RoleGrant": (Permission.ACCOUNTS_MANAGE, "account_id"),
    "Invitation": (Permission.ACCOUNTS_MANAGE, None),
    "ServiceClient": (Permission.CLIENTS_MANAGE, None),
    "IdentityProvider": (Permission.IDENTITY_PROVIDERS_MANAGE, None),
    "OrganisationContact": (Permission.ACCOUNTS_MANAGE, None),
}
PARTY = (Permission.ENGAGEMENTS_MANAGE, Permission.FIGURES_ASSURE, Permission.FIGURES_READ)
DUES = {"Dues", "TierAssignment", "Invoice", "InvoiceEntry", "InvoiceReminder"}
MERGES = {"OrganisationMerge", "OrganisationMergeChange"}
# The secretariat's alone.
REVIEWED = {
    "Application",
    "ApplicationStep",
    "ApplicationNote",
    "ApplicationConflict",
    "ApplicationVote",
    "TermsAcceptance",
    "Document",
    # And of those whom they are about.
    "MembershipDecision",
}
# What reviewers of claims decide about.
OVERLAPS = {"EffectOverlap", "EffectOverlapDecision"}
# What happens in working groups: to be seen by organisations that have or had somebody there.
GROUPED = {"Meeting", "Attendance", "GroupAttendance"}
WORK = GROUPED | {"Delegacy", "Seats", "InboxItem"}
# Drafts, and what is below them.
GUIDANCE = {
    "GuidanceVersion": ("", ""),
    "GuidanceGate": ("GuidanceVersion", "guidance_version_id"),
    "GuidanceCriterion": ("GuidanceGate", "gate_id"),
    "GuidanceEvidence": ("GuidanceCriterion", "criterion_id"),
}
AUDITED = {"AuditEntry", "AuditChange", "AuditActor", "AuditClient"}


@dataclass(frozen=True, slots=True)
class Ask:
    """The context of one operation."""

    world: World
    principal: Principal
    today: date

    def sees(self, row: Row) -> bool:
        """Whether the caller may see a row."""
        for kinds, seen in (
            (FIGURES.keys() - {"Pledge"}, self._sees_figure),
            (SEEN_WITH, self._sees_with),
            ({"Effect"}, self._sees_effect),
            ({"Pledge"}, self._sees_pledge),
            ({"Product"}, self._sees_product),
            ({"Footprint"}, self._sees_footprint),
            ({"FootprintShare", "ProductSuggestion", "FootprintRequest"}, self._is_party),
            ({"Allocation"}, self._sees_allocation),
            (OF_CLAIM, self._sees_claim_whole),
            (OVERLAPS, self._reviews_claims),
            ({"StagedImport"}, self._sees_import),
            ({"Partner", "ChainComputation", "BulkOperation"}, self._sees_own),
            ({"Webhook"}, self._manages_webhook),
            ({"WebhookDelivery"}, self._sees_delivery),
            (MANAGED, self._manages),
            (AUDITED, self._audits),
            (MERGES, lambda _: self.principal.may(Permission.ORGANISATIONS_MANAGE)),
            (REVIEWED, self._reviews),
            (DUES, self._sees_dues),
            (WORK, self._sees_work),
            (GUIDANCE, self._sees_guidance),
            ({"Engagement"}, self._engages),
        ):
            if row.kind in kinds:
                return seen(row)
        return True

    def _sees_import(self, row: Row) -> bool:
        """Who enters figures for the organisation that it was sent for."""
        rights = self.principal.rights
        writes = rights.has_organisation and rights.may(Permission.FIGURES_WRITE)
        return writes and row["organisation_id"] == self.principal.organisation_id

    def _sees_own(self, row: Row) -> bool:
        """Whose it is: a partner, a computation, an operation."""
        own: bool = row["organisation_id"] == self.principal.organisation_id
        return own and self.principal.rights.has_organisation

    def _manages_webhook(self, row: Row) -> bool:
        """Who manages webhooks of the organisation that it acts for."""
        own: bool = row["organisation_id"] == self.principal.organisation_id
        return own and self.principal.may(Permission.WEBHOOKS_MANAGE)

    def _sees_delivery(self, row: Row) -> bool:
        """As the webhook, once it was sent."""
        sent = row["sent_at"] is not None or row["kind"] is None
        [webhook] = self.world.having("Webhook", "id", row["webhook_id"])
        return sent and self.sees(webhook)

    def _sees_work(self, row: Row) -> bool:
        """What working groups do, how many people there are, and what waits for whom."""
        rights, caller = self.principal.rights, self.principal
        if rights.may(Permission.MEMBERSHIPS_MANAGE):
            return True
        if row.kind == "Seats":
            asks = rights.has_organisation or rights.may(Permission.ACCOUNTS_MANAGE)
            return asks and row.id == caller.organisation_id
        if row.kind == "Delegacy":
            own = rights.has_organisation and row["organisation_id"] == caller.organisation_id
            return rights.is_member or own or row["account_id"] == caller.account_id
        if row.kind in GROUPED and rights.has_organisation:
            return any(
                one["organisation_id"] == caller.organisation_id and one["withdrawn_at"] is None
                for one in self.world.having("Delegacy", "group_id", self._group(row))
            )
        return False

    def _group(self, row: Row) -> int:
        """The working group in which it happened."""
        if row.kind == "Attendance":
            held = self.world.get("Meeting", row["meeting_id"])
            assert held is not None
            return self._group(held)
        key: int = row["group_id"]
        return key

    def _sees_guidance(self, row: Row) -> bool:
        """What was published; drafts to who manages guidance."""
        above, column = GUIDANCE[row.kind]
        if not above:
            manages = self.principal.may(Permission.GUIDANCE_MANAGE)
            return bool(manages or row["status"] != "DRAFT")
        found = self.world.get(above, row[column])
        return found is not None and self._sees_guidance(found)

    def _sees_dues(self, row: Row) -> bool:
        """Who manages memberships sees all, who represents an organisation what it owes."""
        if self.principal.may(Permission.MEMBERSHIPS_MANAGE):
            return True
        if row.kind == "Dues" or not self.principal.may(Permission.ORGANISATIONS_REPRESENT):
            return False
        if row.kind in {"InvoiceEntry", "InvoiceReminder"}:
            owed = self.world.get("Invoice", row["invoice_id"])
            return owed is not None and self._sees_dues(owed)
        own: bool = row["organisation_id"] == self.principal.organisation_id
        return own

    def _manages(self, row: Row) -> bool:
        return self._sees_managed(row, *MANAGED[row.kind])

    def _engages(self, row: Row) -> bool:
        own = self.principal.organisation_id
        party = own is not None and own in {row["client_id"], row["assurer_id"]}
        may = self.principal.may
        return may(Permission.MEMBERSHIPS_MANAGE) or (party and any(map(may, PARTY)))

    def _reviews_claims(self, _: Row) -> bool:
        """Who reviews claims, and may see all of them."""
        may = self.principal.may
        return may(Permission.CLAIMS_REVIEW) and may(Permission.FIGURES_READ_ALL)

    def _reviews(self, row: Row) -> bool:
        """The secretariat; decisions are seen by who represents their organisation as well."""
        if self.principal.may(Permission.MEMBERSHIPS_MANAGE):
            return True
        decided = row.kind == "MembershipDecision"
        own = decided and row["organisation_id"] == self.principal.organisation_id
        return own and self.principal.may(Permission.ORGANISATIONS_REPRESENT)

    def _sees_figure(self, row: Row) -> bool:
        """PUBLIC: everyone. CONSORTIUM: members. All of them: whoever sees them whole."""
        if row["visibility"] == "PUBLIC":
            return True
        if self.principal.rights.is_member and row["visibility"] == "CONSORTIUM":
            return True
        return self.sees_whole(row["organisation_id"], FIGURES[row.kind])

    def _sees_pledge(self, row: Row) -> bool:
        """As its own figure, or as the claim that it is."""
        shown = self.world.get("Claim", row["claim_id"]) or row
        return self._sees_figure(shown)

    def _sees_footprint(self, row: Row) -> bool:
        """As a figure, or where it is shared with the caller's organisation."""
        rights, caller = self.principal.rights, self.principal.organisation_id
        shares = self.world.having("FootprintShare", "footprint_id", row.id)
        shared = any(one["organisation_id"] == caller for one in shares if caller)
        return self._sees_as_figure(row) or (rights.has_organisation and shared)

    def _sees_product(self, row: Row) -> bool:
        """As a figure, or where one of its footprints is seen."""
        told = self.world.having("Footprint", "product_id", row.id)
        return self._sees_as_figure(row) or any(map(self._sees_footprint, told))

    def _sees_as_figure(self, row: Row) -> bool:
        shown = {"PUBLIC", "CONSORTIUM"} if self.principal.rights.is_member else {"PUBLIC"}
        return row["visibility"] in shown or self.sees_whole(row["organisation_id"], "INVENTORIES")

    def _is_party(self, row: Row) -> bool:
        """What is an organisation's own business, or one's with another."""
        if row.kind == "ProductSuggestion":
            other = self.world.get("Product", row["other_id"])
            if other is None or not self._sees_product(other):
                return False
        if self.principal.may(Permission.FIGURES_READ_ALL):
            return True
        own = self.principal.organisation_id
        return self.principal.rights.has_organisation and own in self._parties(row)

    def _parties(self, row: Row) -> list[int]:
        match row.kind:
            case "FootprintShare":
                footprint = self.world.get("Footprint", row["footprint_id"])
                assert footprint is not None
                return [footprint["organisation_id"]]
            case "ProductSuggestion":
                return [row["owner_id"]]
            case _:
                return [row["organisation_id"], row["asked_id"]]

    def _sees_allocation(self, row: Row) -> bool:
        """A party, who sees all of a party's figures, and nobody else."""
        if self.principal.may(Permission.FIGURES_READ_ALL):
            return True
        parties = self.world.having("EffectContribution", "allocation_id", row.id)
        keys = [one["organisation_id"] for one in parties]
        return any(key is not None and self.sees_whole(key, "CLAIMS") for key in keys)

    def _sees_with(self, row: Row) -> bool:
        kind, column = SEEN_WITH[row.kind]
        above = self.world.get(kind, row[column])
        return above is not None and self.sees(above)

    def _sees_claim_whole(self, row: Row) -> bool:
        claim = self.world.get("AssessedClaim", row["claim_id"])
        return claim is not None and self.sees_whole(claim["organisation_id"], "CLAIMS")

    def _sees_effect(self, row: Row) -> bool:
        """Who sees all of its owner's; others, where its solution is shown to them as well."""
        solution = self.world.get("Solution", row["solution_id"])
        assert solution is not None
        if self.sees_whole(solution["organisation_id"], "CLAIMS"):
            return True
        shared = {"PUBLIC", "CONSORTIUM"} if self.principal.rights.is_member else {"PUBLIC"}
        return {row["visibility"], solution["visibility"]} <= shared

    def sees_whole(self, organisation: int, sort: str) -> bool:
        """Every figure of an organisation: to itself, its assurer today, who may read all."""
        rights, caller = self.principal.rights, self.principal.organisation_id
        if rights.may(Permission.FIGURES_READ_ALL):
            return True
        if not rights.has_organisation:
            return False
        return organisation == caller or (
            rights.may(Permission.FIGURES_ASSURE)
            and any(
                one["client_id"] == organisation
                and one["covers"] in {sort, "ALL_FIGURES"}
                and one["ended_at"] is None
                and one["starts_on"] <= self.today <= one["ends_on"]
                for one in self.world.having("Engagement", "assurer_id", caller)
            )
        )

    def _sees_managed(self, row: Row, permission: Permission, person: str | None) -> bool:
        caller = self.principal
        itself = None if person is None else row[person]
        if itself is not None and itself == caller.account_id:
            return True
        if not caller.may(permission):
            return False
        if caller.may(Permission.ORGANISATIONS_MANAGE):
            return True
        if row.kind != "Account":
            own: bool = row["organisation_id"] == caller.organisation_id
            return own and caller.organisation_id is not None
        held = self.world.having("RoleGrant", "account_id", row.id)
        return any(one["organisation_id"] == caller.organisation_id for one in held)

    def _audits(self, row: Row) -> bool:
        """All of it: auditors. What an organisation did or suffered: those who read its trail."""
        rights = self.principal.rights
        if rights.may(Permission.AUDIT_READ_ALL):
            return True
        if not rights.may(Permission.AUDIT_READ):
            return False
        if row.kind == "AuditChange":
            entry = self.world.get("AuditEntry", row["entry_id"])
            return entry is not None and self._audits(entry)
        own = self.principal.organisation_id
        return row.kind != "AuditEntry" or (
            own is not None and own in (row["organisation_id"], row["acting_organisation_id"])
        )

    def seen(self, rows: list[Row]) -> list[Row]:
        """Those of the rows that the caller may see."""
        return [row for row in rows if self.sees(row)]

    def day(self, given: Any) -> date:
        """The day that was given, else today."""
        return self.today if given is None else given
