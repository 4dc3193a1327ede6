"""Engage an assurer, and end that. The history stays: rows are never taken away."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.kernel.errors import PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.membership.reads.engagements import ENGAGEMENTS
from consortium.membership.rules.engagements import Coverage, EngagementOver, check_engagement
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible

INSERT = """
INSERT INTO engagement (assurer_id, client_id, covers, starts_on, ends_on)
VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
KEPT = "SELECT assurer_id, client_id, ends_on, ended_at FROM engagement WHERE id = $1 FOR UPDATE"
END = "UPDATE engagement SET ended_at = now() WHERE id = $1"


class CreateEngagement(NamedTuple):
    """An assurer for a client, the caller's own organisation unless told; days included."""

    assurer: int
    covers: Coverage
    starts_on: date
    ends_on: date
    client: int | None = None


class EndEngagement(NamedTuple):
    """The engagement that ends now."""

    engagement: int


async def create_engagement(by: Principal, command: CreateEngagement, today: date) -> int:
    """Engage an assurer; returns the engagement's id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller manages no engagements of the client.
        BadInput: of itself, or ending before it starts.
    """
    client = by.organisation_id if command.client is None else command.client
    async with audited(by, "engagement:create", organisation_id=client) as open_:
        await require_visible(open_, ORGANISATIONS, command.assurer, by, today)
        if command.client is not None:
            await require_visible(open_, ORGANISATIONS, command.client, by, today)
        if client is None or not _manages(by, client):
            raise PermissionDenied
        check_engagement(command.assurer, client, command.starts_on, command.ends_on)
        about = (command.covers.value, command.starts_on, command.ends_on)
        key: int = await open_.fetchval(INSERT, command.assurer, client, *about)
    return key


async def end_engagement(by: Principal, command: EndEngagement, today: date) -> int:
    """End an engagement at once, by either party; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: it is not for the caller to end.
        EngagementOver: it has ended.
    """
    async with audited(by, "engagement:end", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, ENGAGEMENTS, command.engagement, by, today)
        [(assurer, client, ends_on, ended_at)] = await open_.fetch(KEPT, command.engagement)
        assures = by.may(Permission.FIGURES_ASSURE) and by.organisation_id == assurer
        if not (assures or _manages(by, client)):
            raise PermissionDenied
        if ended_at is not None or ends_on < today:
            raise EngagementOver
        await open_.execute(END, command.engagement)
    return command.engagement


def _manages(by: Principal, client_id: int) -> bool:
    """Whether the caller manages the client's engagements: its own admin, or the secretariat."""
    own = by.may(Permission.ENGAGEMENTS_MANAGE) and by.organisation_id == client_id
    return own or by.may(Permission.MEMBERSHIPS_MANAGE)
