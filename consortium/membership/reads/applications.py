"""What can be read of applications: all by the secretariat, one's own by its key; terms by all."""

from consortium.evidence.reads import documents
from consortium.identity.proofs.tokens import sha256
from consortium.identity.reads import ACCOUNTS
from consortium.kernel.principal import Permission, Rights
from consortium.membership.models import (
    ApplicationConflict,
    ApplicationNote,
    ApplicationStep,
    ApplicationVote,
    MembershipApplication,
    Terms,
    TermsAcceptance,
)
from consortium.membership.reads.duplicates import duplicates_sql
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Embedded, Key, Lookup, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns


def secretariat(rights: Rights) -> str:
    """The row rule of what is the secretariat's alone."""
    return "true" if rights.may(Permission.MEMBERSHIPS_MANAGE) else "false"


def _of(table: str, application: str = "{t}.id") -> str:
    """SQL: rows of a table that belongs to an application."""
    return (
        f"{{u}}.id IN (SELECT link.document_id FROM {table} link"
        f" WHERE link.application_id = {application})"
    )


_BY = One(ACCOUNTS, "{u}.id = {t}.account_id")
_ALIASES = Column(
    "(SELECT coalesce(json_agg(x.name ORDER BY x.id), '[]')"
    " FROM application_alias x WHERE x.application_id = {t}.id)",
    SqlType.JSON,
    nullable=False,
)
_REVENUE = Embedded(
    {
        "amount": Column("{t}.revenue_amount", SqlType.NUMERIC, nullable=False),
        "currency": Column("{t}.revenue_currency", nullable=False),
        "year": Column("{t}.revenue_year", SqlType.INTEGER),
    },
    present="{t}.revenue_amount IS NOT NULL",
)
# What the applicant said of itself and sees of what became of it.
_SHOWN = (
    "reference",
    "stage",
    "version",
    "name",
    "country",
    "lei",
    "domain",
    "sector",
    "employees",
    "message",
    "asked",
    "asked_until",
    "submitted_at",
)
_OWN = columns(MembershipApplication, "application", _SHOWN) | {
    "aliases": _ALIASES,
    "revenue": _REVENUE,
}

TERMS = Source(
    name="terms",
    table="terms",
    prefix="terms",
    visible_to=everyone,
    fields=columns(
        Terms, "terms", ("version", "text", "competition_law", "in_force_from", "published_at")
    ),
    filters=("version", "in_force_from", "published_at"),
    orders={"in_force_from": ("in_force_from",)},
    default_order=(("in_force_from", True),),
)

# Of one application, which its key alone finds.
MY_APPLICATIONS = Source(
    name="my_application",
    table="membership_application",
    visible_to=everyone,
    fields={name: field for name, field in _OWN.items() if name != "id"}
    | {
        # Why it was rejected; other reasons are for the secretariat.
        "rejected_because": Column(
            "(SELECT nullif(s.reason, '') FROM application_step s"
            " WHERE s.application_id = {t}.id AND s.step = 'REJECT')"
        ),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "documents": Many(documents(everyone), _of("application_document")),
    },
)
MY_APPLICATION = Lookup(
    MY_APPLICATIONS,
    {"key": Key("{t}.key_sha256 = {value}", prepare=lambda key: sha256(str(key)))},
)

APPLICATIONS = Source(
    name="application",
    table="membership_application",
    prefix="application",
    visible_to=secretariat,
    fields=_OWN
    | {
        "contact_name": Column("nullif({t}.contact_name, '')"),
        "contact_email": Column("nullif({t}.contact_email, '')"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=(
        "id",
        "reference",
        "stage",
        "name",
        "country",
        "lei",
        "domain",
        "asked_until",
        "submitted_at",
        "organisation",
    ),
    orders={"submitted_at": ("submitted_at",), "reference": ("reference",)},
    default_order=(("submitted_at", False),),
)

APPLICATION_STEPS = Source(
    name="application_step",
    table="application_step",
    visible_to=secretariat,
    fields=columns(
        ApplicationStep, None, ("step", "before", "after", "reason", "deadline", "taken_at")
    )
    | {"account": _BY},
    filters=("step", "after", "taken_at"),
)
APPLICATION_NOTES = Source(
    name="application_note",
    table="application_note",
    visible_to=secretariat,
    fields=columns(ApplicationNote, None, ("text", "noted_at")) | {"account": _BY},
    filters=("noted_at",),
)
APPLICATION_CONFLICTS = Source(
    name="application_conflict",
    table="application_conflict",
    visible_to=secretariat,
    fields=columns(ApplicationConflict, None, ("reason", "declared_at")) | {"account": _BY},
    filters=("declared_at",),
)
_COUNTS = (
    "({t}.id = (SELECT max(v.id) FROM application_vote v WHERE v.application_id ="
    " {t}.application_id AND v.account_id = {t}.account_id)"
    " AND NOT EXISTS (SELECT FROM application_conflict c WHERE c.application_id ="
    " {t}.application_id AND c.account_id = {t}.account_id))"
)
APPLICATION_VOTES = Source(
    name="application_vote",
    table="application_vote",
    visible_to=secretariat,
    fields=columns(ApplicationVote, None, ("vote", "reason", "voted_at"))
    | {"counts": Column(_COUNTS, SqlType.BOOLEAN, nullable=False), "account": _BY},
    filters=("vote", "voted_at"),
)
ACCEPTANCES = Source(
    name="terms_acceptance",
    table="terms_acceptance",
    visible_to=secretariat,
    fields=columns(TermsAcceptance, None, ("signatory_title", "accepted_on", "accepted_at"))
    | {
        "signatory_name": Column("nullif({t}.signatory_name, '')"),
        "terms": One(TERMS, "{u}.id = {t}.terms_id"),
    },
)

# Since the last step.
_WAITING = (
    "SELECT a.id AS key, a.organisation_id, (SELECT max(s.taken_on) FROM application_step s"
    " WHERE s.application_id = a.id) AS since, a.asked_until AS due_on"
    " FROM membership_application a WHERE a.stage IN ({stages})"
)
WAITING = (
    Waiting(
        WaitKind.APPLICATION,
        WaitsFor.SECRETARIAT,
        "application",
        _WAITING.format(stages="'SUBMITTED', 'IN_REVIEW'"),
    ),
    Waiting(
        WaitKind.APPLICATION,
        WaitsFor.APPLICANT,
        "application",
        _WAITING.format(stages="'MORE_ASKED', 'APPROVED'"),
    ),
)

DUPLICATES = Source(
    name="possible_duplicate",
    table=lambda _writer, _args: duplicates_sql(),
    visible_to=secretariat,
    fields={
        "reasons": Column("{t}.reasons", SqlType.JSON, nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "application": One(APPLICATIONS, "{u}.id = {t}.other_id"),
    },
)

_MINE = "{u}.application_id = {t}.id"
APPLICATIONS.relate(
    steps=Many(APPLICATION_STEPS, _MINE),
    notes=Many(APPLICATION_NOTES, _MINE),
    votes=Many(APPLICATION_VOTES, _MINE),
    conflicts=Many(APPLICATION_CONFLICTS, _MINE),
    documents=Many(documents(secretariat), _of("application_document")),
)
# No filters go through these.
APPLICATIONS.fields |= {
    "acceptance": One(ACCEPTANCES, _MINE),
    "possible_duplicates": Many(DUPLICATES, _MINE),
}
