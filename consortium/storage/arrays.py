"""Many rows of numbers at once, as an array: read by COPY in PostgreSQL's binary format.

The format is PostgreSQL's manual, COPY, "Binary Format": a header, and of each row the number of
its fields, then each field's length and bytes. Of numbers without nulls all rows are equally long,
so that the bytes are the array.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consortium.storage.connections import PoolConnection

# Types of columns, by what a field of the array is.
INTEGER: Final = ">i4"
BIGINT: Final = ">i8"
DOUBLE: Final = ">f8"

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = len(_SIGNATURE) + 8
_TRAILER = 2


class ArrayUnreadable(Exception):
    """The query gives other types than it was said to, or nulls."""


async def fetch_array(
    connection: PoolConnection, query: str, *args: Any, **columns: str
) -> NDArray[np.void]:
    """The rows of a query, with a field for each column by its name and type, in their order.

    Raises:
        ArrayUnreadable: the columns are not those types, or hold nulls.
    """
    received = bytearray()

    async def keep(data: bytes) -> None:
        received.extend(data)

    await connection.copy_from_query(query, *args, output=keep, format="binary")
    parts = [("fields", ">i2")]
    for name, kind in columns.items():
        parts += [(f"{name} bytes", ">i4"), (name, kind)]
    row = np.dtype(parts)
    body = memoryview(received)[_HEADER:-_TRAILER]
    if bytes(received[: len(_SIGNATURE)]) != _SIGNATURE or len(body) % row.itemsize:
        raise ArrayUnreadable
    rows = np.frombuffer(body, row)
    lengths = all(
        (rows[f"{name} bytes"] == np.dtype(kind).itemsize).all() for name, kind in columns.items()
    )
    if not lengths or (rows["fields"] != len(columns)).any():
        raise ArrayUnreadable
    return rows
