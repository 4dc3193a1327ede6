"""Who may see an inventory."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.inventory.reads import INVENTORIES
from consortium.kernel.principal import Principal
from consortium.kernel.visibility import Visibility, check_visibility_change
from consortium.query.visible import require_visible

KEPT = "SELECT organisation_id, visibility FROM inventory WHERE id = $1 FOR UPDATE"
CHANGE = "UPDATE inventory SET visibility = $2 WHERE id = $1"


class SetInventoryVisibility(NamedTuple):
    """Who shall see an inventory."""

    inventory: int
    visibility: Visibility


async def set_inventory_visibility(
    by: Principal, command: SetInventoryVisibility, today: date
) -> int:
    """Show an inventory to more or fewer; returns its id. NotFound, PermissionDenied: unchanged."""
    key, shown = command
    async with audited(by, "inventory:set-visibility", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, INVENTORIES, key, by, today)
        [(owner, before)] = await open_.fetch(KEPT, key)
        check_visibility_change(by, owner, Visibility(before), shown)
        if before != shown:
            await open_.execute(CHANGE, key, shown.value)
    return key
