"""Corporate groups on a day."""

from datetime import date

from consortium.organisations.rules import Control, ControlChains

DAY = date(2022, 6, 30)


def test_a_chain_is_climbed_to_its_top() -> None:
    """The nearest controller comes first; the last one names the group."""
    chains = ControlChains([Control(3, 2), Control(2, 1)])

    assert chains.ancestors(3, DAY) == (2, 1)
    assert chains.group(3, DAY) == 1
    assert chains.group(1, DAY) == 1


def test_control_holds_on_its_days_only() -> None:
    """Both its first and its last day are included."""
    chains = ControlChains([Control(2, 1, date(2022, 1, 1), DAY)])

    assert chains.group(2, DAY) == 1
    assert chains.group(2, date(2022, 7, 1)) == 2
    assert chains.group(2, date(2021, 12, 31)) == 2


def test_a_ring_ends_where_it_closes() -> None:
    """Rows that contradict themselves end the climb and raise nothing."""
    chains = ControlChains([Control(1, 2), Control(2, 1)])

    assert chains.ancestors(1, DAY) == (2,)
