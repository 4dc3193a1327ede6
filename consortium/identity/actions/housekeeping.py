"""Delete what has ended long ago."""

from datetime import datetime, timedelta

from consortium.audit.actions import audited
from consortium.identity.actions.throttle import forget_old
from consortium.kernel.principal import Principal

_KEPT = timedelta(days=30)
_SESSIONS = "DELETE FROM session WHERE expires_at < $1"
_LINKS = "DELETE FROM single_use_link WHERE expires_at < $1"
# A `jti` matters only while its assertion would be taken.
_ASSERTIONS = "DELETE FROM client_assertion WHERE expires_at < $1"


async def tidy(at: datetime) -> None:
    """Forget failures that slow nobody, used assertions, and what ended a month ago."""
    async with audited(Principal(), "system:tidy") as connection:
        await forget_old(connection, at)
        await connection.execute(_ASSERTIONS, at)
        await connection.execute(_SESSIONS, at - _KEPT)
        await connection.execute(_LINKS, at - _KEPT)
