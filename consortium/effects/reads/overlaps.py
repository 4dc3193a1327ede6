"""What can be read of effects that see the same tonne: by who decides about them, nobody else.

A pair tells that a private effect is there, and roughly what it is about: so the row rule is one
for all pairs, whatever may be seen of the two.
"""

from consortium.effects.models import EffectOverlapDecision
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.rules.overlaps import OverlapKind, OverlapState
from consortium.identity.reads import ACCOUNTS
from consortium.kernel.principal import Permission, Rights
from consortium.query.pick import Args
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.query.writer import Writer


def decides_overlaps(rights: Rights) -> bool:
    """Whether the caller reviews claims, and may see the effects that it decides about."""
    return rights.may(Permission.CLAIMS_REVIEW) and rights.may(Permission.FIGURES_READ_ALL)


def reviewed(rights: Rights) -> str:
    """The row rule of pairs of effects and of what was decided about them."""
    return "true" if decides_overlaps(rights) else "false"


def _pairs(_: Writer, __: Args) -> str:
    # Keys of two effects make one of the pair, as long as there are fewer than 2^31 effects.
    return (
        "SELECT (pair.earlier_id << 32) + pair.later_id AS id, pair.*,"
        f" CASE WHEN pair.decision_id IS NULL THEN '{OverlapState.UNDECIDED}'"
        f" WHEN pair.decided THEN '{OverlapState.DECIDED}' ELSE '{OverlapState.CHANGED}' END"
        " AS state FROM effect_overlaps() pair"
    )


OVERLAP_DECISIONS = Source(
    name="effect_overlap_decision",
    table="effect_overlap_decision",
    prefix="overlapdecision",
    visible_to=reviewed,
    fields=columns(
        EffectOverlapDecision,
        "overlapdecision",
        (
            "number",
            "kind",
            "decision",
            "deducted_share",
            "reason",
            "decided_on",
            "superseded_on",
            "recorded_at",
        ),
    )
    | {
        "earlier": One(EFFECTS, "{u}.id = {t}.earlier_id"),
        "later": One(EFFECTS, "{u}.id = {t}.later_id"),
        "deducted_effect": One(EFFECTS, "{u}.id = {t}.deducted_effect_id"),
        "account": One(ACCOUNTS, "{u}.id = {t}.account_id"),
    },
    filters=("id", "number", "kind", "decision", "decided_on", "earlier", "later"),
    orders={"number": ("number",), "decided_on": ("decided_on",)},
    default_order=(("number", False),),
)

OVERLAPS = Source(
    name="effect_overlap",
    table=_pairs,
    visible_to=reviewed,
    fields={
        "kind": Column("{t}.kind", nullable=False, enum=OverlapKind),
        "state": Column("{t}.state", nullable=False, enum=OverlapState),
        "waiting_since": Column(
            f"(CASE WHEN {{t}}.state <> '{OverlapState.DECIDED}' THEN {{t}}.waiting_since END)",
            SqlType.DATE,
        ),
        "last_decision": Column("{t}.number", SqlType.INTEGER, nullable=False),
        "earlier": One(EFFECTS, "{u}.id = {t}.earlier_id"),
        "later": One(EFFECTS, "{u}.id = {t}.later_id"),
        "current": One(OVERLAP_DECISIONS, "{u}.id = {t}.decision_id"),
        "decisions": Many(
            OVERLAP_DECISIONS,
            "({u}.earlier_id, {u}.later_id) = ({t}.earlier_id, {t}.later_id)",
        ),
    },
    filters=("kind", "state", "waiting_since", "earlier", "later"),
    orders={"waiting_since": ("waiting_since",)},
)
