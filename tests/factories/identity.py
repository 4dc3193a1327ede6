"""People, their roles, and programs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.factories.rows import Connection, insert, number


async def create_account(connection: Connection, **values: Any) -> int:
    """A person with an address that nobody else has, who cannot sign in."""
    at = number()
    defaults = {"subject": f"subject-{at}", "email": f"person{at}@example.org", "name": ""}
    return await insert(connection, "account", **defaults | values)


async def create_role(
    connection: Connection, account_id: int, organisation_id: int, role: str
) -> int:
    """A role of a person."""
    ends = {"account_id": account_id, "organisation_id": organisation_id}
    return await insert(connection, "role_grant", role=role, **ends)


async def create_invitation(connection: Connection, organisation_id: int, **values: Any) -> int:
    """An invitation to view, for a week."""
    defaults = {
        "purpose": "INVITATION",
        "token_sha256": f"hash-{number()}",
        "email": f"guest{number()}@example.org",
        "roles": "VIEWER",
        "expires_at": datetime.now(UTC) + timedelta(days=7),
        "organisation_id": organisation_id,
    }
    return await insert(connection, "single_use_link", **defaults | values)


async def create_service_client(
    connection: Connection, organisation_id: int | None, **values: Any
) -> int:
    """A system that reads figures."""
    defaults = {
        "client_id": f"client-{number()}",
        "name": "A system",
        "kind": "SERVICE",
        "auth_method": "CLIENT_SECRET_BASIC",
        "secret_sha256": f"hash-{number()}",
        "scopes": "figures:read",
        "organisation_id": organisation_id,
    }
    return await insert(connection, "oauth_client", **defaults | values)


async def create_identity_provider(
    connection: Connection, organisation_id: int, **values: Any
) -> int:
    """A provider of an organisation's people."""
    at = number()
    defaults = {
        "name": f"Provider {at}",
        "issuer": f"https://idp{at}.example.org",
        "client_id": "consortium",
        "client_secret_sealed": f"sealed-{at}",
        "organisation_id": organisation_id,
    }
    return await insert(connection, "identity_provider", **defaults | values)
