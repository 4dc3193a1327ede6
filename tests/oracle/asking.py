"""Who asks what of which world, and when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from consortium.kernel.principal import Permission, Principal
from tests.oracle.world import Row, World

FIGURES = {"Claim", "Inventory"}


@dataclass(frozen=True, slots=True)
class Ask:
    """The context of one operation."""

    world: World
    principal: Principal
    today: date

    def sees(self, row: Row) -> bool:
        """PUBLIC: everyone. CONSORTIUM: members. All of them: their owner, and who may read all."""
        if row.kind not in FIGURES or row["visibility"] == "PUBLIC":
            return True
        rights = self.principal.rights
        if rights.may(Permission.FIGURES_READ_ALL):
            return True
        if rights.is_member and row["visibility"] == "CONSORTIUM":
            return True
        return rights.has_organisation and row["organisation_id"] == self.principal.organisation_id

    def seen(self, rows: list[Row]) -> list[Row]:
        """Those of the rows that the caller may see."""
        return [row for row in rows if self.sees(row)]

    def day(self, given: Any) -> date:
        """The day that was given, else today."""
        return self.today if given is None else given
