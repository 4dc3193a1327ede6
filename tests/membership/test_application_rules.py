"""Rules of applications: identifiers, names that match, votes, notices."""

from datetime import date, timedelta
from random import Random
from string import ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.kernel.text import name_key
from consortium.membership.rules.applications import (
    ApplicationInvalid,
    ApprovalWithoutVote,
    Vote,
    check_approval,
    read_web_domain,
)
from consortium.membership.rules.lei import LeiInvalid, read_lei
from consortium.membership.rules.notices import NOTICE, NoticeTooShort, check_notice
from consortium.storage.database import Database
from tests.membership.matching import LEGAL_FORMS, match_key_of


def check_digits(base: str) -> str:
    """The two digits that follow 18 characters (ISO/IEC 7064, MOD 97-10)."""
    number = "".join(str(int(char, 36)) for char in f"{base}00")
    return f"{98 - int(number) % 97:02d}"


def match_key(name: str) -> str:
    """What the name has in common with those that are alike."""
    return match_key_of(name_key(name))


LEIS = st.text(ascii_uppercase + digits, min_size=18, max_size=18).map(
    lambda base: base + check_digits(base)
)


@pytest.mark.parametrize("lei", ["529900T8BM49AURSDO55", "5493 001kjtiigc8y1r 12"])
def test_identifiers_of_the_registry(lei: str) -> None:
    assert read_lei(lei) == lei.replace(" ", "").upper()


@given(LEIS)
def test_check_digits_fit(lei: str) -> None:
    assert read_lei(f" {lei.lower()} ") == lei


@given(LEIS, st.data())
def test_one_wrong_character_is_noticed(lei: str, data: st.DataObject) -> None:
    """MOD 97-10 finds every letter that stands for another, and every digit."""
    at = data.draw(st.integers(0, 19))
    other = data.draw(st.sampled_from(digits if lei[at] in digits else ascii_uppercase))
    mistyped = lei[:at] + other + lei[at + 1 :]
    if mistyped != lei:
        with pytest.raises(LeiInvalid):
            read_lei(mistyped)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME, Inc.", "Acme"),
        ("Électricité S.A.", "electricite SA"),
        ("Smith & Sons Ltd", "Smith and Sons Limited"),
        ("Siemens AG", "SIEMENS Aktiengesellschaft"),
        ("Ørsted A/S", "Orsted"),
        ("Co-Op Group", "Co Op"),
    ],
)
def test_names_that_match(one: str, other: str) -> None:
    assert match_key(one).removesuffix("as") == match_key(other).removesuffix("as")


def test_names_that_do_not() -> None:
    assert match_key("Siemens Energy AG") != match_key("Siemens AG")
    # What is only a legal form is still a name.
    assert match_key("Group") == "group"


@pytest.mark.parametrize("seed", range(5))
async def test_the_database_matches_names_as_the_rules_do(database: Database, seed: int) -> None:
    """An index of the database finds the names that the rule says are alike."""
    random = Random(seed)  # noqa: S311  the same names each time
    words = [*LEGAL_FORMS, "acme", "Ørsted", "中石油", "A/S", "S.A.", "&", "(x)", "[y]", "x", ""]
    signs = " abcÅß.,'&/()[]{}-_^\\`~\"!#$%*+:;<=>?@|"
    names = [
        " ".join(random.choices(words, k=random.randint(0, 5)))
        + "".join(random.choices(signs, k=random.randint(0, 8)))
        for _ in range(400)
    ]
    keys = [name_key(one) for one in names]
    rows = await database.pool.fetch(
        "SELECT match_key(k) FROM unnest($1::text[]) WITH ORDINALITY x (k, at) ORDER BY at", keys
    )

    assert [row[0] for row in rows] == [match_key_of(key) for key in keys]


@given(st.dictionaries(st.integers(1, 9), st.sampled_from(Vote)), st.sets(st.integers(1, 9)))
def test_an_approval_needs_more_in_favour(votes: dict[int, Vote], conflicted: set[int]) -> None:
    """Whoever has a conflict of interest counts for nothing, and so do abstentions."""
    free = [vote for account, vote in votes.items() if account not in conflicted]
    carried = free.count(Vote.APPROVE) > free.count(Vote.REJECT)
    try:
        check_approval(votes, conflicted)
    except ApprovalWithoutVote:
        assert not carried
    else:
        assert carried


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://www.Example.org/about?x", "example.org"),
        ("data.example.co.uk", "data.example.co.uk"),
    ],
)
def test_domains(told: str, kept: str) -> None:
    assert read_web_domain(told) == kept


@pytest.mark.parametrize("told", ["", "example", "http://", "a b.org", "ex_ample.org"])
def test_what_is_no_domain(told: str) -> None:
    with pytest.raises(ApplicationInvalid):
        read_web_domain(told)


@given(st.integers(-200, 400), st.booleans(), st.sampled_from(["", "because"]))
def test_notices(days: int, may_shorten: bool, reason: str) -> None:
    """Ninety days, unless somebody who may says why not."""
    today = date(2026, 3, 1)
    day = today + timedelta(days=days)
    try:
        check_notice(day, today, may_shorten=may_shorten, reason=reason)
    except NoticeTooShort:
        assert day < today + NOTICE
        assert not (may_shorten and reason)
    else:
        assert day >= today + NOTICE or (may_shorten and reason)
