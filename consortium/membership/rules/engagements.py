"""What an assurer's engagement covers."""

from datetime import date
from enum import StrEnum

from consortium.kernel.errors import BadInput, DomainError


class Coverage(StrEnum):
    """Which figures of its client an assurer is engaged for, and so may see whole."""

    CLAIMS = "CLAIMS"
    INVENTORIES = "INVENTORIES"
    ALL_FIGURES = "ALL_FIGURES"


class EngagementDatesReversed(BadInput):
    """An engagement ends on its first day or later."""

    code = "ENGAGEMENT_DATES_REVERSED"
    constraint = "engagement_dates_ordered"


class EngagesItself(BadInput):
    """An organisation cannot be its own assurer."""

    code = "ENGAGES_ITSELF"
    constraint = "engagement_of_another"


class EngagementOver(DomainError):
    """The engagement has ended already."""

    code = "ENGAGEMENT_OVER"


def check_engagement(assurer_id: int, client_id: int, starts_on: date, ends_on: date) -> None:
    """Refuse an engagement of oneself and one that ends before it starts."""
    if assurer_id == client_id:
        raise EngagesItself
    if ends_on < starts_on:
        raise EngagementDatesReversed
