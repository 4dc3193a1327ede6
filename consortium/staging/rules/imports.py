"""The life of an import: it is open until it is committed or discarded, each as a whole."""

from enum import StrEnum

from consortium.kernel.errors import BadInput, DomainError


class ImportStatus(StrEnum):
    """Where an import stands."""

    OPEN = "OPEN"
    COMMITTED = "COMMITTED"
    DISCARDED = "DISCARDED"


class ImportEnded(DomainError):
    """The import was committed or discarded: send the file again to begin anew."""

    code = "IMPORT_ENDED"


class ImportFaulty(DomainError):
    """Some rows of the import cannot be recorded: nothing was. Correct or remove them first."""

    code = "IMPORT_FAULTY"


class ImportEmpty(BadInput):
    """There is no row in the file: nothing would be recorded."""

    code = "IMPORT_EMPTY"


class CellUnknown(BadInput):
    """The import has no such row, or its sheet has no such column."""

    code = "IMPORT_CELL_UNKNOWN"


class CorrectionsTooMany(BadInput):
    """At most 500 cells are corrected at once."""

    code = "IMPORT_CORRECTIONS_TOO_MANY"


CORRECTIONS_MAX = 500
