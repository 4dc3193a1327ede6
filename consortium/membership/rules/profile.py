"""The consortium's profile on a day: what counts, and how sums up to a day are kept and found.

* A member is who is one that day. Joining begins a spell as member that suspensions and procedures
  do not interrupt; leaving ends it, on the first day after it.
* The size of a year speaks from its 1 January until that of a later year does; before the first
  known year nothing is known. A size whose year is not stated speaks where no other does.
* Revenue is converted at the average rate of its own year, by each organisation to 4 decimals;
  without such a rate it is known and not converted.
"""

from datetime import date, timedelta

from consortium.kernel.periods import PeriodReversed

# A tree over so many levels of days reaches beyond the year 9999.
_LEVELS = 22


def nodes_to(day: date) -> list[int]:
    """The nodes of the binary indexed tree that together hold everything up to a day, inclusive.

    P. M. Fenwick, "A new data structure for cumulative frequency tables", 1994: a node holds as
    many days as its lowest bit says, the last of them its own number. The first day is 0001-01-01.
    """
    number = day.toordinal()
    return [number >> level << level for level in range(_LEVELS) if number >> level & 1]


def nodes_before(day: date) -> list[int]:
    """The nodes that hold everything before a day."""
    return [] if day == date.min else nodes_to(day - timedelta(days=1))


def year_to(day: date) -> date:
    """The first day of the year that ends on a day."""
    if day.year == date.min.year or day == date.max:
        return date(day.year, 1, 1)
    after = day + timedelta(days=1)
    # Where that is 29 February, the year before began on 1 March.
    month, first = (3, 1) if (after.month, after.day) == (2, 29) else (after.month, after.day)
    return date(after.year - 1, month, first)


def period_to(since: date | None, until: date) -> date:
    """The first day of a period: as given, else a year before its end. Raises PeriodReversed."""
    first = year_to(until) if since is None else since
    if first > until:
        raise PeriodReversed(f"The period from {first} would end on {until}, before it begins.")
    return first
