"""What can be done with memberships and engagements, and how the profile's sums are kept."""

from consortium.membership.actions.profile import (
    catch_up,
    check_profile,
    put_off,
    rebuild_profile,
)

__all__ = ["catch_up", "check_profile", "put_off", "rebuild_profile"]
