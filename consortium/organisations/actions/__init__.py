"""What can be done with organisations: each action is one transaction."""

from consortium.organisations.actions.beginnings import check_beginnings, rebuild_beginnings

__all__ = ["check_beginnings", "rebuild_beginnings"]
