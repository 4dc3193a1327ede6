"""The matrix of changing: every mutation, what it is asked for, and what becomes of it by caller.

A new mutation has no line here, and the test fails until somebody has written down who may do it.
Whatever is refused leaves every table as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

from consortium.identity.rules.roles import PERMISSIONS
from consortium.kernel.principal import Permission
from consortium.storage.files import Content, Files, Received, SentFile
from tests.factories.applications import key_of
from tests.rights.small_world import PEOPLE, TOKENS, SmallWorld
from tests.staging.workbooks import example, flat

DONE = "DONE"
DENIED = "PERMISSION_DENIED"
ABSENT = "NOT_FOUND"


@dataclass(frozen=True)
class Case:
    """One thing that is asked for; `otherwise` is what those hear who are not named in `by`."""

    mutation: str
    about: str
    given: Callable[[SmallWorld], Mapping[str, Any]]
    otherwise: str
    by: Mapping[str, str]


def _visibility(kind: str, name: str, shown: str) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {kind: world.id(kind, name), "visibility": shown}


def _all(outcome: str, *callers: str) -> dict[str, str]:
    return dict.fromkeys(callers, outcome)


_WRITERS = ("editor", "approver", "service_writes")
# Who sees the owner's figures for members, and who its private ones, without changing any.
_MEMBERS = ("viewer", "admin", "other_viewer", "other_approver", "other_admin", "service_reads")
_OWN = ("viewer", "admin", "service_reads", "secretariat", "assurer")


def _figures(kind: str, mutation: str, engaged: str) -> list[Case]:
    """The same for claims and for inventories; `engaged` is the assurer of that sort alone."""
    shown_private = _all(DENIED, *_OWN, engaged)
    shown_members = _all(DENIED, *_MEMBERS, "secretariat", "assurer", engaged)
    return [
        Case(
            mutation,
            "from members back to the owner alone",
            _visibility(kind, "owner CONSORTIUM", "PRIVATE"),
            ABSENT,
            shown_members | _all(DONE, *_WRITERS),
        ),
        Case(
            mutation,
            "from the owner alone to members",
            _visibility(kind, "owner PRIVATE", "CONSORTIUM"),
            ABSENT,
            shown_private | _all(DONE, *_WRITERS),
        ),
        Case(
            mutation,
            "published",
            _visibility(kind, "owner PRIVATE", "PUBLIC"),
            ABSENT,
            shown_private | _all(DENIED, "editor", "service_writes") | {"approver": DONE},
        ),
        Case(
            mutation,
            "taken back from the public",
            _visibility(kind, "owner PUBLIC", "PRIVATE"),
            DENIED,
            {"approver": DONE},
        ),
        Case(
            mutation,
            "of nothing there is",
            lambda _: {kind: f"{kind}_999999", "visibility": "PRIVATE"},
            ABSENT,
            {},
        ),
        Case(
            mutation,
            "of an id of another type",
            lambda world: {kind: world.id("org", "owner"), "visibility": "PRIVATE"},
            ABSENT,
            {},
        ),
    ]


def _engagement(**given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    days = {"covers": "CLAIMS", "startsOn": "2026-01-01", "endsOn": "2026-12-31"}
    return lambda world: {
        "assurer": world.id("org", "assurer"),
        **days,
        **{
            key: world.id(*value) if isinstance(value, tuple) else value
            for key, value in given.items()
        },
    }


def _role(role: str, person: str, where: str | None = None) -> Callable[..., Mapping[str, Any]]:
    def given(world: SmallWorld) -> Mapping[str, Any]:
        organisation = {} if where is None else {"organisation": world.id("org", where)}
        return {"account": world.id("account", person), "role": role, **organisation}

    return given


def _invitation(*roles: str, where: str = "owner") -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {
        "email": "New.Colleague@Example.org",
        "roles": list(roles),
        "organisation": world.id("org", where),
    }


def _size(where: str, year: int = 2025) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {
        "organisation": world.id("org", where),
        "year": year,
        "revenueAmount": "12.5",
        "revenueCurrency": "EUR",
        "employees": 7,
    }


def _client(*scopes: str, name: str = "A system") -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {
        "name": name,
        "scopes": list(scopes),
        "organisation": world.id("org", "owner"),
    }


def _organisations(**given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    """Values as they are, and names of organisations in brackets for their ids."""

    def made(world: SmallWorld, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("["):
            return world.id("org", value.strip("[]"))
        return [made(world, one) for one in value] if isinstance(value, list) else value

    return lambda world: {key: made(world, value) for key, value in given.items()}


def _managed(mutation: str, **given: Any) -> Case:
    """What the secretariat alone may do, to organisations that everyone sees."""
    return Case(
        mutation, "by the secretariat alone", _organisations(**given), DENIED, {"secretariat": DONE}
    )


_PAST = "2024-01-01"
_REORGANISATIONS = (
    _managed("renameOrganisation", organisation="[owner]", name="Another", effectiveOn=_PAST),
    _managed("moveOrganisation", organisation="[owner]", country="FR", effectiveOn=_PAST),
    _managed("reclassifyOrganisation", organisation="[owner]", sector="New", effectiveOn=_PAST),
    _managed("correctOrganisation", organisation="[owner]", notes="Right"),
    _managed("recordParentage", child="[past]", parent="[owner]", relation="CONTROL"),
    _managed("endParentage", child="[participant]", parent="[owner]", endsOn=_PAST),
    _managed("recordMerger", absorbed="[other]", into="[owner]", effectiveOn=_PAST),
    _managed("recordSplit", organisation="[other]", into=["[past]"], effectiveOn=_PAST),
    _managed("mergeOrganisations", duplicate="[other]", into="[owner]"),
    Case(
        "mergeOrganisations",
        "of what was merged",
        _organisations(duplicate="[twice]", into="[other]"),
        DENIED,
        {"secretariat": "ALREADY_MERGED"},
    ),
    Case(
        "renameOrganisation",
        "of what was merged",
        _organisations(organisation="[twice]", name="Another", effectiveOn=_PAST),
        DENIED,
        {"secretariat": "ALREADY_MERGED"},
    ),
    Case(
        "unmergeOrganisations",
        "that others hear nothing of",
        lambda world: {"merge": world.id("merge", "twice")},
        ABSENT,
        {"secretariat": DONE},
    ),
)


def _application(name: str, version: int | None = 1, **given: Any) -> Callable[..., Any]:
    seen = {} if version is None else {"version": version}
    return lambda world: {"application": world.id("application", name), **seen, **given}


def _keyed(name: str, **given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda _: {"key": key_of(name), **given}


def _of(organisation: str, **given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {"organisation": world.id("org", organisation), **given}


def _reviewing(mutation: str, name: str, **given: Any) -> list[Case]:
    """The secretariat does it; for others there are no applications."""
    does = {"secretariat": DONE}
    version = None if mutation in {"noteApplication", "declareConflict"} else 1
    cases = [Case(mutation, "as it is", _application(name, version, **given), ABSENT, does)]
    if version is not None:
        stale = {"secretariat": "CHANGED_MEANWHILE"}
        given_then = _application(name, 7, **given)
        cases.append(Case(mutation, "as it was", given_then, ABSENT, stale))
    return cases


_ACCEPTANCE = {
    "termsVersion": "1",
    "signatoryName": "Grace",
    "signatoryTitle": "Director",
    "authorised": True,
    "competitionLaw": True,
}
_APPLICATION = {
    "name": "A new one",
    "country": "DE",
    "contactName": "Ada",
    "contactEmail": "ada@new.example",
}
_ANYBODY = _all(DONE, "public", "viewer", "secretariat")
_REPRESENTS = ("admin", "other_admin")


def _lives() -> list[Case]:
    """From application to exit."""
    secretary = {"secretariat": DONE}
    return [
        Case("applyForMembership", "by anybody", lambda _: _APPLICATION, DONE, _ANYBODY),
        Case(
            "applyForMembership",
            "with a wrong LEI",
            lambda _: _APPLICATION | {"lei": "529900T8BM49AURSDO56"},
            "LEI_INVALID",
            {},
        ),
        Case(
            "answerApplication",
            "with its key",
            _keyed("more asked", answer="Ourselves"),
            DONE,
            _ANYBODY,
        ),
        Case(
            "answerApplication",
            "with another key",
            _keyed("none", answer="Ourselves"),
            "APPLICATION_KEY_INVALID",
            {},
        ),
        Case("retractApplication", "with its key", _keyed("submitted"), DONE, _ANYBODY),
        Case("acceptTerms", "with its key", _keyed("approved", **_ACCEPTANCE), DONE, _ANYBODY),
        Case(
            "acceptTerms",
            "of an application that was not approved",
            _keyed("submitted", **_ACCEPTANCE),
            "STEP_NOT_POSSIBLE",
            {},
        ),
        Case(
            "publishTerms",
            "for the new year",
            lambda _: {
                "version": "2",
                "text": "Share.",
                "competitionLaw": "No prices.",
                "inForceFrom": "2027-01-01",
            },
            DENIED,
            secretary,
        ),
        *_reviewing("reviewApplication", "submitted"),
        *_reviewing("noteApplication", "submitted", text="A note"),
        *_reviewing("declareConflict", "submitted", reason="A share"),
        *_reviewing("voteOnApplication", "in review", vote="APPROVE"),
        *_reviewing("askApplicant", "in review", question="Who owns you?"),
        *_reviewing("approveApplication", "voted"),
        *_reviewing("rejectApplication", "in review", reason="No figures"),
        Case("suspendMembership", "of the owner", _of("owner", reason="Dues"), DENIED, secretary),
        Case(
            "reinstateMembership",
            "of a member",
            _of("owner"),
            DENIED,
            {"secretariat": "STEP_NOT_POSSIBLE"},
        ),
        Case(
            "giveNotice",
            "for the owner",
            _of("owner", lastDay="2027-06-30"),
            DENIED,
            _all(DONE, "admin", "secretariat"),
        ),
        Case(
            "giveNotice",
            "for one's own organisation",
            lambda _: {"lastDay": "2027-06-30"},
            DENIED,
            _all(DONE, *_REPRESENTS) | {"secretariat": "STEP_NOT_POSSIBLE"},
        ),
        Case(
            "giveNotice",
            "too late",
            _of("owner", lastDay="2026-12-31"),
            DENIED,
            _all("NOTICE_TOO_SHORT", "admin", "secretariat"),
        ),
        Case(
            "giveNotice",
            "in the past",
            _of("owner", lastDay="2026-11-22"),
            DENIED,
            _all("STEP_IN_THE_PAST", "admin", "secretariat"),
        ),
        Case("retractNotice", "of who leaves", _of("leaving"), DENIED, secretary),
        Case(
            "expelMember",
            "with time to appeal",
            _of("owner", reason="Broke the rules", appealUntil="2026-12-31"),
            DENIED,
            secretary,
        ),
        Case(
            "appealExpulsion",
            "where nobody was expelled",
            lambda _: {"reason": "We kept the rules"},
            DENIED,
            _all("STEP_NOT_POSSIBLE", *_REPRESENTS),
        ),
        Case(
            "decideAppeal",
            "that waits",
            _of("appealing", granted=True, reason="They did"),
            DENIED,
            secretary,
        ),
    ]


_PARTIES = ("viewer", "editor", "approver", "service_reads", "service_writes")
# Those to whom the people in question are known without being theirs to manage.
_EDITOR = _all(DENIED, "editor", "no_scope", "write_scope", "assure_scope")


def _booked(mutation: str, about: str, done: Mapping[str, Any], **given: Any) -> Case:
    """On the owner's invoice: known to its admin, the secretariat's to do."""
    return Case(
        mutation,
        about,
        lambda world: {"invoice": world.id("invoice", "owner"), **given},
        ABSENT,
        {"admin": DENIED, **done},
    )


_TIER = {"name": "All", "revenueFrom": "0", "price": "100"}
_PAID = {"amount": "50", "bookedOn": "2026-11-01", "bankReference": "new"}
_CSV = "invoice,amount,currency,booked_on,bank_reference\nRF20260001,5,EUR,2026-11-01,new\n"
_SECRETARY = {"secretariat": DONE}
_DUES: tuple[Case, ...] = (
    Case(
        "setTiers",
        "of a new year",
        lambda _: {
            "year": 2028,
            "version": 0,
            "revenueCurrency": "USD",
            "currency": "EUR",
            "tiers": [_TIER],
        },
        DENIED,
        _SECRETARY,
    ),
    Case(
        "setTiers",
        "without a price",
        lambda _: {
            "year": 2028,
            "version": 0,
            "revenueCurrency": "USD",
            "currency": "EUR",
            "tiers": [{"name": "All", "revenueFrom": "0"}],
        },
        DENIED,
        {"secretariat": "TIER_WITHOUT_PRICE"},
    ),
    Case(
        "assignTier",
        "to the owner",
        lambda world: {
            "organisation": world.id("org", "owner"),
            "year": 2026,
            "tier": world.id("tier", "everybody"),
            "reason": "Because",
            "version": 1,
        },
        DENIED,
        _SECRETARY,
    ),
    Case(
        "assignTier",
        "that somebody else assigned meanwhile",
        lambda world: {
            "organisation": world.id("org", "owner"),
            "year": 2026,
            "tier": world.id("tier", "everybody"),
            "reason": "Because",
            "version": 0,
        },
        DENIED,
        {"secretariat": "CHANGED_MEANWHILE"},
    ),
    Case(
        "issueInvoices",
        "of the year",
        lambda _: {"year": 2027, "dueOn": "2027-01-31"},
        DENIED,
        _SECRETARY,
    ),
    Case(
        "issueInvoices",
        "of a year without tiers",
        lambda _: {"year": 2030, "dueOn": "2030-12-31"},
        DENIED,
        {"secretariat": "DUES_YEAR_UNKNOWN"},
    ),
    Case(
        "issueInvoice",
        "to a member",
        lambda world: {
            "organisation": world.id("org", "owner"),
            "year": 2027,
            "dueOn": "2027-01-31",
        },
        DENIED,
        _SECRETARY,
    ),
    Case(
        "issueInvoice",
        "to who has one",
        lambda world: {
            "organisation": world.id("org", "owner"),
            "year": 2026,
            "dueOn": "2026-12-31",
        },
        DENIED,
        {"secretariat": "INVOICED_ALREADY"},
    ),
    _booked("recordPayment", "that came in", _SECRETARY, currency="EUR", **_PAID),
    _booked(
        "recordPayment",
        "in another currency",
        {"secretariat": "CURRENCY_DIFFERS"},
        currency="USD",
        **_PAID,
    ),
    _booked("refundPayment", "that was too much", _SECRETARY, reason="Twice", **_PAID),
    _booked("creditInvoice", "in full", _SECRETARY, reason="Goodwill"),
    _booked(
        "creditInvoice",
        "above what is open",
        {"secretariat": "CREDIT_ABOVE_OPEN"},
        reason="Goodwill",
        amount="1100.01",
    ),
    Case("importPayments", "from accounting", lambda _: {"csv": _CSV}, DENIED, _SECRETARY),
    Case(
        "importPayments",
        "from no such table",
        lambda _: {"csv": "a,b"},
        DENIED,
        {"secretariat": "FILE_WRONG_COLUMNS"},
    ),
)


def _given(**given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    """An input, in which pairs of words stand for ids of the world."""

    def read(world: SmallWorld, value: Any) -> Any:
        if isinstance(value, list):
            return [read(world, one) for one in value]
        return world.id(*value) if isinstance(value, tuple) else value

    return lambda world: {name: read(world, value) for name, value in given.items()}


_OWNER, _OTHER, _GROUP = ("org", "owner"), ("org", "other"), ("group", "one")
_TERM = {"startsOn": "2026-12-01", "endsOn": "2027-11-30"}
# Who sees meetings of the group without running it; who sees who works in it.
_SEE_MEETINGS = _all(
    DENIED, *("viewer", "editor", "admin", "participant", "service_reads", "service_writes")
)
_SEE_DELEGATES = _all(
    DENIED,
    *("viewer", "approver", "other_viewer", "other_approver", "other_admin"),
    *("service_reads", "service_writes", "no_scope", "write_scope", "assure_scope"),
)
_TIMES = {
    "startsAt": "2026-12-02T09:00:00+01:00",
    "endsAt": "2026-12-02T10:00:00+01:00",
    "timeZone": "Europe/Berlin",
}


def _meeting(mutation: str, about: str, outcome: str = DONE, **given: Any) -> Case:
    """A change of a meeting, by the group's chair or the secretariat."""
    by = _SEE_MEETINGS | _all(outcome, "approver", "secretariat")
    return Case(mutation, about, _given(**given), ABSENT, by)


