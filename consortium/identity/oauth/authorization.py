"""The authorization endpoint: RFC 6749 section 4.1, with RFC 7636, 8252, 8707, 9207 and 9700.

Own functions in place of authlib's: there PKCE is left out by whoever sends none, and parameters
that OpenID Connect and RFC 8707 add would each need a hook. Here a request is read once, whole.

A client that is not known or a redirect address that is not its own raises `NotOurClient`, told on
a page: redirecting would make this server an open redirector (RFC 9700, section 4.11.2). Everything
else raises `SentBack`, which holds where the browser goes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from consortium.audit.actions import audited
from consortium.identity.oauth.clients import Client, find_client
from consortium.identity.oauth.errors import OAuthError
from consortium.identity.oauth.server import AuthorizationServer
from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.rules.clients import ClientKind
from consortium.identity.rules.redirects import registered
from consortium.identity.rules.scopes import OFFLINE_ACCESS, OPENID_SCOPES, SCOPES, read_scope
from consortium.kernel.principal import Principal
from consortium.storage.raw import Connection

CODE_LIFETIME = timedelta(seconds=60)
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
# Longer ones are no honest client's, and would go into the address that is answered with.
PARAMETER_MAX = 4096
_S256 = re.compile(r"[A-Za-z0-9_-]{43}")
_MAX_AGE = re.compile(r"[0-9]{1,9}")
# RFC 8707, section 2: several resources may be named.
_REPEATABLE = frozenset({"resource"})

_GRANT = """
INSERT INTO oauth_grant
    (client_id, account_id, organisation_id, session_id, scope, resource, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
_CODE = """
INSERT INTO authorization_code
    (grant_id, code_sha256, redirect_uri, code_challenge, nonce, authenticated_at, methods,
     expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

Parameters = Sequence[tuple[str, str]]


class NotOurClient(OAuthError):
    """The client or its redirect address is not known here, so the browser is sent nowhere."""

    code = "invalid_request"


class SentBack(Exception):
    """The request is refused; the browser goes back to the client with the error."""

    def __init__(self, location: str) -> None:
        super().__init__("The authorization request is refused.")
        self.location = location


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


async def read_authorization(
    server: AuthorizationServer, connection: Connection, parameters: Parameters
) -> AuthorizationRequest:
    """The request, checked whole before anybody is asked anything.

    Raises:
        NotOurClient: to be told on a page.
        SentBack: to be redirected.
    """
    given = {name: value for name, value in parameters if value}
    repeated = {name for name, _ in parameters if _count(parameters, name) > 1} - _REPEATABLE
    client = await _known_client(server, connection, given, repeated)
    redirect_uri = _own_address(client, given, repeated)
    try:
        return _checked(server, client, redirect_uri, parameters, repeated)
    except _Refused as refused:
        state = None if "state" in repeated else _state_of(given)
        location = _sent_back(server, redirect_uri, state, refused.error, refused.description)
        raise SentBack(location) from None


async def grant_code(
    server: AuthorizationServer,
    connection: Connection,
    request: AuthorizationRequest,
    approval: Approval,
) -> str:
    """Where the browser goes with a new code; inside the caller's transaction."""
    now = server.now()
    agreed = tuple(scope for scope in request.scopes if scope in approval.scopes)
    about = (request.client.row, approval.account_id, approval.organisation_id)
    by = Principal(
        account_id=about[1], client_id=about[0], organisation_id=approval.organisation_id
    )
    async with audited(by, "grant:create", organisation_id=approval.organisation_id):
        scope = " ".join(agreed)
        grant_id = await connection.fetchval(
            _GRANT, *about, approval.session_id, scope, request.resource, now
        )
    code = new_token()
    await connection.execute(
        _CODE,
        grant_id,
        sha256(code),
        request.redirect_uri,
        request.code_challenge,
        request.nonce,
        approval.authenticated_at,
        approval.methods,
        now + CODE_LIFETIME,
    )
    answer = {"code": code, "state": request.state, "iss": server.addresses.issuer}
    return _with_query(request.redirect_uri, answer)


def denied(server: AuthorizationServer, request: AuthorizationRequest, denial: Denial) -> str:
    """Where the browser goes when the person did not agree (RFC 6749, section 4.1.2.1)."""
    return _sent_back(server, request.redirect_uri, request.state, denial.error, None)


class _Refused(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def _count(parameters: Parameters, name: str) -> int:
    return sum(one == name for one, _ in parameters)


async def _known_client(
    server: AuthorizationServer,
    connection: Connection,
    given: dict[str, str],
    repeated: set[str],
) -> Client:
    if "client_id" in repeated or "client_id" not in given:
        raise NotOurClient("The address does not say which program sent you here.")
    client = await find_client(connection, given["client_id"], server.addresses.issuer)
    if client is None or client.kind is ClientKind.SERVICE:
        raise NotOurClient("The program that sent you here is not known.")
    return client


def _own_address(client: Client, given: dict[str, str], repeated: set[str]) -> str:
    """The redirect address, which is always named, even where there is only one."""
    if "redirect_uri" in repeated or "redirect_uri" not in given:
        raise NotOurClient("The address does not say where to go afterwards.")
    if not registered(given["redirect_uri"], client.redirect_uris):
        raise NotOurClient("The program that sent you here names an address that is not its own.")
    return given["redirect_uri"]


def _checked(
    server: AuthorizationServer,
    client: Client,
    redirect_uri: str,
    parameters: Parameters,
    repeated: set[str],
) -> AuthorizationRequest:
    given = {name: value for name, value in parameters if value}
    if repeated:
        raise _Refused("invalid_request", "A parameter is repeated.")
    for name, value in given.items():
        if "\0" in value or len(value) > PARAMETER_MAX or "\0" in name:
            raise _Refused("invalid_request", "A parameter is too long or holds a null byte.")
    _check_response(given)
    resources = [value for name, value in parameters if name == "resource" and value]
    if any(one != server.addresses.api for one in resources):
        raise _Refused("invalid_target", f"The resource is {server.addresses.api}.")
    return AuthorizationRequest(
        client=client,
        redirect_uri=redirect_uri,
        scopes=_scopes(client, given.get("scope")),
        state=given.get("state"),
        nonce=given.get("nonce"),
        code_challenge=_challenge(given),
        resource=server.addresses.api,
        prompt=_prompt(given.get("prompt")),
        max_age=_max_age(given.get("max_age")),
        login_hint=given.get("login_hint"),
    )


def _check_response(given: dict[str, str]) -> None:
    # OpenID Connect Core 1.0, sections 3.1.2.6 and 6: requests as objects are not taken.
    for name, error in (
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
    ):
        if name in given:
            raise _Refused(error, f"{name} is not supported.")
    if "response_type" not in given:
        raise _Refused("invalid_request", "response_type is missing.")
    if given["response_type"] != "code":
        raise _Refused("unsupported_response_type", "response_type is code.")
    if given.get("response_mode", "query") != "query":
        raise _Refused("invalid_request", "response_mode is query.")


def _challenge(given: dict[str, str]) -> str:
    """RFC 7636, section 4.4.1; RFC 9700, section 2.1.1: S256, from every client."""
    if given.get("code_challenge_method") != "S256":
        raise _Refused("invalid_request", "PKCE is required, with code_challenge_method S256.")
    challenge = given.get("code_challenge", "")
    if not _S256.fullmatch(challenge):
        raise _Refused("invalid_request", "code_challenge is 43 characters of base64url.")
    return challenge


def _scopes(client: Client, text: str | None) -> tuple[str, ...]:
    """What was asked for and is open to the client; unknown scopes are left out.

    Without `scope`, whatever concerns the API (RFC 6749, section 3.3).
    """
    asked = read_scope(text) or tuple(s for s in client.scopes if s not in OPENID_SCOPES)
    scopes = tuple(scope for scope in asked if scope in client.scopes and scope in SCOPES)
    if not set(scopes) - {OFFLINE_ACCESS}:
        raise _Refused("invalid_scope", "Nothing of this scope is open to the client.")
    return scopes


def _prompt(text: str | None) -> frozenset[str]:
    """OpenID Connect Core 1.0, section 3.1.2.1."""
    prompts = frozenset((text or "").split())
    if not prompts <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise _Refused("invalid_request", "prompt is none, or of login, consent, select_account.")
    return prompts


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not _MAX_AGE.fullmatch(text):
        raise _Refused("invalid_request", "max_age is a number of seconds.")
    return int(text)


def _state_of(given: dict[str, str]) -> str | None:
    state = given.get("state")
    return state if state and len(state) <= PARAMETER_MAX else None


def _sent_back(
    server: AuthorizationServer,
    redirect_uri: str,
    state: str | None,
    error: str,
    description: str | None,
) -> str:
    answer = {"error": error, "error_description": description, "state": state}
    return _with_query(redirect_uri, {**answer, "iss": server.addresses.issuer})


def _with_query(uri: str, parameters: dict[str, str | None]) -> str:
    """The address with these added (RFC 6749, section 3.1.2: its own query is kept)."""
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return f"{uri}{'&' if '?' in uri else '?'}{query}"
