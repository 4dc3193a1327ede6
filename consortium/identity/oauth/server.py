"""What every part of the authorization server is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from consortium.identity.oauth.keys import Keyring
from consortium.kernel.clock import Now
from consortium.storage.raw import Connection

# Whether an organisation is a member today: asked of a later feature, and wired by `web`.
IsMember = Callable[[Connection, int], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are, from the one address that the server is known by (RFC 8414, section 2)."""

    issuer: str

    @property
    def api(self) -> str:
        """The resource that access tokens are for (RFC 8707)."""
        return f"{self.issuer}/graphql"

    @property
    def token_endpoint(self) -> str:
        """Where tokens are made."""
        return f"{self.issuer}/oauth/token"

    @property
    def resource_metadata(self) -> str:
        """Where the API says who makes its tokens (RFC 9728, section 3.1)."""
        return f"{self.issuer}/.well-known/oauth-protected-resource/graphql"


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """The server's addresses, keys, clock, and its question about members."""

    addresses: Addresses
    keyring: Keyring
    is_member: IsMember
    now: Now
