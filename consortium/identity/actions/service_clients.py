"""An organisation's own service clients, as an API's caller manages them."""

from datetime import date
from typing import NamedTuple

from consortium.identity.actions.clients import (
    ClientFacts,
    NewClient,
    create_client,
    disable_client,
    rotate_secret,
)
from consortium.identity.reads import SERVICE_CLIENTS
from consortium.identity.rules.authority import (
    ClientWithdrawn,
    check_client_scopes,
    check_manages_clients,
    organisation_meant,
)
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

KEPT = "SELECT client_id, organisation_id, disabled_at FROM oauth_client WHERE id = $1 FOR UPDATE"


class CreateServiceClient(NamedTuple):
    """A system with what it may ask for; of the caller's own organisation unless told."""

    name: str
    scopes: tuple[str, ...]
    organisation: int | None = None


class RotateClientSecret(NamedTuple):
    """The client that gets a new secret."""

    client: int


class DisableServiceClient(NamedTuple):
    """The client that is withdrawn."""

    client: int


class WithSecret(NamedTuple):
    """A client's row, and the secret that is shown this once."""

    key: int
    secret: str


async def create_service_client(
    by: Principal, command: CreateServiceClient, today: date
) -> WithSecret:
    """Make a client that acts for an organisation; it proves itself by its secret.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller does not manage its clients.
        BadInput: the name, or a scope that such a client cannot have.
    """
    organisation = organisation_meant(by, command.organisation)
    async with transaction() as client:
        open_ = raw(client)
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        check_manages_clients(by, organisation)
        check_client_scopes(by, command.scopes)
        facts = ClientFacts(
            name=command.name,
            kind=ClientKind.SERVICE,
            auth_method=AuthMethod.CLIENT_SECRET_BASIC,
            scopes=command.scopes,
            organisation_id=organisation,
        )
        return _shown(await create_client(by, facts))


async def rotate_client_secret(
    by: Principal, command: RotateClientSecret, today: date
) -> WithSecret:
    """Give a client a new secret; the old one stops at once. NotFound, PermissionDenied."""
    async with transaction() as client:
        open_ = raw(client)
        client_id = await _managed(open_, by, command.client, today)
        return _shown(await rotate_secret(by, client_id))


async def disable_service_client(by: Principal, command: DisableServiceClient, today: date) -> int:
    """Withdraw a client for good, with all that was granted to it. NotFound, PermissionDenied."""
    async with transaction() as client:
        open_ = raw(client)
        await disable_client(by, await _managed(open_, by, command.client, today))
    return command.client


def _shown(new: NewClient) -> WithSecret:
    return WithSecret(new.row, new.secret or "")


async def _managed(connection: Connection, by: Principal, client: int, today: date) -> str:
    """Lock a client that is the caller's to manage and was not withdrawn; its identifier."""
    await require_visible(connection, SERVICE_CLIENTS, client, by, today)
    [(client_id, organisation, disabled_at)] = await connection.fetch(KEPT, client)
    check_manages_clients(by, organisation)
    if disabled_at is not None:
        raise ClientWithdrawn
    return str(client_id)
