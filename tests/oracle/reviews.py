"""What applications, their review, terms and decisions hold."""

from collections.abc import Mapping
from typing import Any

from tests.membership.matching import match_key_of
from tests.oracle.asking import Ask
from tests.oracle.kinds import KINDS, Kind, blank, down, global_id, named, plain, revenue, up
from tests.oracle.world import Row

OPEN = ("SUBMITTED", "IN_REVIEW", "MORE_ASKED", "APPROVED")


def _aliases(ask: Ask, row: Row) -> list[str]:
    return [one["name"] for one in ask.world.having("ApplicationAlias", "application_id", row.id)]


def _documents(ask: Ask, row: Row, _: Mapping[str, Any]) -> list[Row]:
    links = ask.world.having("ApplicationDocument", "application_id", row.id)
    keys = sorted({link["document_id"] for link in links})
    return [one for key in keys if (one := ask.world.get("Document", key))]


def _counts(ask: Ask, row: Row) -> bool:
    votes = ask.world.having("ApplicationVote", "application_id", row["application_id"])
    last = max(one.id for one in votes if one["account_id"] == row["account_id"])
    conflicts = ask.world.having("ApplicationConflict", "application_id", row["application_id"])
    return row.id == last and row["account_id"] not in {one["account_id"] for one in conflicts}


def _rejected(ask: Ask, row: Row) -> str | None:
    steps = ask.world.having("ApplicationStep", "application_id", row.id)
    return next((one["reason"] or None for one in steps if one["step"] == "REJECT"), None)


def _keys(ask: Ask, row: Row, aliases: str, column: str) -> set[str]:
    return {
        row["name_key"],
        *(one["name_key"] for one in ask.world.having(aliases, column, row.id)),
    }


def _in_common(mine: set[str], others: set[str]) -> set[str]:
    if mine & others:
        return {"NAME"}
    alike = {match_key_of(one) for one in mine} & {match_key_of(one) for one in others}
    return {"SIMILAR_NAME"} if alike else set()


def _duplicates(ask: Ask, row: Row) -> list[dict[str, Any]]:
    mine = _keys(ask, row, "ApplicationAlias", "application_id")
    found: list[dict[str, Any]] = []
    for one in ask.world.all("Organisation"):
        reasons = _in_common(mine, _keys(ask, one, "Alias", "organisation_id"))
        domains = [
            other["domain"]
            for kind in ("OrganisationDomain", "VerifiedDomain")
            for other in ask.world.having(kind, "organisation_id", one.id)
        ]
        reasons |= _same(row, one["lei"], domains)
        if reasons and one.id != row["organisation_id"]:
            found.append({"reasons": sorted(reasons), "organisation": one, "application": None})
    for one in ask.world.all("Application"):
        reasons = _in_common(mine, _keys(ask, one, "ApplicationAlias", "application_id"))
        reasons |= _same(row, one["lei"], [one["domain"]])
        if reasons and one.id != row.id and one["stage"] in OPEN:
            found.append({"reasons": sorted(reasons), "organisation": None, "application": one})
    return found


def _same(row: Row, lei: str | None, domains: list[str | None]) -> set[str]:
    reasons = {"LEI"} if lei is not None and lei == row["lei"] else set()
    return reasons | (
        {"DOMAIN"} if row["domain"] is not None and row["domain"] in domains else set()
    )


_TOLD = (
    named()
    | plain("reference", "stage", "version", "country", "lei", "domain", "sector", "employees")
    | plain("asked_until", "submitted_at")
    | blank("message", "asked")
    | {"aliases": _aliases, "revenue": revenue}
)
_BY = {"account": up("Account", "account_id")}
_ORGANISATION = {"organisation": up("Organisation", "organisation_id")}

KINDS.update(
    {
        "Application": Kind(
            global_id("application")
            | _TOLD
            | blank("contact_name", "contact_email")
            | {"possibleDuplicates": _duplicates},
            _ORGANISATION | {"acceptance": down("TermsAcceptance", "application_id")},
            {
                "steps": down("ApplicationStep", "application_id"),
                "notes": down("ApplicationNote", "application_id"),
                "conflicts": down("ApplicationConflict", "application_id"),
                "votes": down("ApplicationVote", "application_id"),
                "documents": _documents,
            },
            {
                "SUBMITTED_AT": lambda _, row: row["submitted_at"],
                "REFERENCE": lambda _, row: row["reference"],
            },
            ("SUBMITTED_AT",),
        ),
        "MyApplication": Kind(
            _TOLD | {"rejectedBecause": _rejected}, _ORGANISATION, {"documents": _documents}
        ),
        "ApplicationStep": Kind(
            plain("step", "before", "after", "deadline", "taken_at") | blank("reason"), _BY
        ),
        "ApplicationNote": Kind(plain("text", "noted_at"), _BY),
        "ApplicationConflict": Kind(plain("reason", "declared_at"), _BY),
        "ApplicationVote": Kind(
            plain("vote", "voted_at") | blank("reason") | {"counts": _counts}, _BY
        ),
        "TermsAcceptance": Kind(
            plain("signatory_title", "accepted_on", "accepted_at") | blank("signatory_name"),
            {"terms": up("Terms", "terms_id")},
        ),
        "Terms": Kind(
            global_id("terms")
            | plain("version", "text", "competition_law", "in_force_from", "published_at"),
            orders={"IN_FORCE_FROM": lambda _, row: row["in_force_from"]},
            default_order=("-IN_FORCE_FROM",),
        ),
        "Document": Kind(
            plain("name", "media_type", "size_bytes", "sha256", "uploaded_at")
            | {"url": lambda _, row: f"/documents/{row.id}"}
        ),
        "MembershipDecision": Kind(
            global_id("decision")
            | plain("step", "before", "after", "effective_on", "deadline", "decided_at")
            | blank("reason"),
            _BY | _ORGANISATION,
            orders={
                "EFFECTIVE_ON": lambda _, row: row["effective_on"],
                "DECIDED_AT": lambda _, row: row["decided_at"],
            },
        ),
    }
)
