"""Names and words as they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.kernel.text import name_key, search_words


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Nestlé", "NESTLE"),
        ("L\u2019Oréal", "L'Oréal"),
        ("A.P. Møller-Maersk", "a.p.  moller-maersk "),
        ("Ørsted", "ORSTED"),
        ("Straße", "strasse"),
        ("ITOCHU", "Itochu"),
        ("İş Bankas\u0131", "Is Bankasi"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, two: str) -> None:
    """Accents, case, spacing and typographic signs do not tell names apart."""
    assert name_key(one) == name_key(two)


def test_different_names_keep_different_keys() -> None:
    """Punctuation that belongs to a name stays in its key."""
    assert name_key("AT&T") != name_key("ATT")
    assert name_key("EDF") != name_key("EDF (NGO)")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """A key is its own key, so that stored and asked text meet."""
    assert name_key(name_key(text)) == name_key(text)
    assert search_words(search_words(text)) == search_words(text)


def test_search_words_are_words_only() -> None:
    """No punctuation is left that a search could take for syntax."""
    assert search_words("Scope 3+ (Alibaba-defined), AT&T") == "scope 3 alibaba defined at t"
