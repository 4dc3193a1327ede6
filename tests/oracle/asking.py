"""Who asks what of which world, and when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from consortium.kernel.principal import Permission, Principal
from tests.oracle.world import Row, World

FIGURES = {"Claim", "Inventory"}
AUDITED = {"AuditEntry", "AuditChange", "AuditActor", "AuditClient"}


@dataclass(frozen=True, slots=True)
class Ask:
    """The context of one operation."""

    world: World
    principal: Principal
    today: date

    def sees(self, row: Row) -> bool:
        """PUBLIC: everyone. CONSORTIUM: members. All of them: their owner, and who may read all."""
        if row.kind in AUDITED:
            return self._audits(row)
        if row.kind not in FIGURES or row["visibility"] == "PUBLIC":
            return True
        rights = self.principal.rights
        if rights.may(Permission.FIGURES_READ_ALL):
            return True
        if rights.is_member and row["visibility"] == "CONSORTIUM":
            return True
        return rights.has_organisation and row["organisation_id"] == self.principal.organisation_id

    def _audits(self, row: Row) -> bool:
        """All of it: auditors. What an organisation did or suffered: those who read its trail."""
        rights = self.principal.rights
        if rights.may(Permission.AUDIT_READ_ALL):
            return True
        if not rights.may(Permission.AUDIT_READ):
            return False
        if row.kind == "AuditChange":
            entry = self.world.get("AuditEntry", row["entry_id"])
            return entry is not None and self._audits(entry)
        own = self.principal.organisation_id
        return row.kind != "AuditEntry" or (
            own is not None and own in (row["organisation_id"], row["acting_organisation_id"])
        )

    def seen(self, rows: list[Row]) -> list[Row]:
        """Those of the rows that the caller may see."""
        return [row for row in rows if self.sees(row)]

    def day(self, given: Any) -> date:
        """The day that was given, else today."""
        return self.today if given is None else given
