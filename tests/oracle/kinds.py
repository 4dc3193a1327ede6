"""What each readable type holds: its values, its relations and its own order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson

from consortium.kernel.periods import holds_on
from consortium.kernel.principal import Permission
from tests.oracle.asking import Ask
from tests.oracle.judgement import parts_sum
from tests.oracle.plain import Mass, Name, mass
from tests.oracle.profile import in_usd
from tests.oracle.work import attendance_of, in_office, seats_of
from tests.oracle.world import Row

Read = Callable[[Ask, Row], Any]
Relation = Callable[[Ask, Row, Mapping[str, Any]], list[Row]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type whose instances are rows. Values are plain; None is unknown."""

    values: Mapping[str, Read]
    one: Mapping[str, Relation] = field(default_factory=dict)
    many: Mapping[str, Relation] = field(default_factory=dict)
    orders: Mapping[str, Read] = field(default_factory=dict)
    default_order: tuple[str, ...] = ()


def camel(column: str) -> str:
    """`starts_on` as `startsOn`."""
    head, *rest = column.split("_")
    return head + "".join(word.capitalize() for word in rest)


def plain(*columns: str) -> dict[str, Read]:
    """Columns as they are."""
    return {camel(name): lambda _, row, name=name: row[name] for name in columns}  # type: ignore[misc]


def blank(*columns: str) -> dict[str, Read]:
    """Texts that are stored as '' where nothing was published."""
    return {camel(name): lambda _, row, name=name: row[name] or None for name in columns}  # type: ignore[misc]


def masses(*names: str) -> dict[str, Read]:
    """Columns in kg CO2e, by their names without the unit."""
    return {
        camel(name): lambda _, row, name=name: mass(row[f"{name}_kg_co2e"])  # type: ignore[misc]
        for name in names
    }


def global_id(prefix: str) -> dict[str, Read]:
    """The id in the API."""
    return {"id": lambda _, row: f"{prefix}_{row.id}"}


def named() -> dict[str, Read]:
    """A name that is compared without case and accents."""
    return {"name": lambda _, row: Name(row["name"])}