_GROUPS: tuple[Case, ...] = (
    Case(
        "createWorkingGroup",
        "new",
        _given(name="Another", mandate="To work.", startsOn="2026-01-01"),
        DENIED,
        {"secretariat": DONE},
    ),
    Case(
        "createWorkingGroup",
        "of a name that there is",
        _given(name="group ONE", mandate="", startsOn="2026-01-01"),
        DENIED,
        {"secretariat": "WORKING_GROUP_EXISTS"},
    ),
    Case(
        "closeWorkingGroup",
        "today",
        _given(group=_GROUP, version=1),
        DENIED,
        {"secretariat": DONE},
    ),
    Case(
        "closeWorkingGroup",
        "that was changed meanwhile",
        _given(group=_GROUP, version=2),
        DENIED,
        {"secretariat": "CHANGED_MEANWHILE"},
    ),
    Case(
        "appointDelegate",
        "an alternate of the owner",
        _given(
            group=_GROUP,
            account=("account", "viewer"),
            organisation=_OWNER,
            office="ALTERNATE",
            **_TERM,
        ),
        DENIED,
        _all(DONE, "admin", "secretariat"),
    ),
    Case(
        "appointDelegate",
        "a vice chair",
        _given(
            group=_GROUP,
            account=("account", "viewer"),
            organisation=_OWNER,
            office="VICE_CHAIR",
            **_TERM,
        ),
        DENIED,
        {"secretariat": DONE},
    ),
    Case(
        "appointDelegate",
        "a second chair",
        _given(
            group=_GROUP,
            account=("account", "viewer"),
            organisation=_OWNER,
            office="CHAIR",
            **_TERM,
        ),
        DENIED,
        {"secretariat": "CHAIR_TAKEN"},
    ),
    Case(
        "appointDelegate",
        "a second delegate",
        _given(
            group=_GROUP,
            account=("account", "viewer"),
            organisation=_OWNER,
            office="DELEGATE",
            **_TERM,
        ),
        DENIED,
        _all("DELEGATE_TAKEN", "admin", "secretariat"),
    ),
    Case(
        "appointDelegate",
        "of somebody else's people",
        _given(
            group=_GROUP,
            account=("account", "other_viewer"),
            organisation=_OWNER,
            office="ALTERNATE",
            **_TERM,
        ),
        DENIED,
        {"admin": ABSENT, "secretariat": "PERSON_NOT_OF_ORGANISATION"},
    ),
    Case(
        "endDelegacy",
        "of the owner's delegate",
        _given(delegacy=("delegacy", "owner delegate"), version=1),
        ABSENT,
        _SEE_DELEGATES | _all(DONE, "admin", "editor", "secretariat"),
    ),
    Case(
        "endDelegacy",
        "that was changed meanwhile",
        _given(delegacy=("delegacy", "owner delegate"), version=7),
        ABSENT,
        _SEE_DELEGATES | _all("CHANGED_MEANWHILE", "admin", "editor", "secretariat"),
    ),
    Case(
        "scheduleMeeting",
        "with a link",
        _given(group=_GROUP, title="Next", link="https://meet.example/1", **_TIMES),
        DENIED,
        _all(DONE, "approver", "secretariat"),
    ),
    Case(
        "scheduleMeeting",
        "yesterday",
        _given(
            group=_GROUP,
            title="Next",
            place="Here",
            startsAt="2026-11-22T09:00:00Z",
            endsAt="2026-11-22T10:00:00Z",
            timeZone="UTC",
        ),
        DENIED,
        _all("MEETING_IN_THE_PAST", "approver", "secretariat"),
    ),
    _meeting("rescheduleMeeting", "to come", meeting=("meeting", "planned"), version=1, **_TIMES),
    _meeting(
        "rescheduleMeeting",
        "held",
        "MEETING_HELD",
        meeting=("meeting", "held"),
        version=1,
        **_TIMES,
    ),
    _meeting(
        "cancelMeeting", "to come", meeting=("meeting", "planned"), version=1, reason="No quorum."
    ),
    _meeting(
        "recordAttendance",
        "held",
        meeting=("meeting", "held"),
        version=1,
        present=[("delegacy", "owner delegate"), ("delegacy", "owner chair")],
        absent=[("delegacy", "participant delegate")],
    ),
    _meeting(
        "recordAttendance",
        "of nobody in office",
        "NOT_A_DELEGATE",
        meeting=("meeting", "held"),
        version=1,
        present=["delegacy_999999"],
    ),
    _meeting(
        "recordAttendance",
        "to come",
        "MEETING_NOT_BEGUN",
        meeting=("meeting", "planned"),
        version=1,
        present=[],
    ),
    _meeting(
        "recordMinutes", "held", meeting=("meeting", "held"), version=1, minutes="All agreed."
    ),
    _meeting(
        "recordMinutes",
        "changed meanwhile",
        "CHANGED_MEANWHILE",
        meeting=("meeting", "held"),
        version=2,
        minutes="All agreed.",
    ),
)
_SEATS: tuple[Case, ...] = (
    Case(
        "setSeats",
        "of the owner",
        _given(organisation=_OWNER, seats=3, reason="As agreed."),
        DENIED,
        {"secretariat": DONE},
    ),
    Case(
        "setSeats",
        "fewer than none",
        _given(organisation=_OWNER, seats=-1, reason="As agreed."),
        DENIED,
        {"secretariat": "SEATS_INVALID"},
    ),
    Case(
        "setSeats",
        "in the past",
        _given(organisation=_OWNER, seats=3, reason="As agreed.", startsOn="2026-11-22"),
        DENIED,
        {"secretariat": "SEATS_IN_THE_PAST"},
    ),
    Case(
        "setContactOfLastResort",
        "of the owner",
        _given(organisation=_OWNER, name="Kim", email="Kim@Example.org"),
        DENIED,
        _all(DONE, "admin", "secretariat"),
    ),
    Case(
        "setContactOfLastResort",
        "in place of another",
        _given(organisation=_OTHER, name="Kim", email="kim@example.org", version=1),
        DENIED,
        _all(DONE, "other_admin", "secretariat"),
    ),
    Case(
        "setContactOfLastResort",
        "that was changed meanwhile",
        _given(organisation=_OTHER, name="Kim", email="kim@example.org"),
        DENIED,
        _all("CHANGED_MEANWHILE", "other_admin", "secretariat"),
    ),
    Case(
        "setContactOfLastResort",
        "with no address",
        _given(organisation=_OWNER, name="Kim", email="kim"),
        DENIED,
        _all("ADDRESS_INVALID", "admin", "secretariat"),
    ),
    Case(
        "removeContactOfLastResort",
        "of the other",
        _given(organisation=_OTHER, version=1),
        DENIED,
        _all(DONE, "other_admin", "secretariat"),
    ),
    Case(
        "removeContactOfLastResort",
        "where there is none",
        _given(organisation=_OWNER, version=1),
        DENIED,
        _all(ABSENT, "admin", "secretariat"),
    ),
    Case(
        "revokeRole",
        "of the last administrator, with a contact of last resort",
        _role("ORGANISATION_ADMIN", "other_admin", "other"),
        ABSENT,
        _all(DONE, "other_admin", "secretariat"),
    ),
    Case(
        "disableAccount",
        "of the last administrator, with a contact of last resort",
        _given(account=("account", "other_admin")),
        ABSENT,
        {"other_admin": DENIED, "secretariat": DONE},
    ),
    Case(
        "revokeInvitation",
        "of the owner's",
        _given(invitation=("invitation", "owner")),
        ABSENT,
        _all(DONE, "admin", "secretariat"),
    ),
    Case(
        "resendInvitation",
        "of the owner's",
        _given(invitation=("invitation", "owner")),
        ABSENT,
        _all(DONE, "admin", "secretariat"),
    ),
)


