"""An organisation's own service clients: made, given a new secret, withdrawn."""

import secrets
from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.reads import SERVICE_CLIENTS
from consortium.identity.rules.administration import (
    ClientWithdrawn,
    check_client_scopes,
    check_manages_clients,
)
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.kernel.errors import BadInput, NotFound
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

NAME_MAX = 100
INSERT = """
INSERT INTO oauth_client
    (client_id, name, kind, organisation_id, auth_method, secret_sha256, scopes)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
KEPT = "SELECT organisation_id, disabled_at FROM oauth_client WHERE id = $1 FOR UPDATE"
ROTATE = "UPDATE oauth_client SET secret_sha256 = $2 WHERE id = $1"
DISABLE = "UPDATE oauth_client SET disabled_at = now() WHERE id = $1"
END_GRANTS = "UPDATE oauth_grant SET revoked_at = now() WHERE client_id = $1 AND revoked_at IS NULL"


class ClientNameInvalid(BadInput):
    """A client's name has 1 to 100 printable characters."""

    code = "CLIENT_NAME_INVALID"


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
    organisation = by.organisation_id if command.organisation is None else command.organisation
    if organisation is None:
        raise NotFound
    secret, name = new_token(), command.name.strip()
    async with audited(by, "client:create", organisation_id=organisation) as open_:
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        check_manages_clients(by, organisation)
        if not 0 < len(name) <= NAME_MAX or not name.isprintable():
            raise ClientNameInvalid().at("name")
        check_client_scopes(by, command.scopes)
        key: int = await open_.fetchval(
            INSERT,
            f"service-{secrets.token_hex(8)}",
            name,
            ClientKind.SERVICE.value,
            organisation,
            AuthMethod.CLIENT_SECRET_BASIC.value,
            sha256(secret),
            " ".join(dict.fromkeys(command.scopes)),
        )
    return WithSecret(key, secret)


async def rotate_client_secret(
    by: Principal, command: RotateClientSecret, today: date
) -> WithSecret:
    """Give a client a new secret; the old one stops at once. NotFound, PermissionDenied."""
    secret = new_token()
    async with audited(by, "client:rotate-secret", organisation_id=by.organisation_id) as open_:
        await _managed(open_, by, command.client, today)
        await open_.execute(ROTATE, command.client, sha256(secret))
    return WithSecret(command.client, secret)


async def disable_service_client(by: Principal, command: DisableServiceClient, today: date) -> int:
    """Withdraw a client for good, with all that was granted to it. NotFound, PermissionDenied."""
    async with audited(by, "client:disable", organisation_id=by.organisation_id) as open_:
        await _managed(open_, by, command.client, today)
        await open_.execute(DISABLE, command.client)
        await open_.execute(END_GRANTS, command.client)
    return command.client


async def _managed(connection: Connection, by: Principal, client: int, today: date) -> None:
    """Lock a client that is the caller's to manage and was not withdrawn."""
    await require_visible(connection, SERVICE_CLIENTS, client, by, today)
    [(organisation, disabled_at)] = await connection.fetch(KEPT, client)
    check_manages_clients(by, organisation)
    if disabled_at is not None:
        raise ClientWithdrawn
