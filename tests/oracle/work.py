"""Rows that are made of others: seats, how often organisations came, what waits for whom."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from consortium.kernel.periods import holds_on
from tests.oracle.asking import Ask
from tests.oracle.world import Row

WEEK, MONTH, DAY = timedelta(days=7), timedelta(days=30), timedelta(days=1)
ADMIN = "ORGANISATION_ADMIN"


def in_office(row: Row, day: date) -> bool:
    """Whether a delegacy holds on a day."""
    return row["withdrawn_at"] is None and bool(row["starts_on"] <= day <= row["ends_on"])


def seats_of(ask: Ask, organisation: int) -> Row:
    """How many people an organisation may have, and how many it has."""
    known = [
        one
        for one in ask.world.having("SeatsSet", "organisation_id", organisation)
        if one["starts_on"] <= ask.today
    ]
    last = max(known, key=lambda one: (one["starts_on"], one.id), default=None)
    invited = {
        one["email"]
        for one in ask.world.having("Invitation", "organisation_id", organisation)
        if _is_open(one) and one["expires_at"] > datetime.now(UTC)
    }
    people = {one["email"] or one.id for one in _people(ask, organisation)}
    granted = None if last is None else last["seats"]
    if granted is None:
        granted = _seats_of_tier(ask, organisation)
    return Row("Seats", {"id": organisation, "granted": granted, "taken": len(people | invited)})


def _seats_of_tier(ask: Ask, organisation: int) -> int | None:
    """Of the tier of this year: the last invoice's, else the assigned one."""
    for kind in ("Invoice", "TierAssignment"):
        found = [
            one
            for one in ask.world.having(kind, "organisation_id", organisation)
            if one["year"] == ask.today.year
        ]
        if found:
            tier = ask.world.get("Tier", max(found, key=lambda one: one.id)["tier_id"])
            return None if tier is None else tier["seats"]
    return None


def _people(ask: Ask, organisation: int, role: str | None = None) -> list[Row]:
    """Accounts that work, with a role there."""
    held = ask.world.having("RoleGrant", "organisation_id", organisation)
    accounts = [
        ask.world.get("Account", one["account_id"])
        for one in held
        if role is None or one["role"] == role
    ]
    return [
        one
        for one in accounts
        if one is not None and one["disabled_at"] is None and one["erased_at"] is None
    ]


def _is_open(invitation: Row) -> bool:
    return invitation["used_at"] is None and invitation["revoked_at"] is None


def attendance_of(ask: Ask, group: int) -> list[Row]:
    """How often each organisation came to a group's meetings."""
    world = ask.world
    known = [
        one for one in world.having("Delegacy", "group_id", group) if one["withdrawn_at"] is None
    ]
    recorded = [
        one
        for one in world.having("Meeting", "group_id", group)
        if one["cancelled_at"] is None and world.having("Attendance", "meeting_id", one.id)
    ]
    found: list[Row] = []
    for organisation in {one["organisation_id"] for one in known}:
        own = [one for one in known if one["organisation_id"] == organisation]
        held = [m for m in recorded if any(in_office(one, m["held_on"]) for one in own)]
        attended = [
            m
            for m in held
            if any(
                one["presence"] == "PRESENT" and one["delegacy_id"] in {d.id for d in own}
                for one in world.having("Attendance", "meeting_id", m.id)
            )
        ]
        values = {
            "id": min(one.id for one in own),
            "group_id": group,
            "organisation_id": organisation,
            "attended": len(attended),
            "of": len(held),
        }
        found.append(Row("GroupAttendance", values))
    return found


