"""How published lists name the participants of an initiative."""

import pytest

from consortium.initiatives.rules import (
    InitiativeRole,
    NamedParticipant,
    parse_convenors,
    parse_participants,
)

PARTICIPANT, CHAIR = InitiativeRole.PARTICIPANT, InitiativeRole.CHAIR
FOUNDER, SUPPORTER = InitiativeRole.FOUNDER, InitiativeRole.SUPPORTER


@pytest.mark.parametrize(
    ("published", "named"),
    [
        ("", []),
        ("Danone; Mars", [("Danone", PARTICIPANT), ("Mars", PARTICIPANT)]),
        ("Procter & Gamble (chair); SKC", [("Procter & Gamble", CHAIR), ("SKC", PARTICIPANT)]),
        ("Majid Al Futtaim (a founding signatory)", [("Majid Al Futtaim", FOUNDER)]),
        ("AIB (others truncated in source excerpt)", [("AIB", PARTICIPANT)]),
        ("Schneider Electric and 1,000 suppliers", [("Schneider Electric", PARTICIPANT)]),
        ("RELX; Mars and others", [("RELX", PARTICIPANT), ("Mars", PARTICIPANT)]),
        ("197 association members listed in the source file", []),
        ("Supportive steelmakers named: A; B", [("A", SUPPORTER), ("B", SUPPORTER)]),
        ("Danone; Danone;", [("Danone", PARTICIPANT)]),
        (
            "3M; H&M; J. Safra Sarasin",
            [(n, PARTICIPANT) for n in ("3M", "H&M", "J. Safra Sarasin")],
        ),
    ],
)
def test_names_and_roles_are_read_from_a_list(
    published: str, named: list[tuple[str, InitiativeRole]]
) -> None:
    """Roles come from brackets and headings; counts and "others" name nobody."""
    assert [one[:2] for one in parse_participants(published).participants] == named


def test_brackets_that_tell_a_name_from_another_are_kept() -> None:
    """EDF (NGO) is not the power company."""
    assert parse_participants("EDF (NGO)").participants == (
        NamedParticipant("EDF (NGO)", PARTICIPANT, exact=True),
    )


def test_what_names_nobody_is_told() -> None:
    """The pieces are reported, so that nothing is lost silently."""
    assert parse_participants("X and 1,000 suppliers; 5 banks").unnamed == (
        "1,000 suppliers",
        "5 banks",
    )


def test_convenors_are_set_apart_by_slashes() -> None:
    """Brackets say what a convenor does, not who it is."""
    assert parse_convenors("WBCSD / Danone") == ("WBCSD", "Danone")
    assert parse_convenors("BSR (secretariat)") == ("BSR",)
