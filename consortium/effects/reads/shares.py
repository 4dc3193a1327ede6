"""What can be read of shares: by the parties, their assurers and the secretariat, nobody else.

To everybody else an effect with an allocation is as one without.
"""

from consortium.effects.models import EffectAllocation, EffectContribution
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.rules.shares import PartyKind, RemainderKind
from consortium.kernel.principal import Permission, Rights
from consortium.membership.reads.figures import organisations_seen_whole
from consortium.membership.rules.engagements import Coverage
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, RowRule, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns

_EFFECT = "(SELECT e.avoided_kg_co2e FROM effect e WHERE e.id = {t}.effect_id)"
_JOINT = (
    "(SELECT count(*) FROM effect_contribution c"
    " WHERE c.allocation_id = {t}.id AND c.share IS NULL)"
)
# Of a line: its share, or for a joint contributor the remainder.
_ALLOCATED = (
    "(SELECT e.avoided_kg_co2e * {part} FROM effect_allocation a"
    " JOIN effect e ON e.id = a.effect_id WHERE a.id = {{t}}.allocation_id)"
)


def _shares(kind: PartyKind) -> str:
    return (
        "(SELECT coalesce(sum(c.share), 0) FROM effect_contribution c"
        f" WHERE c.allocation_id = {{t}}.id AND c.kind = '{kind}')"
    )


_JOINT_SHARE = f"CASE WHEN {_JOINT} > 0 THEN {{t}}.remainder_share ELSE 0 END"
_MEMBERS = _shares(PartyKind.MEMBER)


def party_to(column: str) -> RowRule:
    """The row rule of what belongs to the allocation that a column names."""

    def visible_to(rights: Rights) -> str:
        if rights.may(Permission.FIGURES_READ_ALL):
            return "true"
        if not rights.has_organisation:
            return "false"
        seen = organisations_seen_whole(rights, Coverage.CLAIMS)
        return (
            f"{{t}}.{column} IN (SELECT party.allocation_id FROM effect_contribution party"
            f" WHERE party.organisation_id {seen})"
        )

    return visible_to


def _mass(share: str) -> Column:
    """A part of the effect, as `consortium.effects.rules.shares.divided` has it."""
    return Column(f"({_EFFECT} * ({share}))", SqlType.NUMERIC, nullable=False, mass=True)


CONTRIBUTIONS = Source(
    name="effect_contribution",
    table="effect_contribution",
    visible_to=party_to("allocation_id"),
    fields=columns(
        EffectContribution,
        None,
        ("position", "kind", "role", "party_name", "share", "answer", "reason", "answered_on"),
    )
    | {
        "part": Column(_ALLOCATED.format(part="{t}.share"), SqlType.NUMERIC, mass=True),
        "claim": Column(
            _ALLOCATED.format(part="coalesce({t}.share, a.remainder_share)"),
            SqlType.NUMERIC,
            nullable=False,
            mass=True,
        ),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=("kind", "role", "answer", "organisation"),
    orders={"position": ("position",)},
    default_order=(("position", False),),
)

ALLOCATIONS = Source(
    name="allocation",
    table="effect_allocation",
    prefix="allocation",
    visible_to=party_to("id"),
    fields=columns(
        EffectAllocation,
        "allocation",
        ("status", "remainder_share", "explanation", "proposed_on", "decided_on", "version"),
    )
    | {
        "remainder_kind": Column(
            f"CASE WHEN {_JOINT} > 0 THEN '{RemainderKind.JOINT_UNDIVIDED}'"
            f" ELSE '{RemainderKind.UNALLOCATED}' END",
            nullable=False,
            enum=RemainderKind,
        ),
        "effect_mass": _mass("1"),
        "members": _mass(_MEMBERS),
        "non_members": _mass(_shares(PartyKind.NON_MEMBER)),
        "platform": _mass(_shares(PartyKind.PLATFORM)),
        "joint": _mass(_JOINT_SHARE),
        "unallocated": _mass(f"{{t}}.remainder_share - ({_JOINT_SHARE})"),
        "gross": _mass(f"{_MEMBERS} + {_JOINT} * {{t}}.remainder_share"),
        "net": _mass(f"{_MEMBERS} + ({_JOINT_SHARE})"),
        "overlap": _mass(f"{_JOINT} * {{t}}.remainder_share - ({_JOINT_SHARE})"),
        "effect": One(EFFECTS, "{u}.id = {t}.effect_id"),
        "proposed_by": One(ORGANISATIONS, "{u}.id = {t}.proposed_by_id"),
        "contributions": Many(CONTRIBUTIONS, "{u}.allocation_id = {t}.id"),
    },
    filters=("id", "status", "proposed_on", "effect", "proposed_by", "contributions"),
    orders={"proposed_on": ("proposed_on",)},
    default_order=(("proposed_on", False),),
)

EFFECTS.relate(allocations=Many(ALLOCATIONS, "{u}.effect_id = {t}.id"))
