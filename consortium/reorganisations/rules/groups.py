"""What a relation between two organisations can be."""

from datetime import date
from decimal import Decimal

from consortium.kernel.errors import BadInput


class ParentItself(BadInput):
    """An organisation does not belong to itself: name another one."""

    code = "PARENT_ITSELF"
    constraint = "parentage_not_itself"


class ShareOutOfRange(BadInput):
    """A share of equity is a number from 0 to 1: 51 % is 0.51."""

    code = "SHARE_OUT_OF_RANGE"
    constraint = "parentage_equity_share_range"


class ParentageDatesReversed(BadInput):
    """A relation ends on its first day or later."""

    code = "PARENTAGE_DATES_REVERSED"
    constraint = "parentage_dates_ordered"


def check_parentage(
    child_id: int,
    parent_id: int,
    share: Decimal | None,
    starts_on: date | None,
    ends_on: date | None,
) -> None:
    """Refuse what no relation can be. Raises as the classes above say."""
    if child_id == parent_id:
        raise ParentItself().at("parent")
    if share is not None and not 0 <= share <= 1:
        raise ShareOutOfRange().at("share")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise ParentageDatesReversed().at("endsOn")
