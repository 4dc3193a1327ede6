# pyright: basic
"""Authlib's grants in memory: RFC 6749 sections 4.1.3, 4.4 and 6, RFC 7636 section 4.6.

Authlib decides which grant a request is of, what it must hold, whether code, address, verifier and
scope fit, and what the answer is. Its hooks read `Facts`, which were fetched before, and collect
what is to be written afterwards; none of them waits for anything. The client was authenticated
before (`client_authentication` says why).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidGrantError,
    InvalidScopeError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge

from consortium.identity.oauth import errors
from consortium.identity.oauth.clients import Client
from consortium.identity.oauth.facts import Person, Presented
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.identity.rules.reuse import Use, use_of_code, use_of_refresh_token

GRANT_TYPES = {
    ClientKind.PUBLIC: frozenset({"authorization_code", "refresh_token"}),
    ClientKind.WEB: frozenset({"authorization_code", "refresh_token"}),
    ClientKind.SERVICE: frozenset({"client_credentials"}),
}
_ERRORS: dict[str, type[errors.OAuthError]] = {
    one.code: one
    for one in (
        errors.InvalidRequest,
        errors.InvalidGrant,
        errors.UnauthorizedClient,
        errors.UnsupportedGrantType,
        errors.InvalidScope,
    )
}
# Whether TLS is spoken is for the proxy to say; authlib would judge by the address.
_URI = "https://localhost/oauth/token"


@dataclass
class Facts:
    """What a token request is decided on, and what was decided."""

    client: Client
    now: datetime
    make_token: Callable[[tuple[str, ...]], dict[str, Any]]
    """Makes the answer for what is asked of scopes; empty where nothing was asked."""
    presented: Presented | None = None
    person: Person | None = None
    # Decided:
    used_up: bool = False
    revoked: bool = False


def decide(facts: Facts, form: Mapping[str, str]) -> dict[str, Any]:
    """The answer to a token request; `facts` then holds what is to be written.

    Raises:
        OAuthError: the request is refused; `facts.revoked` may be set all the same.
    """
    server = _Server(facts)
    request = _Request(form)
    try:
        grant: Any = server.get_token_grant(request)
        grant.validate_token_request()
        _, token, _ = grant.create_token_response()
    except OAuth2Error as error:
        # Descriptions that repeat what was sent are not passed on.
        known = _ERRORS[error.error or ""]
        raise known(_described(error)) from None
    return token


def _described(error: OAuth2Error) -> str | None:
    text = error.description or ""
    return text if 0 < len(text) < 100 else None


class _Request(OAuth2Request):
    def __init__(self, form: Mapping[str, str]) -> None:
        super().__init__("POST", _URI)
        self.payload: Any = BasicOAuth2Payload(dict(form))

    @property
    def form(self) -> Mapping[str, str]:
        return self.payload.data


@dataclass
class _Client:
    """A client, in authlib's words (ClientMixin)."""

    facts: Facts

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES[self.facts.client.kind]


@dataclass
class _Presented:
    """A code or refresh token, in authlib's words."""

    presented: Presented
    # What CodeChallenge compares with.
    code_challenge: str = field(init=False)
    code_challenge_method: str = "S256"

    def __post_init__(self) -> None:
        self.code_challenge = self.presented.code_challenge

    def get_redirect_uri(self) -> str:
        return self.presented.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.presented.grant.scopes)

    def check_client(self, client: _Client) -> bool:
        return self.presented.grant.client_row == client.facts.client.row


def _person(facts: Facts) -> Person:
    """The person, who must still be one who may sign in."""
    if facts.person is None or not facts.person.active:
        raise InvalidGrantError("The person's account or session has ended.")
    return facts.person


class _CodeGrant(AuthorizationCodeGrant):
    def query_authorization_code(self, code: str, client: _Client) -> _Presented | None:
        facts = self.server.facts
        one = facts.presented
        if one is None:
            return None
        use = use_of_code(one.used_at, one.expires_at, facts.now)
        facts.revoked = use is Use.STOLEN
        good = use is Use.GOOD and not one.grant.revoked
        given = _Presented(one)
        return given if good and given.check_client(client) else None

    def authenticate_user(self, authorization_code: _Presented) -> Person:
        return _person(self.server.facts)

    def delete_authorization_code(self, authorization_code: _Presented) -> None:
        self.server.facts.used_up = True


class _RefreshGrant(RefreshTokenGrant):
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> _Presented:
        facts = self.server.facts
        one = facts.presented
        if one is None:
            raise InvalidGrantError("The refresh token is not known.")
        use = use_of_refresh_token(one.used_at, one.expires_at, facts.now)
        facts.revoked = use is Use.STOLEN
        if use is not Use.GOOD or one.grant.revoked:
            raise InvalidGrantError("The refresh token was used, has expired or was revoked.")
        return _Presented(one)

    def authenticate_user(self, refresh_token: _Presented) -> Person:
        return _person(self.server.facts)

    def revoke_old_credential(self, refresh_token: _Presented) -> None:
        self.server.facts.used_up = True


class _Server(AuthorizationServer):
    """Authlib's server for one request."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts
        self.register_grant(_CodeGrant, [CodeChallenge(required=True)])
        self.register_grant(_RefreshGrant)
        self.register_grant(ClientCredentialsGrant)

    def authenticate_client(
        self, request: OAuth2Request, methods: list[str], endpoint: str = "token"
    ) -> _Client:
        """The client that was authenticated before."""
        none = self.facts.client.auth_method is AuthMethod.NONE
        request.auth_method = "none" if none else "confidential"
        return _Client(self.facts)

    def generate_token(self, grant_type: str, client: _Client, **asked: Any) -> dict[str, Any]:
        """The answer's token, or `invalid_scope` where it would carry nothing."""
        token = self.facts.make_token(tuple((asked.get("scope") or "").split()))
        if not token["scope"]:
            raise InvalidScopeError
        return token

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Nothing: what is written follows from the facts."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""
