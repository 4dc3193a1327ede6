"""What records each kind of import: another kind is a workbook, a module as these, and a line."""

from collections.abc import Mapping
from typing import Final

from consortium.staging.actions.claims import ClaimRecording
from consortium.staging.actions.effects import EffectRecording
from consortium.staging.actions.recording import Recording
from consortium.staging.rules.kinds import ImportKind

RECORDINGS: Final[Mapping[ImportKind, type[Recording]]] = {
    ImportKind.EFFECTS: EffectRecording,
    ImportKind.CLAIMS: ClaimRecording,
}
