"""What can be imported: each kind is a workbook of its own."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from consortium.documents.sheets import Sheet
from consortium.staging.rules.claim_sheets import CLAIM_SHEETS
from consortium.staging.rules.effect_sheets import EFFECT_SHEETS

# In all sheets together: what is checked within seconds, while somebody waits.
ROWS_MAX: Final = 5_000


class ImportKind(StrEnum):
    """What the rows of an import are."""

    EFFECTS = "EFFECTS"
    CLAIMS = "CLAIMS"


SHEETS_OF: Final[Mapping[ImportKind, tuple[Sheet, ...]]] = {
    ImportKind.EFFECTS: EFFECT_SHEETS,
    ImportKind.CLAIMS: CLAIM_SHEETS,
}
