"""The fields of Query."""

from collections.abc import Callable, Mapping
from typing import Any

from consortium.identity.proofs.tokens import sha256
from consortium.kernel.text import name_key, search_words
from tests.oracle import (  # noqa: F401  complete KINDS
    assessment,
    chains,
    guidance,
    overlaps,
    products,
    progress,
    reviews,
    shares,
    solutions,
)
from tests.oracle.asking import Ask
from tests.oracle.assessed import assessed_emissions
from tests.oracle.kinds import KINDS
from tests.oracle.lists import Many
from tests.oracle.profile import profile
from tests.oracle.totals import avoided_emissions, is_member
from tests.oracle.work import inbox
from tests.oracle.world import Row

Root = Callable[[Ask, Mapping[str, Any]], Any]

NODES = (
    "Organisation",
    "Membership",
    "ValueChain",
    "ValueChainStage",
    "ChainVersion",
    "Activity",
    "Inventory",
    "Product",
    "Footprint",
    "FootprintRequest",
    "Initiative",
    "Solution",
    "ReferenceScenario",
    "FactorSeries",
    "Comparison",
    "Effect",
    "Allocation",
    "EffectOverlapDecision",
    "Pledge",
    "StagedImport",
    "Partner",
    "ExchangeEvent",
    "ExchangeErrand",
    "Webhook",
    "WebhookDelivery",
    "BulkOperation",
    "ChainComputation",
    "GuidanceVersion",
    "GuidanceGate",
    "GuidanceCriterion",
    "GuidanceEvidence",
    "Claim",
    "AssessedClaim",
    "ClaimEvidence",
    "Engagement",
    "MembershipDecision",
    "Application",
    "Terms",
    "Tier",
    "TierAssignment",
    "Invoice",
    "WorkingGroup",
    "Delegacy",
    "Meeting",
    "Account",
    "Invitation",
    "ServiceClient",
    "IdentityProvider",
    "OrganisationMerge",
    "AuditEntry",
)
SEARCHED = {"ORGANISATION": "Organisation", "INITIATIVE": "Initiative", "CLAIM": "Claim"}
SEARCHED |= {"PRODUCT": "Product"}


def _by_id(ask: Ask, given: str, kinds: tuple[str, ...] = NODES) -> Row | None:
    """The row with that global id, if the caller sees it."""
    for kind in kinds:
        for row in ask.world.all(kind):
            if KINDS[kind].values["id"](ask, row) == given:
                return row if ask.sees(row) else None
    return None


def _lookup(kind: str, other: str, key: Callable[[str], str], column: str) -> Root:
    def found(ask: Ask, args: Mapping[str, Any]) -> Row | None:
        if args.get("id") is not None:
            return _by_id(ask, args["id"], (kind,))
        rows = ask.seen(ask.world.having(kind, column, key(args[other])))
        if not rows and kind == "Organisation":
            aliases = ask.world.having("Alias", column, key(args[other]))
            rows = [one for a in aliases if (one := ask.world.get(kind, a["organisation_id"]))]
        return rows[0] if rows else None

    return found


def _all(kind: str, order: tuple[str, ...] | None = None) -> Root:
    return lambda ask, _: Many(kind, ask.seen(ask.world.all(kind)), order)


def _members(ask: Ask, args: Mapping[str, Any]) -> Many:
    day = ask.day(args.get("onDate"))
    return Many("Organisation", [o for o in _directory(ask, args) if is_member(ask, o.id, day)])


def _directory(ask: Ask, args: Mapping[str, Any]) -> list[Row]:
    """The organisations that have all the words that are sought, if any are."""
    rows = ask.world.all("Organisation")
    if args.get("search") is None:
        return rows
    words = search_words(args["search"]).split()
    return [row for row in rows if words and all(_begins(row, word) for word in words)]


def _search(ask: Ask, args: Mapping[str, Any]) -> dict[str, Any]:
    """All words, each the beginning of a word of the row. Which is best is not told here."""
    words = search_words(args["query"]).split()
    types = args.get("types")
    kinds = [kind for name, kind in SEARCHED.items() if types is None or name in types]
    found = [
        row
        for kind in kinds
        for row in ask.seen(ask.world.all(kind))
        if words and all(_begins(row, word) for word in words)
    ]
    return {"nodes": found, "totalCount": len(found)}


def _begins(row: Row, word: str) -> bool:
    return any(one.startswith(word) for one in row["search_text"].split())


