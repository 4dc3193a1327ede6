"""Which reader a file of a chain is for."""

from collections.abc import Callable, Mapping
from typing import Final

from consortium.documents.csv import FileUnreadable
from consortium.value_chains.imports.openlca import read_openlca
from consortium.value_chains.imports.tables import read_chain_csv, read_chain_workbook
from consortium.value_chains.rules.stated import StatedSystem

# How a file's name ends -> what reads it.
READERS: Final[Mapping[str, Callable[[str, bytes], StatedSystem]]] = {
    ".csv": read_chain_csv,
    ".xlsx": read_chain_workbook,
    ".zip": read_openlca,
}


class ChainFormatUnknown(FileUnreadable):
    """A value chain comes as CSV, as a workbook (.xlsx), or from openLCA as JSON-LD (.zip)."""

    code = "CHAIN_FORMAT_UNKNOWN"


def read_chain(name: str, data: bytes) -> StatedSystem:
    """What a file states, by the ending of its name.

    Raises FileUnreadable: no reader is for it, or it is not what its name says.
    """
    reader = READERS.get("." + name.lower().rpartition(".")[2])
    if reader is None:
        raise ChainFormatUnknown
    return reader(name, data)
