"""What an organisation is called, where and what it is, from day to day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from consortium.kernel.errors import BadInput, DomainError

_DAY = timedelta(days=1)
Trait = Literal["name", "country", "sector"]


class NothingChanges(BadInput):
    """It is so already: give what is new."""

    code = "NOTHING_CHANGES"


class ChangedLater(DomainError):
    """This changed on a later day already: give a day after that, or correct the mistake."""

    code = "CHANGED_LATER"


class Traits(NamedTuple):
    """What can change of an organisation that stays one."""

    name: str
    country: str | None = None
    sector: str | None = None


class Era(NamedTuple):
    """What an organisation was from its first day on, until the next era begins."""

    starts_on: date | None
    traits: Traits


def traits_on(eras: Sequence[Era], day: date) -> Traits:
    """What it was on a day. The eras are in order; the first has no first day."""
    return next(
        one.traits for one in reversed(eras) if one.starts_on is None or one.starts_on <= day
    )


def changed(eras: Sequence[Era], trait: Trait, value: str, day: date) -> list[Era]:
    """The eras after a change of one trait on a day; the others stay what they were.

    Raises:
        NothingChanges: it was that on the day.
        ChangedLater: the trait changed on that day or a later one.
    """
    before = traits_on(eras, day - _DAY)
    if getattr(before, trait) == value:
        raise NothingChanges(f"The {trait} is {value} already: give the new one.").at(trait)
    for era in eras:
        since = era.starts_on is not None and era.starts_on >= day
        if since and getattr(era.traits, trait) != getattr(before, trait):
            raise ChangedLater(
                f"The {trait} changed on {era.starts_on} already: give a later day, or correct"
                " what is on record."
            ).at("effectiveOn")
    begun = [era for era in eras if era.starts_on is None or era.starts_on < day]
    later = [era for era in eras if era.starts_on is not None and era.starts_on >= day]
    if not later or later[0].starts_on != day:
        later = [Era(day, before), *later]
    return begun + [Era(one.starts_on, _with(one.traits, trait, value)) for one in later]


def _with(traits: Traits, trait: Trait, value: str) -> Traits:
    match trait:
        case "name":
            return traits._replace(name=value)
        case "country":
            return traits._replace(country=value)
        case "sector":
            return traits._replace(sector=value)