def inbox(ask: Ask) -> list[Row]:
    """What waits for whom."""
    sorts = (
        "ORGANISATION_WITHOUT_ADMIN",
        "ADMIN_INVITATION_UNANSWERED",
        "CHAIR_MISSING",
        "MEETING_NOT_RECORDED",
        "APPEAL",
        "EXPULSION",
        "NOTICE",
        "ENGAGEMENT_ENDING",
        "APPLICATION",
        "INVOICE_OVERDUE",
        "ASSESSED_CLAIM",
        "FOOTPRINT_REQUEST",
    )
    parts = (_of_people, _of_groups, _of_memberships, _of_engagements, _of_applications)
    items = [
        item for part in (*parts, _of_invoices, _of_claims, _of_requests) for item in part(ask)
    ]
    return [
        Row(
            "InboxItem",
            {"since": None, "due_on": None, "organisation_id": None}
            | one
            | {
                "application_id": one["key"] if one["kind"] == "APPLICATION" else None,
                "invoice_id": one["key"] if one["kind"] == "INVOICE_OVERDUE" else None,
                "id": (1 + sorts.index(one["kind"])) * 10**15 + one["key"],
                "thing": f"{one['thing']}_{one['key']}",
            },
        )
        for one in items
    ]


Items = Iterator[dict[str, Any]]


def _of_requests(ask: Ask) -> Items:
    for one in ask.world.all("FootprintRequest"):
        waits = one["status"] == "OPEN" and one["way"] == "MEMBER"
        if waits and ask.today <= one["expires_on"]:
            yield {
                "kind": "FOOTPRINT_REQUEST",
                "key": one.id,
                "thing": "pfrequest",
                "organisation_id": one["asked_id"],
                "waits_for": "MEMBER",
                "since": one["asked_on"],
                "due_on": one["due_on"],
            }


def _of_people(ask: Ask) -> Items:
    world = ask.world
    for held in world.all("Membership"):
        if held["status"] not in {"MEMBER", "SUSPENDED"} or not _holds(ask, held):
            continue
        organisation = held["organisation_id"]
        if _people(ask, organisation, ADMIN):
            continue
        invited = any(
            ADMIN in one["roles"].split()
            and _is_open(one)
            and ask.today <= one["expires_at"].astimezone(UTC).date()
            for one in world.having("Invitation", "organisation_id", organisation)
        )
        called = [
            one["called_at"].astimezone(UTC).date()
            for one in world.having("OrganisationContact", "organisation_id", organisation)
            if one["called_at"] is not None
        ]
        yield {
            "kind": "ORGANISATION_WITHOUT_ADMIN",
            "key": organisation,
            "thing": "org",
            "organisation_id": organisation,
            "waits_for": "MEMBER" if invited else "SECRETARIAT",
            "since": called[0] if called else held["starts_on"],
        }
    for one in world.all("Invitation"):
        sent = one["created_at"].astimezone(UTC).date()
        later = any(
            other.id > one.id and other["email"] == one["email"]
            for other in world.having("Invitation", "organisation_id", one["organisation_id"])
        )
        if (
            ADMIN in one["roles"].split()
            and _is_open(one)
            and sent + WEEK < ask.today
            and not later
        ):
            yield {
                "kind": "ADMIN_INVITATION_UNANSWERED",
                "key": one.id,
                "thing": "invitation",
                "organisation_id": one["organisation_id"],
                "waits_for": "MEMBER",
                "since": sent,
            }


def _of_groups(ask: Ask) -> Items:
    for group in ask.world.all("WorkingGroup"):
        chairs = [
            one
            for one in ask.world.having("Delegacy", "group_id", group.id)
            if one["office"] == "CHAIR" and one["withdrawn_at"] is None
        ]
        if _holds(ask, group) and not any(in_office(one, ask.today) for one in chairs):
            over = [one["ends_on"] + DAY for one in chairs if one["ends_on"] < ask.today]
            yield {
                "kind": "CHAIR_MISSING",
                "key": group.id,
                "thing": "group",
                "waits_for": "SECRETARIAT",
                "since": max(over, default=group["starts_on"]),
            }
    for meeting in ask.world.all("Meeting"):
        recorded = meeting["minutes"] and ask.world.having("Attendance", "meeting_id", meeting.id)
        if not recorded and meeting["cancelled_at"] is None:
            due_on = meeting["held_on"] + WEEK
            if due_on < ask.today:
                yield {
                    "kind": "MEETING_NOT_RECORDED",
                    "key": meeting.id,
                    "thing": "meeting",
                    "waits_for": "CHAIR",
                    "since": meeting["held_on"],
                    "due_on": due_on,
                }


