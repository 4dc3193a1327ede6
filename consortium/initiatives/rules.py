"""What an initiative's participants can be, and how published lists name them."""

import re
from enum import StrEnum
from typing import NamedTuple


class InitiativeRole(StrEnum):
    """What a participant does in an initiative."""

    PARTICIPANT = "PARTICIPANT"
    CHAIR = "CHAIR"
    FOUNDER = "FOUNDER"
    CONVENOR = "CONVENOR"
    SUPPORTER = "SUPPORTER"


class NamedParticipant(NamedTuple):
    """A name out of a published list. `exact`: what it says in brackets tells it from others."""

    name: str
    role: InitiativeRole = InitiativeRole.PARTICIPANT
    exact: bool = False


class ParticipantList(NamedTuple):
    """The names of a list, and the pieces that name nobody ("1,000 suppliers")."""

    participants: tuple[NamedParticipant, ...]
    unnamed: tuple[str, ...]


_HEADING = re.compile(r"^([^:;()]+):\s+")
_BRACKET = re.compile(r"^(?P<name>.*\S)\s*\((?P<inside>[^()]*)\)$")
_AND_MORE = re.compile(r"^(?P<name>.*\S)\s+and\s+(?P<more>(?:\d[\d,.]*\s+)?(?:others|suppliers))$")
_COUNT = re.compile(r"^\d[\d,.]*\+?\s+\D")
_ROLES = (
    ("chair", InitiativeRole.CHAIR),
    ("found", InitiativeRole.FOUNDER),
    ("conven", InitiativeRole.CONVENOR),
    ("secretariat", InitiativeRole.CONVENOR),
    ("support", InitiativeRole.SUPPORTER),
)
# What brackets say of the list itself, and not of who is named.
_REMARK = re.compile(r"\b(others|truncated|excerpt|source|among)\b")


def parse_participants(published: str) -> ParticipantList:
    """Read a list of names set apart by semicolons, as initiatives publish them.

    A heading ("Supportive steelmakers named: ...") gives its role to the whole list; brackets
    give a role ("(chair)"), a remark on the list, or tell a name from another ("EDF (NGO)");
    "and others", "and 1,000 suppliers" and "197 members" name nobody.
    """
    heading = _HEADING.match(published)
    role = _role(heading[1]) if heading else None
    pieces = (published[heading.end() :] if heading else published).split(";")
    named: dict[tuple[str, InitiativeRole], NamedParticipant] = {}
    unnamed: list[str] = []
    for piece in filter(None, map(str.strip, pieces)):
        more = _AND_MORE.match(piece)
        if more is not None:
            unnamed.append(more["more"])
        if _COUNT.match(piece):
            unnamed.append(piece)
            continue
        one = _named(more["name"] if more else piece, role or InitiativeRole.PARTICIPANT)
        named.setdefault((one.name, one.role), one)
    return ParticipantList(tuple(named.values()), tuple(unnamed))


def _named(text: str, role: InitiativeRole) -> NamedParticipant:
    bracket = _BRACKET.match(text)
    if bracket is None:
        return NamedParticipant(text, role)
    inside = bracket["inside"].casefold()
    stated = _role(inside)
    if stated is not None:
        return NamedParticipant(bracket["name"], stated)
    if _REMARK.search(inside):
        return NamedParticipant(bracket["name"], role)
    return NamedParticipant(text, role, exact=True)


def _role(text: str) -> InitiativeRole | None:
    folded = text.casefold()
    return next((role for word, role in _ROLES if word in folded), None)


def parse_convenors(published: str) -> tuple[str, ...]:
    """The names in a convenor's text, set apart by " / "; what stands in brackets is left out."""
    pieces = (re.sub(r"\s*\([^()]*\)\s*$", "", one).strip() for one in published.split(" / "))
    return tuple(dict.fromkeys(one for one in pieces if one))
