"""Put a mail into the outbox, in the transaction that gives cause for it."""

import json
from collections.abc import Mapping

from consortium.storage.raw import Connection

_INSERT = "INSERT INTO outbox_mail (recipient, template, data) VALUES ($1, $2, $3)"


async def enqueue(connection: Connection, to: str, template: str, data: Mapping[str, str]) -> None:
    """Let this mail be sent once the transaction has been committed.

    `template` is a file of `outbox/templates` without its ending; `data` is what it names.
    """
    await connection.execute(_INSERT, to, template, json.dumps(dict(data)))
