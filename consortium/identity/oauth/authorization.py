"""What an authorization request asks, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime

from consortium.identity.oauth.clients import Client


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that was found to be in order; nothing of it has been agreed to yet."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_challenge: str
    resource: str
    prompt: frozenset[str]
    max_age: int | None
    login_hint: str | None


@dataclass(frozen=True, slots=True)
class Approval:
    """A person has agreed: who, in which session, for which organisation, to what."""

    account_id: int
    session_id: int | None
    organisation_id: int | None
    scopes: tuple[str, ...]
    authenticated_at: datetime
    methods: str
    """As in `Session.methods`: RFC 8176's words, separated by spaces."""


@dataclass(frozen=True, slots=True)
class Denial:
    """The person has not agreed, or could not be asked.

    `error` is one of RFC 6749's (`access_denied`) or of OpenID Connect Core's, section 3.1.2.6
    (`login_required`, `consent_required`, `interaction_required`, `account_selection_required`).
    """

    error: str = "access_denied"
