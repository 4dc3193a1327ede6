"""What can be read of assessed claims, and of the gates that they pass."""

from consortium.assessment.models import AssessedClaim
from consortium.assessment.reads.visible import claim_seen_whole, claim_visible_to
from consortium.assessment.rules.claims import ACTS_NEXT, ActsNext
from consortium.assessment.rules.statuses import ClaimStatus, GateOutcome
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.shares import ALLOCATIONS
from consortium.guidance.reads import GATES, VERSIONS
from consortium.membership.reads.inbox import add_waiting
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns


def _statuses(actor: ActsNext) -> str:
    return ", ".join(f"'{status}'" for status, acts in ACTS_NEXT.items() if acts is actor)


_ACTS_NEXT = (
    f"(CASE WHEN {{t}}.status IN ({_statuses(ActsNext.OWNER)}) THEN '{ActsNext.OWNER}'"
    f" WHEN {{t}}.status IN ({_statuses(ActsNext.REVIEWER)}) THEN '{ActsNext.REVIEWER}' END)"
)
# Of a published claim, whoever sees it sees in the totals how much of it counts there.
_KEPT = (
    "(SELECT max(counted.kept) FROM assessed_standing counted"
    " WHERE counted.claim_id = {t}.id AND counted.known_to IS NULL)"
)

BASES = Source(
    name="assessed_claim_basis",
    table="assessed_claim",
    visible_to=claim_seen_whole,
    fields=columns(AssessedClaim, None, ("effect_kg_co2e", "share", "remainder_share"))
    | {"allocation": One(ALLOCATIONS, "{u}.id = {t}.allocation_id")},
)
BASES.fields["effect_mass"] = BASES.fields.pop("effect")

# Of each claim the gates of its guidance, each with its last review.
_GATES = (
    "(SELECT c.id * 1000 + g.position AS id, c.id AS claim_id, c.organisation_id, c.visibility,"
    " g.id AS gate_id, g.position, last.outcome, last.reviewed_on, last.expires_on"
    " FROM assessed_claim c JOIN guidance_gate g ON g.guidance_version_id = c.guidance_version_id"
    " LEFT JOIN LATERAL (SELECT r.outcome, r.reviewed_on, r.expires_on FROM claim_gate_review r"
    " WHERE r.claim_id = c.id AND r.gate_id = g.id ORDER BY r.id DESC LIMIT 1) last ON true)"
)
CLAIM_GATES = Source(
    name="claim_gate",
    table=lambda _writer, _args: _GATES,
    visible_to=claim_visible_to,
    fields={
        "position": Column("{t}.position", SqlType.INTEGER, nullable=False),
        "outcome": Column("{t}.outcome", enum=GateOutcome),
        "passes_today": Column(
            "({t}.outcome IS NOT DISTINCT FROM 'PASSED'"
            " AND ({t}.expires_on IS NULL OR {today} < {t}.expires_on))",
            SqlType.BOOLEAN,
            nullable=False,
        ),
        "reviewed_on": Column("{t}.reviewed_on", SqlType.DATE),
        "expires_on": Column("{t}.expires_on", SqlType.DATE),
        "gate": One(GATES, "{u}.id = {t}.gate_id"),
    },
    default_order=(("position", False),),
)

ASSESSED_CLAIMS = Source(
    name="assessed_claim",
    table="assessed_claim",
    prefix="assessed",
    visible_to=claim_visible_to,
    fields=columns(
        AssessedClaim,
        "assessed",
        (
            "reference",
            "status",
            "statement",
            "claim_kg_co2e",
            "uncertainty",
            "specificity",
            "timeframe",
            "year",
            "visibility",
            "submitted_on",
            "accepted_on",
            "assured_on",
            "assurance_level",
            "published_on",
            "expires_on",
            "ended_on",
            "ended_because",
            "due_on",
            "version",
            "recorded_at",
        ),
    )
    | {
        "acts_next": Column(_ACTS_NEXT, enum=ActsNext),
        "kept": Column(_KEPT, SqlType.NUMERIC),
        "statement_url": Column(
            "('/claims/assessed_' || {t}.id || '/statement.pdf')", nullable=False
        ),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "effect": One(EFFECTS, "{u}.id = {t}.effect_id"),
        "guidance_version": One(VERSIONS, "{u}.id = {t}.guidance_version_id"),
        "assurance_body": One(ORGANISATIONS, "{u}.id = {t}.assurance_body_id"),
        "basis": One(BASES, "{u}.id = {t}.id"),
        "gates": Many(CLAIM_GATES, "{u}.claim_id = {t}.id"),
    },
    filters=(
        "id",
        "reference",
        "status",
        "claim",
        "specificity",
        "timeframe",
        "year",
        "visibility",
        "submitted_on",
        "assurance_level",
        "published_on",
        "expires_on",
        "ended_on",
        "due_on",
        "acts_next",
        "organisation",
        "effect",
        "guidance_version",
    ),
    orders={
        "recorded_at": ("recorded_at",),
        "published_on": ("published_on",),
        "due_on": ("due_on",),
        "claim": ("claim",),
    },
)
ASSESSED_CLAIMS.fields |= {
    "restates": One(ASSESSED_CLAIMS, "{u}.id = {t}.restates_id"),
    "restated_by": Many(ASSESSED_CLAIMS, "{u}.restates_id = {t}.id"),
}

_MINE = "{u}.organisation_id = {t}.id"
ORGANISATIONS.relate(assessed_claims=Many(ASSESSED_CLAIMS, _MINE))
EFFECTS.relate(assessed_claims=Many(ASSESSED_CLAIMS, "{u}.effect_id = {t}.id"))
# Since the last step; drafts wait for nobody.
_WAITING = (
    "SELECT a.id AS key, a.organisation_id, (SELECT max(s.taken_on) FROM claim_step s"
    " WHERE s.claim_id = a.id) AS since, a.due_on"
    " FROM assessed_claim a WHERE a.status IN ({statuses})"
)
_ANSWERING = ", ".join(f"'{one}'" for one in (ClaimStatus.CLARIFICATION, ClaimStatus.ACCEPTED))
add_waiting(
    Waiting(
        WaitKind.ASSESSED_CLAIM,
        WaitsFor.SECRETARIAT,
        "assessed",
        _WAITING.format(statuses=_statuses(ActsNext.REVIEWER)),
    ),
    Waiting(
        WaitKind.ASSESSED_CLAIM,
        WaitsFor.MEMBER,
        "assessed",
        _WAITING.format(statuses=_ANSWERING),
    ),
)