def _viewer(ask: Ask, _: Mapping[str, Any]) -> dict[str, Any] | None:
    caller = ask.principal
    if caller.account_id is None and caller.client_id is None:
        return None
    held = ask.world.having("RoleGrant", "account_id", caller.account_id)
    return {
        "account": ask.world.get("Account", caller.account_id),
        "organisation": ask.world.get("Organisation", caller.organisation_id),
        "roles": sorted(
            one["role"] for one in held if one["organisation_id"] == caller.organisation_id
        ),
        "permissions": sorted(one.value for one in caller.rights.permissions),
    }


def _my_application(ask: Ask, args: Mapping[str, Any]) -> Row | None:
    found = ask.world.having("MyApplication", "key_sha256", sha256(args["key"]))
    return found[0] if found else None


def _dues(ask: Ask, args: Mapping[str, Any]) -> Row | None:
    return next(iter(ask.seen(ask.world.having("Dues", "year", args["year"]))), None)


ROOTS: dict[str, Root] = {
    "node": lambda ask, args: _by_id(ask, args["id"]),
    "nodes": lambda ask, args: [_by_id(ask, one) for one in args["ids"]],
    "search": _search,
    "organisation": _lookup("Organisation", "name", name_key, "name_key"),
    "organisations": lambda ask, args: Many(
        "Organisation",
        [one for one in _directory(ask, args) if one["merged_into_id"] is None],
    ),
    "exchangeRates": _all("ExchangeRate"),
    "consortium": profile,
    "members": _members,
    "memberships": _all("Membership"),
    "valueChain": _lookup("ValueChain", "name", name_key, "name_key"),
    "valueChains": _all("ValueChain"),
    "chainVersions": _all("ChainVersion"),
    "inventory": _lookup("Inventory", "reference", str, "reference"),
    "inventories": _all("Inventory", ()),
    "initiative": _lookup("Initiative", "name", name_key, "name_key"),
    "product": _lookup("Product", "name", name_key, "name_key"),
    "products": _all("Product", ()),
    "footprints": _all("Footprint", ()),
    "footprintRequests": _all("FootprintRequest", ()),
    "initiatives": _all("Initiative"),
    "solutions": _all("Solution", ()),
    "referenceScenarios": _all("ReferenceScenario", ()),
    "factorSeries": _all("FactorSeries", ()),
    "comparisons": _all("Comparison", ()),
    "effects": _all("Effect", ()),
    "effectOverlaps": lambda ask, _: Many(
        "EffectOverlap", ask.seen(overlaps.effect_overlaps(ask)), ()
    ),
    "pledges": _all("Pledge", ()),
    "allocations": _all("Allocation"),
    "stagedImports": _all("StagedImport"),
    "partners": _all("Partner"),
    "exchangeEvents": _all("ExchangeEvent"),
    "exchangeErrands": _all("ExchangeErrand"),
    "chainComputations": _all("ChainComputation"),
    "exchangeFaults": _all("ExchangeFault"),
    "bulkOperation": _lookup("BulkOperation", "kind", str, "kind"),
    "bulkOperations": _all("BulkOperation"),
    "webhooks": _all("Webhook"),
    "webhookDeliveries": _all("WebhookDelivery"),
    "guidanceVersion": _lookup("GuidanceVersion", "reference", str, "reference"),
    "guidanceVersions": _all("GuidanceVersion"),
    "claim": _lookup("Claim", "reference", str, "reference"),
    "claims": _all("Claim", ()),
    "assessedClaims": _all("AssessedClaim"),
    "avoidedEmissions": avoided_emissions,
    "assessedEmissions": assessed_emissions,
    "engagements": _all("Engagement"),
    "myApplication": _my_application,
    "applications": _all("Application"),
    "terms": _all("Terms"),
    "tiers": _all("Tier"),
    "tierAssignments": _all("TierAssignment"),
    "invoice": _lookup("Invoice", "reference", str, "reference"),
    "invoices": _all("Invoice"),
    "dues": _dues,
    "workingGroup": _lookup("WorkingGroup", "name", name_key, "name_key"),
    "workingGroups": _all("WorkingGroup"),
    "delegacies": _all("Delegacy"),
    "meetings": _all("Meeting"),
    "secretariatInbox": lambda ask, _: Many("InboxItem", ask.seen(inbox(ask))),
    "viewer": _viewer,
    "accounts": _all("Account"),
    "invitations": _all("Invitation"),
    "serviceClients": _all("ServiceClient"),
    "identityProviders": _all("IdentityProvider"),
    "organisationMerges": _all("OrganisationMerge"),
    "auditEntries": _all("AuditEntry"),
}
