"""Tortoise's asyncpg backend, connected by the DSN itself.

Tortoise takes its credentials apart and loses what libpq's addresses can say (unix sockets,
several hosts, TLS settings). Here asyncpg reads the whole DSN, exactly as the read pool does.
The name of this module must hold "asyncpg": Tortoise picks its schema editor by it.
"""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

# What Tortoise passes for each part of an address; the DSN says it all.
ADDRESS_PARTS = frozenset({"host", "port", "user", "password", "database"})


class DsnClient(AsyncpgDBClient):
    """A Tortoise client whose pool is opened from one DSN."""

    def __init__(self, dsn: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.dsn = dsn
        self.extra.pop("dsn", None)

    async def create_pool(self, **settings: Any) -> "asyncpg.Pool[Any]":
        """Open the pool. Settings other than the address's parts are asyncpg's own."""
        rest = {name: value for name, value in settings.items() if name not in ADDRESS_PARTS}
        return await asyncpg.create_pool(self.dsn, **rest)


client_class = DsnClient