def _agreed(**given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    """The allocation of the owner and the other member."""
    return lambda world: {"allocation": world.id("allocation", "both"), "version": 1, **given}


def _proposed(world: SmallWorld) -> Mapping[str, Any]:
    line = {"kind": "MEMBER", "role": "MINOR", "organisation": world.id("org", "owner")}
    return {
        "effect": world.id("effect", "owner PUBLIC"),
        "contributions": [{**line, "share": "0.9"}],
        "remainder": "0.1",
    }


_TOLD = _all(
    DENIED, *_OWN, "editor", "service_writes", "assurer_claims", "other_viewer", "other_admin"
)
_BOTH = _TOLD | _all(DONE, "approver", "other_approver")
_SHARES: tuple[Case, ...] = (
    Case(
        "proposeAllocation",
        "of a public effect",
        _proposed,
        DENIED,
        {"approver": DONE, "other_approver": "PROPOSER_MISSING"},
    ),
    Case("acceptAllocation", "as one of its parties", _agreed(), ABSENT, _BOTH),
    Case("disputeAllocation", "as one of its parties", _agreed(reason="No."), ABSENT, _BOTH),
    Case(
        "withdrawAllocation",
        "as its proposer",
        _agreed(),
        ABSENT,
        _TOLD | {"approver": DONE, "other_approver": DENIED},
    ),
)


def _owned(kind: str, row: str, **given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    """Something about a row."""
    return lambda world: {kind: world.id(_SHORT.get(kind, kind), row), **given}


_SHORT = {"referenceScenario": "scenario"}
_SOLUTION = {
    "reference": "new",
    "name": "New",
    "category": "Heating",
    "function": "To heat",
    "functionalUnit": "A flat",
    "unit": "piece",
    "lifetimeYears": "5",
}
_SERIES = {
    "reference": "new",
    "lastEdition": 0,
    "name": "Grid",
    "unit": "kWh",
    "geography": "GLOBAL",
    "gwpSet": "AR6",
    "points": [{"year": 2026, "value": "0.4"}],
}
_SCENARIO = {
    "reference": "new",
    "lastEdition": 0,
    "path": ["NOTHING_IN_PLACE"],
    "basis": "MARKET_AVERAGE",
    "reason": "There was none.",
    "description": "The average.",
    "geography": "GLOBAL",
}
_EQUAL = {"specificity": "SPECIFIC", "equalBecause": "The same."}
_USED = {"stage": "USE", "name": "use", "specificity": "SPECIFIC", "referenceKgCo2e": "1"}
_STAGES = ("RAW_MATERIALS", "MANUFACTURING", "DISTRIBUTION", "INSTALLATION", "MAINTENANCE")
_COMPARISON: Mapping[str, Any] = {
    "reference": "new",
    "lastEdition": 0,
    "accounting": "ATTRIBUTIONAL",
    "gwpSet": "AR6",
    "boundary": "All",
    "baseYear": 2024,
    "rebound": "0",
    "reboundReason": "None.",
    "factorsBeyond": "REFUSED",
    "items": [
        _USED,
        *({"stage": one, "name": one, **_EQUAL} for one in (*_STAGES, "END_OF_LIFE")),
    ],
}


def _by_demand(world: SmallWorld) -> Mapping[str, Any]:
    """Use as a demand on a chain of the owner's that nobody else sees."""
    demand = {"activity": world.id("activity", "owner PRIVATE"), "amount": "2"}
    use = {"stage": "USE", "name": "use", "specificity": "SPECIFIC", "referenceDemand": demand}
    scenario = world.id("scenario", "owner PRIVATE")
    items = [use, *_COMPARISON["items"][1:]]
    return {"referenceScenario": scenario, **_COMPARISON, "items": items}


_EFFECT = {
    "reference": "new",
    "geography": "FR",
    "periodStart": "2026-01-01",
    "periodEnd": "2026-12-31",
    "timeframe": "YEAR_ON_YEAR",
    "cohorts": [{"soldYear": 2026, "units": "1"}],
}
_EVERY_WRITER = _all(DONE, *_WRITERS, "other_approver")
_PRIVATELY = _all(DENIED, *_OWN, "assurer_claims") | _all(DONE, *_WRITERS)
_OPENLY = {**_PRIVATELY, "editor": DENIED, "service_writes": DENIED}
_EFFECTS: tuple[Case, ...] = (
    Case("createSolution", "of one's own", lambda _: _SOLUTION, DENIED, _EVERY_WRITER),
    Case("createFactorSeries", "a new one", lambda _: _SERIES, DENIED, _EVERY_WRITER),
    Case(
        "updateSolution",
        "a private one's name",
        _owned("solution", "owner PRIVATE", version=1, name="Newer"),
        ABSENT,
        _PRIVATELY,
    ),
    Case(
        "updateSolution",
        "a private one published",
        _owned("solution", "owner PRIVATE", version=1, visibility="PUBLIC"),
        ABSENT,
        _OPENLY,
    ),
    Case(
        "updateSolution",
        "a public one's name",
        _owned("solution", "owner PUBLIC", version=1, name="Newer"),
        DENIED,
        _all(DONE, *_WRITERS),
    ),
    Case(
        "recordSideEffect",
        "of a private solution",
        _owned(
            "solution",
            "owner PRIVATE",
            objective="POLLUTION",
            version=0,
            finding="NO_SIGNIFICANT_HARM",
            explanation="None.",
        ),
        ABSENT,
        _PRIVATELY,
    ),
    Case(
        "createReferenceScenario",
        "of a private solution",
        _owned("solution", "owner PRIVATE", **_SCENARIO),
        ABSENT,
        _PRIVATELY,
    ),
    Case(
        "createComparison",
        "of a private solution",
        _owned("referenceScenario", "owner PRIVATE", **_COMPARISON),
        ABSENT,
        _PRIVATELY,
    ),
    Case("createComparison", "by demands on a private chain", _by_demand, ABSENT, _PRIVATELY),
    Case(
        "createEffect",
        "of a private solution",
        _owned("comparison", "owner PRIVATE", **_EFFECT),
        ABSENT,
        _PRIVATELY,
    ),
    Case(
        "createEffect",
        "of a public solution",
        _owned("comparison", "owner PUBLIC", **_EFFECT),
        DENIED,
        _all(DONE, *_WRITERS),
    ),
    Case(
        "updateEffect",
        "a private one's units",
        _owned("effect", "owner PRIVATE", version=1, cohorts=[{"soldYear": 2026, "units": "5"}]),
        ABSENT,
        _PRIVATELY,
    ),
    Case(
        "setEffectVisibility",
        "from the owner alone to members",
        _owned("effect", "owner hidden", version=1, visibility="CONSORTIUM"),
        ABSENT,
        _PRIVATELY,
    ),
    Case(
        "setEffectVisibility",
        "published",
        _owned("effect", "owner hidden", version=1, visibility="PUBLIC"),
        ABSENT,
        _OPENLY,
    ),
    Case(
        "setEffectVisibility",
        "taken back from the public",
        _owned("effect", "owner PUBLIC", version=1, visibility="PRIVATE"),
        DENIED,
        {"approver": DONE},
    ),
)


def _overlapping(world: SmallWorld) -> Mapping[str, Any]:
    """The owner's effects of a solution and of one that contains it."""
    names = ("owner PUBLIC", "owner PRIVATE")
    return {
        "effects": [{"effect": world.id("effect", one), "version": 1} for one in names],
        "lastDecision": 2,
        "decision": "SEPARATE",
        "reason": "Other units.",
    }


_OVERLAPS: tuple[Case, ...] = (
    Case("decideOverlap", "of the owner's", _overlapping, DENIED, {"secretariat": DONE}),
)


def _pledge(**given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {"pledge": world.id("pledge", "owner PRIVATE"), "version": 1, **given}


# Who approves the owner's figures changes its pledges; who sees the private ones hears no.
_APPROVED = _all(DENIED, *_OWN, "editor", "service_writes", "assurer_claims") | {"approver": DONE}
_PLEDGES: tuple[Case, ...] = (
    Case(
        "recordPledge",
        "of one's own organisation",
        lambda _: {
            "reference": "by-2035",
            "statement": "A megatonne avoided by 2035.",
            "quantityKgCo2e": "1000000000",
            "startsOn": "2026-01-01",
            "endsOn": "2035-12-31",
        },
        DENIED,
        _all(DONE, "approver", "other_approver"),
    ),
    Case("changePledge", "of the owner", _pledge(quantityKgCo2e="5"), ABSENT, _APPROVED),
    Case("withdrawPledge", "of the owner", _pledge(reason="Another."), ABSENT, _APPROVED),
)


def _partner(**given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {"partner": world.id("partner", "own"), **given}


def _footprints(name: str) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {
        "partner": world.id("partner", "own"),
        "footprints": [world.id("footprint", f"owner {name}")],
    }


# Who reads the owner's figures sees its partners.
_SEEN = _all(DENIED, "viewer", "editor", "approver", "admin", "service_reads", "service_writes")
_SET_UP = _SEEN | {"admin": DONE}
_SHOWN = _SEEN | {"approver": DONE}
_FETCHED = _SEEN | _all(DONE, *_WRITERS)
_PARTNERS: tuple[Case, ...] = (
    Case(
        "registerPartner",
        "of one's own organisation",
        lambda _: {"name": "Another", "baseUrl": "https://another.example"},
        DENIED,
        _all(DONE, "admin", "other_admin", "secretariat"),
    ),
    Case("changePartner", "of the owner", _partner(version=1, name="Other"), ABSENT, _SET_UP),
    Case("removePartner", "of the owner", _partner(version=1), ABSENT, _SET_UP),
    Case("checkPartner", "of the owner", _partner(), ABSENT, _SET_UP),
    Case("shareFootprintWithPartner", "of the owner", _footprints("PUBLIC"), ABSENT, _SHOWN),
    Case("unshareFootprintWithPartner", "of the owner", _footprints("PRIVATE"), ABSENT, _SHOWN),
    Case("publishToPartner", "of the owner", _footprints("PUBLIC"), ABSENT, _SHOWN),
    Case("fetchFootprints", "of the owner's partner", _partner(), ABSENT, _FETCHED),
    Case(
        "requestFromPartner",
        "of the owner's partner",
        _partner(criteria={"productId": ["urn:x:y"]}),
        ABSENT,
        _FETCHED,
    ),
    Case(
        "answerPartner",
        "of the owner",
        lambda world: {"request": world.id("exchange", "own"), "reason": "There is none."},
        ABSENT,
        _SHOWN,
    ),
)


def _hook(name: str = "own", **given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {"webhook": world.id("webhook", name), **given}


_MANAGED = {"admin": DONE}
_WEBHOOKS: tuple[Case, ...] = (
    Case(
        "registerWebhook",
        "of one's own organisation",
        lambda _: {"url": "https://hooks.example/other", "events": ["FOOTPRINT_SHARED"]},
        DENIED,
        _all(DONE, "admin", "other_admin", "secretariat"),
    ),
    Case(
        "changeWebhook",
        "of the owner",
        _hook(version=1, url="https://hooks.example/new"),
        ABSENT,
        _MANAGED,
    ),
    Case("disableWebhook", "of the owner", _hook(version=1), ABSENT, _MANAGED),
    Case("enableWebhook", "of the owner", _hook("resting", version=1), ABSENT, _MANAGED),
    Case("removeWebhook", "of the owner", _hook(version=1), ABSENT, _MANAGED),
    Case("rotateWebhookSecret", "of the owner", _hook(version=1), ABSENT, _MANAGED),
    Case("testWebhook", "of the owner", _hook(), ABSENT, _MANAGED),
    Case(
        "replayWebhookDelivery",
        "of the owner",
        lambda world: {"delivery": world.id("delivery", "own")},
        ABSENT,
        _MANAGED,
    ),
)

# Who reads figures for an organisation.
_READERS = (
    *(name for name, (_, role) in PEOPLE.items() if Permission.FIGURES_READ in PERMISSIONS[role]),
    *(name for name, (_, may) in TOKENS.items() if Permission.FIGURES_READ in may),
)
_DO = "mutation ($p: ID!) { checkPartner(input: {partner: $p}) { __typename } }"
_BULK: tuple[Case, ...] = (
    Case(
        "startBulkQuery",
        "for one's own organisation",
        lambda _: {"query": "{ claims { nodes { id } } }"},
        DENIED,
        _all(DONE, *_READERS),
    ),
    Case(
        "startBulkMutation",
        "with a file of the owner's approver",
        lambda world: {"mutation": _DO, "upload": world.id("upload", "own")},
        DENIED,
        _all(ABSENT, *_READERS) | {"approver": DONE},
    ),
    Case(
        "cancelBulkOperation",
        "of the owner's approver",
        lambda world: {"operation": world.id("bulk", "own")},
        ABSENT,
        _SEEN | {"approver": DONE},
    ),
)

_PCF: dict[str, Any] = {
    "declaredUnitOfMeasurement": "KILOGRAM",
    "declaredUnitAmount": "1",
    "productMassPerDeclaredUnit": "1",
    "referencePeriodStart": "2025-01-01T00:00:00Z",
    "referencePeriodEnd": "2026-01-01T00:00:00Z",
    "pcfExcludingBiogenicUptake": "1",
    "pcfIncludingBiogenicUptake": "1",
    "fossilCarbonContent": "0",
    "fossilGhgEmissions": "1",
    "packagingEmissionsIncluded": False,
    "ccsTechnologicalCo2CaptureIncluded": False,
    "ipccCharacterizationFactors": ["AR6"],
    "crossSectoralStandards": ["ISO14067"],
    "exemptedEmissionsPercent": "0",
    "primaryDataShare": "10",
}
_SUMS = ("pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions")
_DECLARED = {
    name: value
    for name, value in _PCF.items()
    if name not in {*_SUMS, "ipccCharacterizationFactors"}
}
_ABOUT = {"companyIds": ["urn:pact:owner.example:company:1"]}
# Who sees the owner's private footprint, and changes nothing of it.
_OWNERS = _all(DENIED, *_OWN, "assurer_inventories") | _all(DONE, *_WRITERS)
# The one that is shared is seen by the other member as well.
_SHARED_ONE = _OWNERS | _all(DENIED, "other_viewer", "other_approver", "other_admin")
_ASKERS = ("viewer", "admin", "service_reads", "secretariat")
_THEIRS = ("other_viewer", "other_admin")


def _private(
    mutation: str, what: str, by: Mapping[str, str] | None = None, /, **given: Any
) -> Case:
    by = _OWNERS if by is None else by
    return Case(mutation, what, _given(**given), ABSENT, by)


_PRODUCT, _FOOTPRINT = ("product", "owner PRIVATE"), ("footprint", "owner PRIVATE")
_EVERY_WRITER = _all(DONE, *_WRITERS, "other_approver")
_FOOTPRINTS: tuple[Case, ...] = (
    Case("recordProduct", "of one's own", lambda _: {"name": "Ink"}, DENIED, _EVERY_WRITER),
    _private("changeProduct", "of the owner", product=_PRODUCT, version=1, name="Ink"),
    _private(
        "addProductIdentifier", "of the owner", product=_PRODUCT, identifier="urn:cas:7732-18-5"
    ),
    _private(
        "decideProductMatch",
        "of the owner",
        product=_PRODUCT,
        other=("product", "other PUBLIC"),
        version=1,
        decision="DECLINED",
    ),
    _private("recordFootprint", "of the owner", product=_PRODUCT, pcf=_PCF, about=_ABOUT),
    _private(
        "computeFootprint",
        "of the owner",
        product=_PRODUCT,
        activity=("activity", "owner PRIVATE"),
        pcf=_DECLARED,
        about=_ABOUT,
    ),
    _private(
        "correctFootprint",
        "of the owner",
        footprint=_FOOTPRINT,
        version=1,
        pcf=_PCF,
        about=_ABOUT,
    ),
    _private("deprecateFootprint", "of the owner", footprint=_FOOTPRINT, version=1, reason="Old."),
    _private(
        "setFootprintVisibility",
        "from the owner alone to members",
        footprint=_FOOTPRINT,
        version=1,
        visibility="CONSORTIUM",
    ),
    _private(
        "setFootprintVisibility",
        "published",
        _OWNERS | _all(DENIED, "editor", "service_writes"),
        footprint=_FOOTPRINT,
        version=1,
        visibility="PUBLIC",
    ),
    _private(
        "shareFootprint", "of the owner", footprint=_FOOTPRINT, organisation=("org", "assurer")
    ),
    _private(
        "unshareFootprint",
        "of the owner",
        _SHARED_ONE,
        footprint=("footprint", "owner shared"),
        organisation=("org", "other"),
    ),
    Case(
        "requestFootprint",
        "of a member",
        _given(productName="Ink", organisation=("org", "certifier")),
        DENIED,
        _EVERY_WRITER,
    ),
    _private(
        "answerFootprintRequest",
        "that the other was asked",
        _all(DENIED, *_ASKERS, *_THEIRS, *_WRITERS) | {"other_approver": DONE},
        request=("pfrequest", "one"),
        version=1,
        footprint=("footprint", "other PRIVATE"),
    ),
    _private(
        "rejectFootprintRequest",
        "that the other was asked",
        _all(DENIED, *_ASKERS, *_THEIRS, *_WRITERS) | {"other_approver": DONE},
        request=("pfrequest", "one"),
        version=1,
        reason="No.",
    ),
    _private(
        "withdrawFootprintRequest",
        "of the owner's",
        _all(DENIED, *_ASKERS, *_THEIRS, "other_approver") | _all(DONE, *_WRITERS),
        request=("pfrequest", "one"),
        version=1,
    ),
)


_IMPORTED = _all(DONE, *_WRITERS)
_SENT = TemporaryDirectory(prefix="consortium-sent-")


def _sent(_: SmallWorld) -> Mapping[str, Any]:
    """A file that has arrived."""
    content = flat(example())
    file = NamedTemporaryFile(dir=_SENT.name, delete=False)  # noqa: SIM115  it is closed with it
    file.write(content)
    known = Content(sha256(content).hexdigest(), len(content), content[:100])
    received = Received(Files(Path(_SENT.name)), file, known)
    return {"kind": "EFFECTS", "file": SentFile("effects.csv", "text/csv", received)}


_IMPORTS: tuple[Case, ...] = (
    Case("stageImport", "for one's own", _sent, DENIED, _EVERY_WRITER),
    Case(
        "correctStagedImport",
        "one's own",
        _given(
            stagedImport=("import", "own"),
            version=1,
            cells=[{"sheet": "solutions", "row": 2, "column": "name", "value": "Other"}],
        ),
        ABSENT,
        _IMPORTED,
    ),
    *(
        Case(one, "one's own", _given(stagedImport=("import", "own"), version=1), ABSENT, _IMPORTED)
        for one in ("commitStagedImport", "discardStagedImport")
    ),
)


def _guidance(mutation: str, about: str, name: str, code: str = DONE, **given: Any) -> Case:
    """On a version in some status; others see drafts as little as what there is not."""
    seen = {"guidanceVersion": ("guidance", name), "version": 1} | given
    otherwise = ABSENT if name == "draft" else DENIED
    return Case(mutation, about, _given(**seen), otherwise, {"secretariat": code})


_GATE: dict[str, Any] = {"key": "new", "title": "New", "passesWhen": "Always", "criteria": []}
_ANOTHER = {"title": "A guidance", "publisher": "A publisher"}
_GUIDANCE: tuple[Case, ...] = (
    Case(
        "createGuidanceVersion",
        "from nothing",
        _given(reference="another", **_ANOTHER),
        DENIED,
        {"secretariat": DONE},
    ),
    Case(
        "createGuidanceVersion",
        "of a reference that a draft has",
        _given(reference="guidance-draft", **_ANOTHER),
        DENIED,
        {"secretariat": "GUIDANCE_REFERENCE_TAKEN"},
    ),
    Case(
        "createGuidanceVersion",
        "as a copy of a draft that others do not see",
        _given(reference="another", copyOf=("guidance", "draft")),
        DENIED,
        {"secretariat": DONE},
    ),
    _guidance("updateGuidanceVersion", "as it is", "draft", title="Another"),
    _guidance("updateGuidanceVersion", "as it was", "draft", "CHANGED_MEANWHILE", version=7),
    _guidance("updateGuidanceVersion", "once published", "published", "GUIDANCE_PUBLISHED"),
    _guidance("putGuidanceGate", "as it is", "draft", **_GATE),
    _guidance("putGuidanceGate", "as it was", "draft", "CHANGED_MEANWHILE", version=7, **_GATE),
    _guidance("putGuidanceGate", "once published", "published", "GUIDANCE_PUBLISHED", **_GATE),
    _guidance("removeGuidanceGate", "as it is", "draft", key="gate-1"),
    _guidance("removeGuidanceGate", "unknown", "draft", "GUIDANCE_GATE_UNKNOWN", key="none"),
    _guidance("removeGuidanceGate", "once published", "published", "GUIDANCE_PUBLISHED", key="x"),
    _guidance("publishGuidanceVersion", "as it is", "draft"),
    _guidance("publishGuidanceVersion", "as it was", "draft", "CHANGED_MEANWHILE", version=7),
    _guidance("publishGuidanceVersion", "again", "published", "GUIDANCE_PUBLISHED"),
    _guidance("retireGuidanceVersion", "as it is", "published", reason="Old"),
    _guidance("retireGuidanceVersion", "of a draft", "draft", "GUIDANCE_NOT_PUBLISHED", reason="O"),
    _guidance("retireGuidanceVersion", "again", "retired", "GUIDANCE_NOT_PUBLISHED", reason="Old"),
)


def _claimed(claim: str, **given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    """Something about a claim; ids of other rows by their names."""
    return lambda world: {
        "claim": world.id("assessed", claim),
        "version": 1,
        **{
            key: world.id(*value) if isinstance(value, tuple) else value
            for key, value in given.items()
        },
    }


def _drafted(world: SmallWorld) -> Mapping[str, Any]:
    return {
        "reference": "new",
        "guidanceVersion": world.id("guidance", "published"),
        "statement": "It avoids.",
        "effect": world.id("effect", "owner ahead"),
    }


def _proof(world: SmallWorld) -> Mapping[str, Any]:
    return {"evidence": world.id("proof", "draft"), "version": 1}


# Who sees the owner's claims in work without owning them, or the other's.
_SEES = _all(DENIED, *_OWN, "assurer_claims")
_DRAFTS = _SEES | _all(DONE, *_WRITERS)
_APPROVES = _SEES | _all(DENIED, "editor", "service_writes") | {"approver": DONE}
_REVIEWS = _all(DENIED, *_OWN, *_WRITERS, "assurer_claims") | {"secretariat": DONE}
_OTHERS = _all(DENIED, "other_viewer", "other_admin", "secretariat") | {"other_approver": DONE}
_WITHDRAWN = _all(
    DENIED, *_OWN, *_MEMBERS, "editor", "service_writes", "assurer_claims", "secretariat"
) | {"approver": DONE}
_EVIDENCE = {"criterion": ("criterion", "published"), "kind": "TARGET", "title": "A target"}
_ASSESSMENT: tuple[Case, ...] = (
    Case(
        "createClaimDraft",
        "on an effect that members see of a solution that they see",
        _drafted,
        ABSENT,
        _all(DENIED, "viewer", "admin", "service_reads", "secretariat", "assurer")
        | _all(DENIED, "assurer_claims", "other_viewer", "other_admin")
        | _all(DONE, *_WRITERS)
        | {"other_approver": "CLAIM_WITHOUT_SHARE"},
    ),
    Case(
        "updateClaimDraft",
        "of the owner's",
        _claimed("draft", statement="It avoids more."),
        ABSENT,
        _DRAFTS,
    ),
    Case(
        "addClaimEvidence",
        "to the owner's draft",
        _claimed("draft", **_EVIDENCE, source={"title": "Our report"}),
        ABSENT,
        _DRAFTS,
    ),
    Case("removeClaimEvidence", "of the owner's draft", _proof, ABSENT, _DRAFTS),
    Case("submitClaim", "a draft of the owner's", _claimed("draft"), ABSENT, _APPROVES),
    Case("discardClaim", "a draft", _claimed("draft", reason="No."), ABSENT, _DRAFTS),
    Case("discardClaim", "a submitted one", _claimed("asked", reason="No."), ABSENT, _APPROVES),
    Case("answerClarification", "of the owner's", _claimed("asked", answer="So."), ABSENT, _DRAFTS),
    Case("takeClaimIntoReview", "the owner's", _claimed("submitted"), ABSENT, _REVIEWS),
    Case(
        "reviewGate",
        "of the owner's",
        _claimed("reviewed", gate=("gate", "published"), outcome="FAILED", reason="No."),
        ABSENT,
        _REVIEWS,
    ),
    Case(
        "askForClarification",
        "of the owner",
        _claimed("reviewed", question="Why?"),
        ABSENT,
        _REVIEWS,
    ),
    Case("acceptClaim", "of the owner's", _claimed("reviewed"), ABSENT, _REVIEWS),
    Case("rejectClaim", "of the owner's", _claimed("reviewed", reason="No."), ABSENT, _REVIEWS),
    Case(
        "assureClaim",
        "a published one",
        _claimed("owner CONSORTIUM", level="LIMITED"),
        ABSENT,
        _all(DENIED, *_OWN, *_MEMBERS, *_WRITERS, "secretariat")
        | _all(DONE, "assurer", "assurer_claims"),
    ),
    Case(
        "publishClaim",
        "an accepted one of the other's",
        _claimed("accepted", visibility="PUBLIC"),
        ABSENT,
        _OTHERS,
    ),
    Case(
        "withdrawClaim",
        "of the owner's for members",
        _claimed("owner CONSORTIUM", reason="No."),
        ABSENT,
        _WITHDRAWN,
    ),
    Case(
        "restateClaim",
        "whose effect nobody restated",
        _claimed("owner CONSORTIUM", reference="again"),
        ABSENT,
        _all(DENIED, *_OWN, *_MEMBERS, "assurer_claims", "secretariat")
        | _all("CLAIM_EFFECT_NOT_RESTATED", *_WRITERS),
    ),
    Case(
        "reassessClaim",
        "under the same guidance",
        _claimed("owner CONSORTIUM", reference="again", guidanceVersion=("guidance", "published")),
        ABSENT,
        _all(DENIED, *_OWN, *_MEMBERS, "assurer_claims", "secretariat")
        | _all("CLAIM_GUIDANCE_SAME", *_WRITERS),
    ),
    Case(
        "restateEffect",
        "a claimed one that is hidden",
        _owned("effect", "owner hidden", version=1, reference="again"),
        ABSENT,
        _PRIVATELY,
    ),
)


def _privately(outcome: str) -> dict[str, str]:
    """Of what is the owner's alone: what its writers hear, and those who only see it."""
    return _PRIVATELY | _all(outcome, *_WRITERS)


def _version(name: str, **given: Any) -> Callable[[SmallWorld], Mapping[str, Any]]:
    return lambda world: {"chainVersion": world.id("chainversion", name), **given}


_STALE = "CHANGED_MEANWHILE"
_MADE = {"version": 7, "code": "new", "product": "New", "unit": "kg", "output": "1"}


def _wrongly_asked(world: SmallWorld) -> Mapping[str, Any]:
    """A demand on a private version, for an activity of another one."""
    activity = world.id("activity", "owner PUBLIC")
    return {
        "version": world.id("chainversion", "owner PRIVATE"),
        "demand": [{"activity": activity, "amount": "1"}],
    }


_CHAINS: tuple[Case, ...] = (
    Case(
        "createValueChain",
        "that there is already",
        lambda _: {"name": "CHAIN"},
        DENIED,
        _all("VALUE_CHAIN_EXISTS", *_WRITERS, "other_approver", "secretariat"),
    ),
    Case(
        "createChainVersion",
        "of a reference that is taken",
        lambda world: {
            "valueChain": world.id("chain", "one"),
            "reference": "version-PUBLIC",
            "title": "Again",
        },
        DENIED,
        _all("CHAIN_VERSION_REFERENCE_TAKEN", *_WRITERS, "other_approver"),
    ),
    Case(
        "copyChainVersion",
        "that is private",
        _version("owner PRIVATE", reference="version-PUBLIC", title="Again"),
        ABSENT,
        _privately("CHAIN_VERSION_REFERENCE_TAKEN"),
    ),
    Case(
        "copyChainVersion",
        "that is public",
        _version("owner PUBLIC", reference="version-PUBLIC", title="Again"),
        DENIED,
        _all("CHAIN_VERSION_REFERENCE_TAKEN", *_WRITERS, "other_approver"),
    ),
    Case(
        "publishChainVersion",
        "a draft that computes",
        _version("owner draft", version=1),
        ABSENT,
        _PRIVATELY,
    ),
    *(
        Case(mutation, "as it was", _version("owner draft", version=7), ABSENT, _privately(_STALE))
        for mutation in ("publishChainVersion", "retireChainVersion", "discardChainVersion")
    ),
    Case(
        "retireChainVersion",
        "that is a draft",
        _version("owner draft", version=1),
        ABSENT,
        _privately("CHAIN_VERSION_NOT_PUBLISHED"),
    ),
    Case(
        "discardChainVersion",
        "that is published",
        _version("owner PRIVATE", version=1),
        ABSENT,
        _privately("CHAIN_VERSION_PUBLISHED"),
    ),
    Case(
        "setChainVersionVisibility",
        "of a draft",
        _version("owner draft", version=1, visibility="CONSORTIUM"),
        ABSENT,
        _privately("CHAIN_VERSION_DRAFT"),
    ),
    Case(
        "setChainVersionVisibility",
        "published to all, as it was",
        _version("owner PRIVATE", version=7, visibility="PUBLIC"),
        ABSENT,
        _OPENLY | {"approver": _STALE},
    ),
    Case(
        "recordActivity",
        "in a draft as it was",
        _version("owner draft", **_MADE),
        ABSENT,
        _privately(_STALE),
    ),
    Case(
        "recordActivity",
        "in a public version",
        _version("owner PUBLIC", **_MADE | {"version": 1}),
        DENIED,
        _all("CHAIN_VERSION_PUBLISHED", *_WRITERS),
    ),
    Case(
        "changeActivity",
        "of a draft as it was",
        lambda world: {"activity": world.id("activity", "owner draft"), **_MADE},
        ABSENT,
        _privately(_STALE),
    ),
    Case(
        "startChainFootprint",
        "of an activity of another version",
        lambda world: {"draws": 100, **_wrongly_asked(world)},
        ABSENT,
        _privately("DEMAND_ACTIVITY_UNKNOWN"),
    ),
    Case(
        "startChainComparison",
        "of an activity of another version",
        lambda world: {"baseline": _wrongly_asked(world), "scenario": _wrongly_asked(world)},
        ABSENT,
        _privately("DEMAND_ACTIVITY_UNKNOWN"),
    ),
    Case(
        "cancelChainComputation",
        "as it was",
        lambda world: {"computation": world.id("computation", "own"), "version": 7},
        ABSENT,
        _all(DENIED, "viewer", "admin", "service_reads") | _all(_STALE, *_WRITERS),
    ),
    Case(
        "useFootprint",
        "for an activity of a draft as it was",
        lambda world: {
            "activity": world.id("activity", "owner draft"),
            "version": 7,
            "footprint": world.id("footprint", "owner PRIVATE"),
        },
        ABSENT,
        _privately(_STALE),
    ),
    Case(
        "removeActivity",
        "that others take of",
        lambda world: {"activity": world.id("activity", "owner draft"), "version": 1},
        ABSENT,
        _privately("ACTIVITY_USED"),
    ),
)


CASES: tuple[Case, ...] = (
    *_CHAINS,
    *_SHARES,
    *_ASSESSMENT,
    *_GUIDANCE,
    *_IMPORTS,
    *_PARTNERS,
    *_WEBHOOKS,
    *_BULK,
    *_EFFECTS,
    *_OVERLAPS,
    *_PLEDGES,
    *_FOOTPRINTS,
    *_REORGANISATIONS,
    *_lives(),
    *_GROUPS,
    *_SEATS,
    *_figures("claim", "setClaimVisibility", "assurer_claims"),
    Case(
        "coverClaim",
        "by an effect that is shown to as many",
        lambda world: {
            "claim": world.id("claim", "owner PUBLIC"),
            "effect": world.id("effect", "owner PUBLIC"),
            "reason": "It holds the same tonnes.",
        },
        DENIED,
        {"approver": "COVER_DIFFERS", "secretariat": "COVER_DIFFERS"},
    ),
    Case(
        "uncoverClaim",
        "that nothing covers",
        lambda world: {"claim": world.id("claim", "owner PUBLIC")},
        DENIED,
        {"approver": "CLAIM_NOT_COVERED", "secretariat": "CLAIM_NOT_COVERED"},
    ),
    *_figures("inventory", "setInventoryVisibility", "assurer_inventories"),
    Case(
        "createEngagement",
        "for the owner",
        _engagement(client=("org", "owner")),
        DENIED,
        _all(DONE, "admin", "secretariat"),
    ),
    Case(
        "createEngagement",
        "for one's own organisation",
        _engagement(),
        DENIED,
        _all(DONE, "admin", "other_admin", "secretariat"),
    ),
    Case(
        "createEngagement",
        "of oneself",
        _engagement(client=("org", "assurer")),
        DENIED,
        {"secretariat": "ENGAGES_ITSELF"},
    ),
    Case(
        "createEngagement",
        "that ends before it starts",
        _engagement(client=("org", "owner"), endsOn="2025-12-31"),
        DENIED,
        _all("ENGAGEMENT_DATES_REVERSED", "admin", "secretariat"),
    ),
    Case(
        "createEngagement",
        "of nobody there is",
        _engagement(assurer="org_999999"),
        ABSENT,
        {},
    ),
    Case(
        "endEngagement",
        "that holds",
        lambda world: {"engagement": world.id("engagement", "assurer")},
        ABSENT,
        _all(DONE, "admin", "assurer", "assure_scope", "secretariat")
        | _all(DENIED, *_PARTIES, "assurer_as_viewer"),
    ),
    Case(
        "endEngagement",
        "that has ended",
        lambda world: {"engagement": world.id("engagement", "ended")},
        ABSENT,
        _all("ENGAGEMENT_OVER", "admin", "assurer_ended", "secretariat") | _all(DENIED, *_PARTIES),
    ),
    *_DUES,
    Case(
        "invitePerson",
        "to edit for the owner",
        _invitation("VIEWER", "EDITOR"),
        DENIED,
        _all(DONE, "admin", "secretariat"),
    ),
    Case(
        "invitePerson",
        "as an assurer",
        _invitation("ASSURER"),
        DENIED,
        {"secretariat": DONE},
    ),
    Case(
        "invitePerson",
        "as nothing",
        _invitation(),
        DENIED,
        _all("ROLES_MISSING", "admin", "secretariat"),
    ),
    Case(
        "grantRole",
        "that stays within the organisation",
        _role("APPROVER", "editor", "owner"),
        ABSENT,
        _EDITOR | _all(DONE, "admin", "secretariat") | {"other_admin": DENIED},
    ),
    Case(
        "grantRole",
        "that reaches beyond it",
        _role("SECRETARIAT", "editor", "owner"),
        ABSENT,
        _EDITOR | _all(DENIED, "admin", "other_admin") | {"secretariat": DONE},
    ),
    Case(
        "revokeRole",
        "of an editor",
        _role("EDITOR", "editor", "owner"),
        ABSENT,
        _EDITOR | _all(DONE, "admin", "secretariat") | {"other_admin": DENIED},
    ),
    Case(
        "revokeRole",
        "of the last administrator",
        _role("ORGANISATION_ADMIN", "admin", "owner"),
        ABSENT,
        _all("LAST_ADMINISTRATOR", "admin", "secretariat"),
    ),
    Case(
        "revokeRole",
        "of the last secretary",
        _role("SECRETARIAT", "secretariat", "secretariat"),
        ABSENT,
        {"secretariat": "LAST_ADMINISTRATOR"},
    ),
    Case(
        "disableAccount",
        "of a person of the owner's alone",
        lambda world: {"account": world.id("account", "viewer")},
        ABSENT,
        {"viewer": DENIED} | _all(DONE, "admin", "secretariat"),
    ),
    Case(
        "disableAccount",
        "of a person of two organisations",
        lambda world: {"account": world.id("account", "editor")},
        ABSENT,
        _EDITOR | _all(DENIED, "admin", "other_admin") | {"secretariat": DONE},
    ),
    Case(
        "disableAccount",
        "of the last administrator",
        lambda world: {"account": world.id("account", "admin")},
        ABSENT,
        {"admin": DENIED, "secretariat": "LAST_ADMINISTRATOR"},
    ),
    Case(
        "createServiceClient",
        "for the owner",
        _client("figures:read", "figures:approve"),
        DENIED,
        _all(DONE, "admin", "secretariat"),
    ),
    Case(
        "createServiceClient",
        "that reads everyone's figures",
        _client("figures:read", "figures:read-all"),
        DENIED,
        {"admin": "SCOPE_REFUSED", "secretariat": DONE},
    ),
    Case(
        "createServiceClient",
        "with a name too long",
        _client("figures:read", name="x" * 101),
        DENIED,
        _all("CLIENT_INVALID", "admin", "secretariat"),
    ),
    Case(
        "rotateClientSecret",
        "of the owner's",
        lambda world: {"client": world.id("client", "owner")},
        ABSENT,
        _all(DONE, "admin", "secretariat"),
    ),
    Case(
        "disableServiceClient",
        "of the owner's",
        lambda world: {"client": world.id("client", "owner")},
        ABSENT,
        _all(DONE, "admin", "secretariat"),
    ),
    *(
        Case(
            "recordSize",
            f"of the {where}",
            _size(where),
            DENIED,
            _all(DONE, admin, "secretariat"),
        )
        for where, admin in (("owner", "admin"), ("other", "other_admin"))
    ),
    Case(
        "recordSize",
        "of a year to come",
        _size("owner", year=2027),
        DENIED,
        _all("SIZE_INVALID", "admin", "secretariat"),
    ),
    Case(
        "recordSize",
        "of nothing there is",
        lambda _: {"organisation": "org_999999", "year": 2020, "employees": 1},
        ABSENT,
        {},
    ),
)