def _of_memberships(ask: Ask) -> Items:
    for one in ask.world.all("Membership"):
        if not _holds(ask, one):
            continue
        found = {
            "key": one.id,
            "thing": "membership",
            "organisation_id": one["organisation_id"],
            "since": one["starts_on"],
        }
        match one["status"]:
            case "UNDER_APPEAL":
                yield found | {"kind": "APPEAL", "waits_for": "SECRETARIAT"}
            case "UNDER_EXPULSION":
                yield found | {
                    "kind": "EXPULSION",
                    "waits_for": "MEMBER",
                    "due_on": one["ends_on"],
                }
            case "MEMBER" | "SUSPENDED" if one["ends_on"] is not None:
                yield from _notice(ask, one, found)


def _notice(ask: Ask, membership: Row, found: dict[str, Any]) -> Items:
    organisation = membership["organisation_id"]
    left = membership["ends_on"] + DAY
    given = [
        one["decided_at"].astimezone(UTC).date()
        for one in ask.world.having("MembershipDecision", "organisation_id", organisation)
        if one["step"] == "LEAVE"
    ]
    for one in ask.world.having("Membership", "organisation_id", organisation):
        if one["status"] == "FORMER" and one["starts_on"] == left:
            since = max(given, default=None)
            yield found | {
                "kind": "NOTICE",
                "waits_for": "SECRETARIAT",
                "since": since,
                "due_on": left,
            }


def _of_engagements(ask: Ask) -> Items:
    for one in ask.world.all("Engagement"):
        soon = one["ends_on"] - MONTH <= ask.today <= one["ends_on"]
        if one["ended_at"] is None and one["starts_on"] <= ask.today and soon:
            yield {
                "kind": "ENGAGEMENT_ENDING",
                "key": one.id,
                "thing": "engagement",
                "organisation_id": one["client_id"],
                "waits_for": "MEMBER",
                "since": max(one["starts_on"], one["ends_on"] - MONTH),
                "due_on": one["ends_on"],
            }


def _of_applications(ask: Ask) -> Items:
    turns = {
        "SUBMITTED": "SECRETARIAT",
        "IN_REVIEW": "SECRETARIAT",
        "MORE_ASKED": "APPLICANT",
        "APPROVED": "APPLICANT",
    }
    for one in ask.world.all("Application"):
        if one["stage"] not in turns:
            continue
        steps = ask.world.having("ApplicationStep", "application_id", one.id)
        yield {
            "kind": "APPLICATION",
            "key": one.id,
            "thing": "application",
            "organisation_id": one["organisation_id"],
            "waits_for": turns[one["stage"]],
            "since": max((step["taken_on"] for step in steps), default=None),
            "due_on": one["asked_until"],
        }


def _of_invoices(ask: Ask) -> Items:
    for one in ask.world.all("Invoice"):
        if one["due_on"] < ask.today and one["paid"] + one["credited"] < one["amount"]:
            yield {
                "kind": "INVOICE_OVERDUE",
                "key": one.id,
                "thing": "invoice",
                "organisation_id": one["organisation_id"],
                "waits_for": "MEMBER",
                "since": one["due_on"],
            }


def _of_claims(ask: Ask) -> Items:
    turns = {
        "SUBMITTED": "SECRETARIAT",
        "IN_REVIEW": "SECRETARIAT",
        "CLARIFICATION": "MEMBER",
        "ACCEPTED": "MEMBER",
    }
    for one in ask.world.all("AssessedClaim"):
        if one["status"] in turns:
            steps = ask.world.having("AssessedClaimStep", "claim_id", one.id)
            yield {
                "kind": "ASSESSED_CLAIM",
                "key": one.id,
                "thing": "assessed",
                "organisation_id": one["organisation_id"],
                "waits_for": turns[one["status"]],
                "since": max((step["taken_on"] for step in steps), default=None),
                "due_on": one["due_on"],
            }


def _holds(ask: Ask, row: Row) -> bool:
    return holds_on(ask.today, row["starts_on"], row["ends_on"])
