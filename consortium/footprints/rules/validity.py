"""When a footprint may be used.

Source: PACT technical specification 3.0.3, "Validity Period". What is stated narrows the window of
three years that begins where the reference period ends.
"""

from datetime import MAXYEAR, datetime

from consortium.footprints.rules.facts import FootprintFacts

YEARS = 3


def window(reference_period_end: datetime) -> tuple[datetime, datetime]:
    """The first moment and the last at which a footprint of that reference period may be valid."""
    return reference_period_end, _years_later(reference_period_end, YEARS)


def validity(facts: FootprintFacts) -> tuple[datetime, datetime]:
    """From when to when a footprint is valid: as it states, else the whole window."""
    first, last = window(facts.pcf.reference_period_end)
    return facts.validity_period_start or first, facts.validity_period_end or last


def _years_later(at: datetime, years: int) -> datetime:
    """The anniversary, as far as there are dates; of a 29 February the 28th where there is none."""
    year = min(at.year + years, MAXYEAR)
    try:
        return at.replace(year=year)
    except ValueError:
        return at.replace(year=year, day=28)
