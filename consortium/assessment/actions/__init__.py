"""What can be done with assessed claims: each action is one transaction."""

from consortium.assessment.actions.totals import (
    advance_totals,
    check_assessed_totals,
    rebuild_totals,
)

__all__ = ["advance_totals", "check_assessed_totals", "rebuild_totals"]
