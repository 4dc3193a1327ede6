"""What can be done with avoided emissions: each action is one transaction."""

from consortium.avoided.actions.checks import Difference, check_totals
from consortium.avoided.actions.standings import Refreshed, advance, rebuild_all, refresh

__all__ = ["Difference", "Refreshed", "advance", "check_totals", "rebuild_all", "refresh"]