def up(kind: str, column: str) -> Relation:
    """The row that a foreign key names."""

    def found(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
        other = ask.world.get(kind, row[column])
        return ask.seen([other] if other else [])

    return found


def down(kind: str, column: str) -> Relation:
    """The rows whose foreign key names this row."""
    return lambda ask, row, _: ask.seen(ask.world.having(kind, column, row.id))


def linked(links: str, mine: str, kind: str, theirs: str) -> Relation:
    """The rows that are linked with this one in a table of links."""

    def found(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
        keys = {link[theirs] for link in ask.world.having(links, mine, row.id)}
        return ask.seen([other for key in sorted(keys) if (other := ask.world.get(kind, key))])

    return found


SOURCE = up("Source", "citation_id")


def _aliases(ask: Ask, row: Row) -> list[str]:
    aliases = ask.world.having("Alias", "organisation_id", row.id)
    return [alias["name"] for alias in sorted(aliases, key=lambda one: str(one["name_key"]))]


def revenue(_: Ask, row: Row) -> dict[str, Any] | None:
    """A revenue with its currency and year, where it is known."""
    if row["revenue_amount"] is None:
        return None
    return {
        "amount": row["revenue_amount"],
        "currency": row["revenue_currency"],
        "year": row["revenue_year"],
    }


def _size_revenue(_: Ask, row: Row) -> dict[str, Any] | None:
    if row["revenue_amount"] is None:
        return None
    return {
        "amount": row["revenue_amount"],
        "currency": row["revenue_currency"],
        "year": row["year"],
    }


def _membership(ask: Ask, row: Row, args: Mapping[str, Any]) -> list[Row]:
    day = ask.day(args.get("onDate"))
    held = ask.world.having("Membership", "organisation_id", row.id)
    return [one for one in held if holds_on(day, one["starts_on"], one["ends_on"])]


def _periods(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    """What it was, and since the last of that ended what it is."""
    key = ("periods", row.id)
    if key not in ask.world.memory:
        past = ask.world.having("Period", "organisation_id", row.id)
        ends = [one["ends_on"] for one in past]
        now = {name: row[name] for name in ("name", "country", "sector")}
        since = max(ends) + timedelta(days=1) if ends else None
        now |= {"id": 2 * row.id + 1, "starts_on": since, "ends_on": None, "citation_id": None}
        was = [{**one.values, "id": 2 * one.id} for one in past]
        ask.world.memory[key] = [Row("OrganisationPeriod", one) for one in (*was, now)]
    found: list[Row] = ask.world.memory[key]
    return found


def _period(ask: Ask, row: Row, args: Mapping[str, Any]) -> list[Row]:
    day = ask.day(args.get("onDate"))
    return [
        one for one in _periods(ask, row, {}) if holds_on(day, one["starts_on"], one["ends_on"])
    ]


def _end_stages(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    stages = ask.world.having("ValueChainStage", "value_chain_id", row.id)
    return [stage for stage in stages if stage["downstream_id"] is None]


def _quantity(_: Ask, row: Row) -> dict[str, Any]:
    return {
        "value": mass(row["value_kg_co2e"]),
        "low": mass(row["low_kg_co2e"]),
        "high": mass(row["high_kg_co2e"]),
        "bound": row["bound"],
    }


def _covered_by(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    """The effect that covers a disclosed claim now."""
    covers = ask.world.having("Cover", "claim_id", row.id)
    effects = [
        ask.world.get("Effect", cover["effect_id"]) for cover in covers if cover["ended_on"] is None
    ]
    return ask.seen([one for one in effects if one is not None])


def _of_parts(at: int) -> Read:
    """A sum over parts, told where every part is shown to the same readers as the total."""

    def read(ask: Ask, row: Row) -> Mass | None:
        parts = ask.world.having("Claim", "part_of_id", row.id)
        if any(part["visibility"] != row["visibility"] for part in parts):
            return None
        sums = parts_sum(ask.world, row, ask.today)
        return None if sums is None else Mass(sums[at])

    return read


# Of the types that have global ids: table -> prefix.
PREFIXES = {
    "account": "account",
    "delegacy": "delegacy",
    "engagement": "engagement",
    "tier": "tier",
    "tier_assignment": "assignment",
    "invoice": "invoice",
    "identity_provider": "provider",
    "organisation": "org",
    "meeting": "meeting",
    "membership": "membership",
    "membership_application": "application",
    "membership_decision": "decision",
    "terms": "terms",
    "working_group": "group",
    "value_chain": "chain",
    "value_chain_stage": "stage",
    "chain_version": "chainversion",
    "activity": "activity",
    "inventory": "inventory",
    "product": "product",
    "footprint": "footprint",
    "footprint_request": "pfrequest",
    "initiative": "initiative",
    "avoided_claim": "claim",
    "solution": "solution",
    "reference_scenario": "scenario",
    "factor_series": "series",
    "comparison": "comparison",
    "effect": "effect",
    "effect_allocation": "allocation",
    "assessed_claim": "assessed",
    "claim_evidence": "proof",
    "effect_overlap_decision": "overlapdecision",
    "pledge": "pledge",
    "staged_import": "import",
    "partner": "partner",
    "exchange_event": "exchange",
    "exchange_errand": "errand",
    "bulk_operation": "bulk",
    "webhook": "webhook",
    "webhook_delivery": "delivery",
    "chain_computation": "computation",
    "guidance_version": "guidance",
    "guidance_gate": "gate",
    "guidance_criterion": "criterion",
    "guidance_evidence": "evidence",
    "organisation_merge": "merge",
}


def _audited_row(_: Ask, row: Row) -> str | None:
    prefix = PREFIXES.get(row["row_table"])
    return prefix and f"{prefix}_{row['row_id']}"


def _json(column: str) -> Read:
    return lambda _, row: None if row[column] is None else orjson.loads(row[column])


def _of_document(column: str) -> Read:
    def read(ask: Ask, row: Row) -> Any:
        document = ask.world.get("Document", row["document_id"])
        assert document is not None
        return document[column]

    return read


def _actor_name(ask: Ask, row: Row) -> str | None:
    own = ask.principal.organisation_id
    roles = ask.world.having("RoleGrant", "account_id", row.id)
    known = ask.principal.may(Permission.AUDIT_READ_ALL) or any(
        role["organisation_id"] == own for role in roles
    )
    return (row["name"] or None) if known else None


def _year(ask: Ask, row: Row) -> Row:
    [found] = ask.world.having("Dues", "year", row["year"])
    return found


def _of_year(ask: Ask, row: Row) -> list[Row]:
    return ask.world.having("Invoice", "year", row["year"])


def _open(row: Row) -> Decimal:
    rest: Decimal = row["amount"] - row["paid"] - row["credited"]
    return rest if rest > 0 else Decimal(0)


def _status(ask: Ask, row: Row) -> str:
    if row["credited"] == row["amount"]:
        return "CREDITED"
    if _open(row) == 0:
        return "PAID"
    if row["due_on"] < ask.today:
        return "OVERDUE"
    return "PARTLY_PAID" if row["paid"] or row["credited"] else "OPEN"


def _sum(of: Callable[[Row], Decimal]) -> Read:
    return lambda ask, row: sum((of(one) for one in _of_year(ask, row)), Decimal(0))


def _invoices_csv(ask: Ask, row: Row) -> str:
    """Texts in quotation marks, apart from a spreadsheet's formulas; nothing else in them."""

    def text(value: str) -> str:
        return '"' + ("'" if value[0] in "=+-@" else "") + value.replace('"', '""') + '"'

    names = "number reference organisation tier months amount currency issued_on due_on paid"
    lines = [",".join([*names.split(), "credited", "open", "status"])]
    for one in sorted(_of_year(ask, row), key=lambda one: int(one["sequence"])):
        company = ask.world.get("Organisation", one["organisation_id"])
        tier = ask.world.get("Tier", one["tier_id"])
        assert company is not None
        assert tier is not None
        values = [one["number"], one["reference"], text(company["name"]), text(tier["name"])]
        values += [one[name] for name in ("months", "amount", "currency", "issued_on", "due_on")]
        values += [one["paid"], one["credited"], _open(one), _status(ask, one)]
        lines.append(",".join(map(str, values)))
    return "".join(f"{line}\r\n" for line in lines)


def _seats(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    return ask.seen([seats_of(ask, row.id)])


def _of_account(read: Callable[[Row], Any]) -> Read:
    def found(ask: Ask, row: Row) -> Any:
        account = ask.world.get("Account", row["account_id"])
        assert account is not None
        return read(account)

    return found


def _attendance(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    return ask.seen(attendance_of(ask, row.id))


def _free(_: Ask, row: Row) -> int | None:
    return None if row["granted"] is None else max(0, row["granted"] - row["taken"])


KINDS: dict[str, Kind] = {
    "Seats": Kind(plain("granted", "taken") | {"free": _free}),
    "OrganisationContact": Kind(
        plain("name", "email", "since", "called_at", "version"),
        {"organisation": up("Organisation", "organisation_id")},
    ),
    "WorkingGroup": Kind(
        global_id("group") | named() | plain("starts_on", "ends_on", "version") | blank("mandate"),
        many={
            "delegacies": down("Delegacy", "group_id"),
            "meetings": down("Meeting", "group_id"),
            "attendance": _attendance,
        },
        orders={
            "NAME": lambda _, row: Name(row["name"]),
            "STARTS_ON": lambda _, row: row["starts_on"],
        },
        default_order=("NAME",),
    ),
    "Delegacy": Kind(
        global_id("delegacy")
        | plain("office", "starts_on", "ends_on", "withdrawn_at", "appointed_at", "version")
        | {
            "name": _of_account(lambda account: account["name"] or None),
            "subject": _of_account(lambda account: account["subject"]),
            "inOffice": lambda ask, row: in_office(row, ask.today),
        },
        {
            "group": up("WorkingGroup", "group_id"),
            "organisation": up("Organisation", "organisation_id"),
            "account": up("Account", "account_id"),
        },
        orders={"STARTS_ON": lambda _, row: row["starts_on"]},
        default_order=("STARTS_ON",),
    ),
    "Meeting": Kind(
        global_id("meeting")
        | plain("title", "starts_at", "ends_at", "time_zone", "held_on", "cancelled_at", "version")
        | blank("place", "link", "agenda", "minutes", "cancelled_because"),
        {"group": up("WorkingGroup", "group_id")},
        {"attendance": down("Attendance", "meeting_id")},
        {"STARTS_AT": lambda _, row: row["starts_at"]},
        ("STARTS_AT",),
    ),
    "Attendance": Kind(
        plain("presence"),
        {"meeting": up("Meeting", "meeting_id"), "delegacy": up("Delegacy", "delegacy_id")},
    ),
    "GroupAttendance": Kind(
        plain("attended", "of"), {"organisation": up("Organisation", "organisation_id")}
    ),
    "InboxItem": Kind(
        plain("kind", "waits_for", "since", "due_on", "thing"),
        {
            "organisation": up("Organisation", "organisation_id"),
            "application": up("Application", "application_id"),
            "invoice": up("Invoice", "invoice_id"),
        },
        orders={
            "SINCE": lambda _, row: row["since"],
            "DUE_ON": lambda _, row: row["due_on"],
        },
        default_order=("SINCE",),
    ),
    "AuditEntry": Kind(
        global_id("audit") | plain("at", "action") | blank("note"),
        {
            "actor": up("AuditActor", "account_id"),
            "client": up("AuditClient", "client_id"),
            "organisation": up("Organisation", "organisation_id"),
            "actingOrganisation": up("Organisation", "acting_organisation_id"),
        },
        {"changes": down("AuditChange", "entry_id")},
        {"AT": lambda _, row: row["at"]},
        ("-AT",),
    ),
    "AuditChange": Kind(
        plain("row_id")
        | {
            "table": lambda _, row: row["row_table"],
            "row": _audited_row,
            "before": _json("before"),
            "after": _json("after"),
        },
        {"entry": up("AuditEntry", "entry_id")},
    ),
    "StagedImport": Kind(
        global_id("import")
        | plain("kind", "status", "row_count", "fault_count", "version", "recorded_at", "ended_on")
        | {"fileName": _of_document("name"), "sha256": _of_document("sha256")},
        {"organisation": up("Organisation", "organisation_id")},
        {
            "rows": down("ImportedRow", "staged_import_id"),
            "faults": down("ImportFault", "staged_import_id"),
        },
        {"RECORDED_AT": lambda _, row: row["recorded_at"]},
        ("-RECORDED_AT",),
    ),
    "ImportedRow": Kind(
        plain("position", "sheet", "number") | {"cells": _json("cells")},
        orders={"POSITION": lambda _, row: row["position"]},
        default_order=("POSITION",),
    ),
    "ImportFault": Kind(
        plain("position", "sheet", "number", "code", "message") | blank("sheet_column"),
        orders={"POSITION": lambda _, row: row["position"]},
        default_order=("POSITION",),
    ),
    "Partner": Kind(
        global_id("partner")
        | plain("name", "base_url", "auth_url", "client_id", "scope", "version")
        | plain("registered_at", "removed_at")
        | {"eventSources": lambda _, row: row["event_sources"].split()},
        {
            "organisation": up("Organisation", "organisation_id"),
            "company": up("Organisation", "company_id"),
            "client": up("ServiceClient", "oauth_client_id"),
        },
        {
            "shares": down("PartnerShare", "partner_id"),
            "events": down("ExchangeEvent", "partner_id"),
            "errands": down("ExchangeErrand", "partner_id"),
            "faults": down("ExchangeFault", "partner_id"),
        },
        {"NAME": lambda _, row: row["name"]},
        ("NAME",),
    ),
    "PartnerShare": Kind(
        plain("shared_at"),
        {
            "partner": up("Partner", "partner_id"),
            "footprint": up("Footprint", "footprint_id"),
        },
    ),
    "ExchangeEvent": Kind(
        global_id("exchange")
        | plain("direction", "kind", "event_id", "address", "state", "attempts", "data")
        | plain("said_at", "recorded_at", "ended_at")
        | blank("told")
        | {"dueAt": lambda _, row: row["due_at"] if row["state"] == "WAITING" else None},
        {"partner": up("Partner", "partner_id"), "request": up("ExchangeEvent", "request_id")},
        orders={"RECORDED_AT": lambda _, row: row["recorded_at"]},
    ),
    "ExchangeErrand": Kind(
        global_id("errand")
        | plain("errand", "state", "pages", "received", "recorded", "faulty", "attempts")
        | plain("asked_at", "ended_at")
        | blank("told"),
        {"partner": up("Partner", "partner_id")},
        orders={"ASKED_AT": lambda _, row: row["asked_at"]},
    ),
    "ExchangeFault": Kind(
        plain("field", "message", "found_at") | {"footprintId": lambda _, row: row["pf_id"]},
        {"partner": up("Partner", "partner_id")},
    ),
    "BulkOperation": Kind(
        global_id("bulk")
        | plain("kind", "document", "variables", "state", "rows", "size_bytes", "asked_at")
        | plain("began_at", "ended_at")
        | blank("failure_code", "told")
        | {"url": lambda _, row: row["digest"] and f"/bulk/bulk_{row.id}/result.jsonl"},
        {"organisation": up("Organisation", "organisation_id")},
        orders={"ASKED_AT": lambda _, row: row["asked_at"]},
        default_order=("-ASKED_AT",),
    ),
    "Webhook": Kind(
        global_id("webhook")
        | plain("url", "query", "version", "registered_at", "former_until", "failing_since")
        | plain("disabled_at", "disabled_because", "removed_at", "events", "permissions")
        | blank("description"),
        {"organisation": up("Organisation", "organisation_id")},
        {"deliveries": down("WebhookDelivery", "webhook_id")},
        {"REGISTERED_AT": lambda _, row: row["registered_at"]},
    ),
    "WebhookDelivery": Kind(
        global_id("delivery")
        | plain("message_id", "kind", "subject", "happened_at", "state", "attempts", "ended_at")
        | blank("told")
        | {"dueAt": lambda _, row: row["due_at"] if row["state"] == "WAITING" else None},
        {"webhook": up("Webhook", "webhook_id")},
        {"log": down("WebhookAttempt", "delivery_id")},
        {"HAPPENED_AT": lambda _, row: row["happened_at"]},
    ),
    "WebhookAttempt": Kind(
        plain("attempted_at", "status", "took_ms") | blank("answer", "told"),
        {"delivery": up("WebhookDelivery", "delivery_id")},
    ),
    "AuditActor": Kind(plain("subject") | {"name": _actor_name}),
    "AuditClient": Kind(plain("client_id", "name")),
    "Source": Kind(plain("url", "title")),
    "Organisation": Kind(
        global_id("org")
        | named()
        | plain("country", "sector", "lei", "revenue_amount", "revenue_currency")
        | plain("employees", "employees_year", "recorded_at")
        | blank("notes")
        | {"aliases": _aliases, "revenue": revenue},
        {
            "source": SOURCE,
            "sizeSource": up("Source", "size_citation_id"),
            "membership": _membership,
            "period": _period,
            "mergedInto": up("Organisation", "merged_into_id"),
            "seats": _seats,
            "contactOfLastResort": down("OrganisationContact", "organisation_id"),
        },
        {
            "sizes": down("OrganisationSize", "organisation_id"),
            "parents": down("Parentage", "child_id"),
            "subsidiaries": down("Parentage", "parent_id"),
            "stages": down("ValueChainParticipant", "organisation_id"),
            "initiatives": down("InitiativeParticipant", "organisation_id"),
            "claims": down("Claim", "organisation_id"),
            "assessedClaims": down("AssessedClaim", "organisation_id"),
            "memberships": down("Membership", "organisation_id"),
            "periods": _periods,
            "predecessors": down("Succession", "successor_id"),
            "successors": down("Succession", "predecessor_id"),
            "membershipDecisions": down("MembershipDecision", "organisation_id"),
            "inventories": down("Inventory", "organisation_id"),
            "solutions": down("Solution", "organisation_id"),
            "invoices": down("Invoice", "organisation_id"),
            "tierAssignments": down("TierAssignment", "organisation_id"),
            "delegacies": down("Delegacy", "organisation_id"),
            "chainVersions": down("ChainVersion", "organisation_id"),
        },
        {
            "NAME": lambda _, row: Name(row["name"]),
            "REVENUE": lambda _, row: row["revenue_amount"],
            "EMPLOYEES": lambda _, row: row["employees"],
        },
        ("NAME",),
    ),
    "OrganisationSize": Kind(
        plain("year", "employees", "recorded_at")
        | {"revenue": _size_revenue, "revenueUsd": lambda ask, row: in_usd(ask.world, row)[0]},
        {"source": SOURCE},
        orders={"YEAR": lambda _, row: row["year"]},
        default_order=("-YEAR",),
    ),
    "ExchangeRate": Kind(
        plain("currency", "year", "per_usd"),
        {"source": SOURCE},
        orders={
            "CURRENCY": lambda _, row: (row["currency"], row["year"]),
            "YEAR": lambda _, row: (row["year"], row["currency"]),
        },
        default_order=("CURRENCY",),
    ),
    "Parentage": Kind(
        plain("relation", "equity_share", "starts_on", "ends_on") | blank("notes"),
        {
            "child": up("Organisation", "child_id"),
            "parent": up("Organisation", "parent_id"),
            "source": SOURCE,
        },
        orders={"STARTS_ON": lambda _, row: row["starts_on"]},
        default_order=("STARTS_ON",),
    ),
    "OrganisationPeriod": Kind(
        plain("starts_on", "ends_on", "name", "country", "sector"),
        {"source": SOURCE},
        orders={"ENDS_ON": lambda _, row: row["ends_on"]},
        default_order=("ENDS_ON",),
    ),
    "Succession": Kind(
        plain("kind", "effective_on", "recorded_at"),
        {
            "predecessor": up("Organisation", "predecessor_id"),
            "successor": up("Organisation", "successor_id"),
            "source": SOURCE,
        },
        orders={"EFFECTIVE_ON": lambda _, row: row["effective_on"]},
        default_order=("EFFECTIVE_ON",),
    ),
    "OrganisationMerge": Kind(
        global_id("merge") | plain("merged_at", "undone_at") | blank("reason"),
        {
            "duplicate": up("Organisation", "duplicate_id"),
            "survivor": up("Organisation", "survivor_id"),
        },
        {"changes": down("OrganisationMergeChange", "merge_id")},
        {"MERGED_AT": lambda _, row: row["merged_at"]},
        ("-MERGED_AT",),
    ),
    "OrganisationMergeChange": Kind(
        plain("row_id")
        | {
            "table": lambda _, row: row["row_table"],
            "before": _json("before"),
            "after": _json("after"),
            "stayed": lambda _, row: (
                row["row_table"] != "membership"
                and row["before"] is not None
                and row["before"] == row["after"]
            ),
        },
    ),
    "Membership": Kind(
        global_id("membership")
        | plain("status", "starts_on", "ends_on", "recorded_at")
        | blank("evidence_as_of", "notes"),
        {"organisation": up("Organisation", "organisation_id"), "source": SOURCE},
        orders={"STARTS_ON": lambda _, row: row["starts_on"]},
        default_order=("STARTS_ON",),
    ),
    "Initiative": Kind(
        global_id("initiative")
        | named()
        | plain("convenor", "start_year")
        | blank("description", "facts", "participants_as_published", "participants_as_of"),
        {"source": SOURCE},
        {
            "participants": down("InitiativeParticipant", "initiative_id"),
            "targets": down("InitiativeTarget", "initiative_id"),
            "valueChains": down("ValueChainInitiative", "initiative_id"),
            "claims": linked("ClaimInitiative", "initiative_id", "Claim", "claim_id"),
        },
        {"NAME": lambda _, row: Name(row["name"]), "START_YEAR": lambda _, row: row["start_year"]},
        ("NAME",),
    ),
    "InitiativeParticipant": Kind(
        named() | plain("role", "starts_on", "ends_on") | blank("as_of"),
        {
            "initiative": up("Initiative", "initiative_id"),
            "organisation": up("Organisation", "organisation_id"),
        },
    ),
    "InitiativeTarget": Kind(
        plain("description", "target_year") | masses("quantity"),
        {"source": SOURCE},
        orders={"TARGET_YEAR": lambda _, row: row["target_year"]},
        default_order=("TARGET_YEAR",),
    ),
    "ValueChain": Kind(
        global_id("chain") | named() | blank("description"),
        {"source": SOURCE},
        {
            "stages": down("ValueChainStage", "value_chain_id"),
            "endStages": _end_stages,
            "initiatives": down("ValueChainInitiative", "value_chain_id"),
            "claims": linked("ClaimValueChain", "value_chain_id", "Claim", "claim_id"),
            "versions": down("ChainVersion", "value_chain_id"),
        },
        {"NAME": lambda _, row: Name(row["name"])},
        ("NAME",),
    ),
    "ValueChainStage": Kind(
        global_id("stage") | named() | plain("position"),
        {
            "valueChain": up("ValueChain", "value_chain_id"),
            "downstream": up("ValueChainStage", "downstream_id"),
        },
        {
            "upstream": down("ValueChainStage", "downstream_id"),
            "participants": down("ValueChainParticipant", "stage_id"),
            "initiatives": down("ValueChainInitiative", "stage_id"),
        },
        {"POSITION": lambda _, row: row["position"]},
        ("POSITION",),
    ),
    "ValueChainParticipant": Kind(
        blank("role") | plain("starts_on", "ends_on"),
        {
            "organisation": up("Organisation", "organisation_id"),
            "stage": up("ValueChainStage", "stage_id"),
        },
    ),
    "ValueChainInitiative": Kind(
        blank("note"),
        {
            "initiative": up("Initiative", "initiative_id"),
            "valueChain": up("ValueChain", "value_chain_id"),
            "stage": up("ValueChainStage", "stage_id"),
        },
    ),
    "Inventory": Kind(
        global_id("inventory")
        | plain("reference", "label", "period_start", "period_end", "year", "parts_check")
        | plain("quarantined", "visibility", "recorded_at")
        | blank("notes", "primary_source", "quality")
        | masses("scope1", "scope2_location", "scope2_market", "scope2_unspecified", "scope3")
        | masses("total", "parts_difference"),
        {"organisation": up("Organisation", "organisation_id"), "source": SOURCE},
        orders={
            "PERIOD_END": lambda _, row: row["period_end"],
            "TOTAL": lambda _, row: row["total_kg_co2e"],
            "YEAR": lambda _, row: row["year"],
        },
        default_order=("PERIOD_END",),
    ),
    "Claim": Kind(
        global_id("claim")
        | plain("reference", "basis", "kind", "record_type", "period_start", "period_end", "year")
        | plain("category", "methodology", "series", "verifier", "separate_from_parent")
        | plain("quarantined", "published_on", "known_on", "visibility", "recorded_at", "bound")
        | blank("fiscal_label", "qualifier", "as_published", "quality", "notes", "published_as")
        | masses("value", "low", "high")
        | {
            "quantity": _quantity,
            "verified": lambda _, row: row["verifier"] is not None,
            "partsTotal": _of_parts(0),
            "partsDifference": _of_parts(1),
        },
        {
            "organisation": up("Organisation", "organisation_id"),
            "source": SOURCE,
            "partOf": up("Claim", "part_of_id"),
            "coveredBy": _covered_by,
            "supersedes": up("Claim", "supersedes_id"),
            "methodChangeFrom": up("Claim", "method_change_from_id"),
        },
        {
            "parts": down("Claim", "part_of_id"),
            "supersededBy": down("Claim", "supersedes_id"),
            "initiatives": linked("ClaimInitiative", "claim_id", "Initiative", "initiative_id"),
            "valueChains": linked("ClaimValueChain", "claim_id", "ValueChain", "value_chain_id"),
        },
        {
            "PERIOD_END": lambda _, row: row["period_end"],
            "VALUE": lambda _, row: row["value_kg_co2e"],
            "PUBLISHED_ON": lambda _, row: row["published_on"],
            "YEAR": lambda _, row: row["year"],
            "REFERENCE": lambda _, row: row["reference"],
        },
        ("PERIOD_END",),
    ),
    "Engagement": Kind(
        global_id("engagement") | plain("covers", "starts_on", "ends_on", "created_at", "ended_at"),
        {
            "assurer": up("Organisation", "assurer_id"),
            "client": up("Organisation", "client_id"),
        },
        orders={"STARTS_ON": lambda _, row: row["starts_on"]},
        default_order=("STARTS_ON",),
    ),
    "Tier": Kind(
        global_id("tier")
        | plain("year", "name", "revenue_from", "revenue_to", "price", "seats")
        | {
            "revenueCurrency": lambda ask, row: _year(ask, row)["revenue_currency"],
            "currency": lambda ask, row: _year(ask, row)["currency"],
        },
        orders={
            "YEAR": lambda _, row: row["year"],
            "REVENUE_FROM": lambda _, row: row["revenue_from"],
        },
        default_order=("-YEAR", "REVENUE_FROM"),
    ),
    "TierAssignment": Kind(
        global_id("assignment") | plain("year", "reason", "version", "assigned_at"),
        {
            "organisation": up("Organisation", "organisation_id"),
            "tier": up("Tier", "tier_id"),
        },
        orders={"YEAR": lambda _, row: row["year"]},
        default_order=("-YEAR",),
    ),
    "Invoice": Kind(
        global_id("invoice")
        | plain("number", "reference", "year", "months", "amount", "currency", "issued_on")
        | plain("due_on", "paid", "credited")
        | {"open": lambda _, row: _open(row), "status": _status},
        {
            "organisation": up("Organisation", "organisation_id"),
            "tier": up("Tier", "tier_id"),
        },
        {
            "entries": down("InvoiceEntry", "invoice_id"),
            "reminders": down("InvoiceReminder", "invoice_id"),
        },
        {
            "NUMBER": lambda _, row: row["number"],
            "DUE_ON": lambda _, row: row["due_on"],
            "AMOUNT": lambda _, row: row["amount"],
        },
        ("-NUMBER",),
    ),
    "InvoiceEntry": Kind(
        plain("kind", "amount", "booked_on", "bank_reference", "recorded_at") | blank("reason")
    ),
    "InvoiceReminder": Kind(plain("level", "sent_on", "mails")),
    "Dues": Kind(
        plain("year", "version", "revenue_currency", "currency")
        | {
            "invoiceCount": lambda ask, row: len(_of_year(ask, row)),
            "invoiced": _sum(lambda one: one["amount"]),
            "paid": _sum(lambda one: one["paid"]),
            "credited": _sum(lambda one: one["credited"]),
            "open": _sum(_open),
            "overdue": lambda ask, row: sum(
                (_open(one) for one in _of_year(ask, row) if one["due_on"] < ask.today),
                Decimal(0),
            ),
            "csv": _invoices_csv,
        },
        many={
            "tiers": lambda ask, row, _: ask.seen(ask.world.having("Tier", "year", row["year"])),
            "invoices": lambda ask, row, _: ask.seen(_of_year(ask, row)),
        },
    ),
    "Account": Kind(
        global_id("account")
        | plain("email", "created_at", "disabled_at")
        | blank("name")
        | {
            "emailVerified": lambda _, row: row["email_verified_at"] is not None,
            "secondFactor": lambda _, row: row["totp_confirmed_at"] is not None,
        },
        many={"roles": down("RoleGrant", "account_id")},
        orders={
            "EMAIL": lambda _, row: row["email"],
            "CREATED_AT": lambda _, row: row["created_at"],
        },
        default_order=("EMAIL",),
    ),
    "RoleGrant": Kind(
        plain("role", "granted_at"),
        {
            "account": up("Account", "account_id"),
            "organisation": up("Organisation", "organisation_id"),
        },
    ),
    "Invitation": Kind(
        global_id("invitation")
        | plain("email", "created_at", "expires_at", "used_at", "revoked_at")
        | {"roles": lambda _, row: row["roles"].split()},
        {"organisation": up("Organisation", "organisation_id")},
        orders={"CREATED_AT": lambda _, row: row["created_at"]},
    ),
    "ServiceClient": Kind(
        global_id("client")
        | plain("client_id", "name", "auth_method", "created_at", "disabled_at")
        | {"scopes": lambda _, row: row["scopes"].split()},
        {"organisation": up("Organisation", "organisation_id")},
        orders={"CREATED_AT": lambda _, row: row["created_at"]},
    ),
    "IdentityProvider": Kind(
        global_id("provider")
        | plain("name", "issuer", "client_id", "default_role", "created_at", "disabled_at"),
        {"organisation": up("Organisation", "organisation_id")},
    ),
}
