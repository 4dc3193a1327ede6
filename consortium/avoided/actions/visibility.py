"""Who may see a claim; the sums of everyone follow in the same transaction."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.avoided.actions.standings import refresh
from consortium.avoided.reads.claims import CLAIMS
from consortium.kernel.principal import Principal
from consortium.kernel.visibility import Visibility, check_visibility_change
from consortium.query.visible import require_visible

KEPT = "SELECT organisation_id, visibility FROM avoided_claim WHERE id = $1"
CHANGE = "UPDATE avoided_claim SET visibility = $2 WHERE id = $1"


class SetClaimVisibility(NamedTuple):
    """Who shall see a claim."""

    claim: int
    visibility: Visibility


async def set_claim_visibility(by: Principal, command: SetClaimVisibility, today: date) -> int:
    """Show a claim to more or fewer; returns its id.

    NotFound where the caller sees no such claim, PermissionDenied where it may not change it:
    nothing is changed then.
    """
    key, shown = command
    async with audited(by, "claim:set-visibility", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, CLAIMS, key, by, today)
        # Asked before any lock, so that nobody holds up others with what it may not do.
        [(owner, before)] = await open_.fetch(KEPT, key)
        check_visibility_change(by, owner, Visibility(before), shown)
        # Before any row: whoever recomputes standings holds this lock while it touches claims.
        await open_.execute("SELECT avoided_total_lock()")
        [(owner, before)] = await open_.fetch(f"{KEPT} FOR UPDATE", key)
        check_visibility_change(by, owner, Visibility(before), shown)
        if before != shown:
            await open_.execute(CHANGE, key, shown.value)
            await refresh([owner], today=today)
    return key
