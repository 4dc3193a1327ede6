"""A PostgreSQL of the program's own: binaries from a wheel, started, watched and stopped here."""

from consortium.storage.embedded.cluster import USER
from consortium.storage.embedded.server import EmbeddedServer, embedded_server

__all__ = ["USER", "EmbeddedServer", "embedded_server"]
