"""What can be done with inventories: each action is one transaction."""

from consortium.inventory.actions.record import InventoryFacts, record_inventory
from consortium.inventory.actions.visibility import SetInventoryVisibility, set_inventory_visibility

__all__ = [
    "InventoryFacts",
    "SetInventoryVisibility",
    "record_inventory",
    "set_inventory_visibility",
]
