"""The token endpoint: one transaction around authlib's decision (RFC 6749, section 3.2).

Refresh tokens are given to who was granted `offline_access` (OpenID Connect Core 1.0, section 11),
live thirty days from each use, and end with their grant, with the account, and with the session
when that is revoked; not when it merely expires. A refresh gives what the grant holds and the
person's roles allow *today*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from consortium.audit.actions import audited
from consortium.identity.oauth.access_tokens import LIFETIME, AccessToken, sign_access_token
from consortium.identity.oauth.client_authentication import authenticate_client
from consortium.identity.oauth.clients import Client
from consortium.identity.oauth.errors import (
    InvalidRequest,
    InvalidTarget,
    OAuthError,
    UnauthorizedClient,
)
from consortium.identity.oauth.facts import (
    Person,
    Presented,
    find_code,
    find_person,
    find_refresh_token,
)
from consortium.identity.oauth.openid import sign_id_token
from consortium.identity.oauth.protocol import Facts, decide
from consortium.identity.oauth.server import AuthorizationServer
from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.rules.clients import ClientKind
from consortium.identity.rules.scopes import (
    OFFLINE_ACCESS,
    OPENID,
    scopes_for_person,
    scopes_for_service,
)
from consortium.kernel.principal import Principal
from consortium.storage.raw import Connection

REFRESH_LIFETIME = timedelta(days=30)

_REDEEMED = "UPDATE authorization_code SET redeemed_at = $2 WHERE id = $1"
_ROTATED = "UPDATE refresh_token SET rotated_at = $2 WHERE id = $1"
_REVOKE = "UPDATE oauth_grant SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"
_NEW_REFRESH = """
INSERT INTO refresh_token (grant_id, token_sha256, issued_at, expires_at) VALUES ($1, $2, $3, $4)
"""
# A token names its grant, which is written only when the token was made.
_NUMBER = "SELECT nextval(pg_get_serial_sequence('oauth_grant', 'id'))"
_NEW_GRANT = """
INSERT INTO oauth_grant (id, client_id, organisation_id, scope, resource, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A token request as it came."""

    form: Mapping[str, str]
    resources: tuple[str, ...]
    authorization: str | None


async def answer_token_request(
    server: AuthorizationServer, connection: Connection, asked: Asked
) -> dict[str, Any] | OAuthError:
    """The answer, or the refusal: returned, not raised, since the transaction is to be kept."""
    try:
        # First: a code or token that is presented means something only from who proved itself.
        client = await authenticate_client(server, connection, asked.authorization, asked.form)
        facts, issue = await _fetched(server, connection, client, asked)
    except OAuthError as refused:
        return refused
    try:
        answer: dict[str, Any] | OAuthError = decide(facts, asked.form)
    except OAuthError as refused:
        answer = refused
    await _write(connection, facts, issue, refused=isinstance(answer, OAuthError))
    return answer


async def revoke_grant(
    connection: Connection, grant_row: int, client: Client, now: datetime, *, note: str = ""
) -> None:
    """End a grant with all its tokens; through this client, inside the caller's transaction."""
    by = Principal(client_id=client.row, organisation_id=client.organisation_id)
    async with audited(by, "grant:revoke", note=note):
        await connection.execute(_REVOKE, grant_row, now)


@dataclass
class _Issue:
    """Makes the tokens of one answer, and keeps what of them is to be written."""

    server: AuthorizationServer
    client: Client
    now: datetime
    presented: Presented | None = None
    person: Person | None = None
    # The number of the grant that a service is about to get.
    new_grant: int | None = None
    service_is_member: bool = False
    refresh_token: str | None = None

    def __call__(self, asked: tuple[str, ...]) -> dict[str, Any]:
        """The answer of RFC 6749, section 5.1, with what of these scopes can be given."""
        if self.presented is None or self.person is None:
            scopes = scopes_for_service(asked, self.client.scopes)
            return self._answer(scopes, self._service_token(scopes))
        return self._for_person(asked, self.presented, self.person)

    def _for_person(
        self, asked: tuple[str, ...], presented: Presented, person: Person
    ) -> dict[str, Any]:
        """With an ID token for a code, and a refresh token, where these were granted."""
        granted = presented.grant.scopes
        wanted = tuple(scope for scope in asked if scope in granted)
        scopes = scopes_for_person(wanted, self.client.scopes, person.permissions)
        answer = self._answer(scopes, self._person_token(scopes, presented, person))
        if OFFLINE_ACCESS in granted and OFFLINE_ACCESS in self.client.scopes:
            self.refresh_token = answer["refresh_token"] = new_token()
        if OPENID in scopes and presented.sign_in is not None:
            answer["id_token"] = sign_id_token(
                self.server, self.client, person, presented.grant, presented.sign_in, answer
            )
        return answer

    def _answer(self, scopes: tuple[str, ...], token: AccessToken) -> dict[str, Any]:
        """The scope is always told: it may be less than was asked for."""
        return {
            "access_token": sign_access_token(token, self.server.keyring.signer(), self.now),
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": " ".join(scopes),
        }

    def _person_token(
        self, scopes: tuple[str, ...], presented: Presented, person: Person
    ) -> AccessToken:
        return AccessToken(
            issuer=self.server.addresses.issuer,
            resource=presented.grant.resource,
            subject=person.subject,
            client_id=self.client.client_id,
            scopes=scopes,
            grant_row=presented.grant.row,
            client_row=self.client.row,
            account_row=person.row,
            organisation_id=person.organisation_id,
            is_member=person.is_member,
        )

    def _service_token(self, scopes: tuple[str, ...]) -> AccessToken:
        """The subject is the client itself (RFC 9068, section 2.2)."""
        return AccessToken(
            issuer=self.server.addresses.issuer,
            resource=self.server.addresses.api,
            subject=self.client.client_id,
            client_id=self.client.client_id,
            scopes=scopes,
            grant_row=self.new_grant,
            client_row=self.client.row,
            account_row=None,
            organisation_id=self.client.organisation_id,
            is_member=self.service_is_member,
        )


async def _fetched(
    server: AuthorizationServer, connection: Connection, client: Client, asked: Asked
) -> tuple[Facts, _Issue]:
    """Everything that the decision may ask for."""
    if any(one != server.addresses.api for one in asked.resources):
        raise InvalidTarget(f"The resource is {server.addresses.api}.")
    issue = _Issue(server, client, server.now())
    match asked.form.get("grant_type"):
        case None:
            raise InvalidRequest("`grant_type` is missing.")
        case "authorization_code" if "code" in asked.form:
            issue.presented = await find_code(connection, asked.form["code"])
        case "refresh_token" if "refresh_token" in asked.form:
            issue.presented = await find_refresh_token(connection, asked.form["refresh_token"])
        case "client_credentials" if client.kind is ClientKind.SERVICE:
            await _prepare_service(connection, issue)
        case _:
            # Authlib says what is wrong with the others.
            pass
    # Who comes too late needs no more than the row that says so.
    if issue.presented is not None and issue.presented.used_at is None:
        grant = issue.presented.grant
        issue.person = await find_person(connection, grant, server.is_member)
    return Facts(client, issue.now, issue, issue.presented, issue.person), issue


async def _prepare_service(connection: Connection, issue: _Issue) -> None:
    """A service acts for its organisation, and for nobody without one."""
    organisation_id = issue.client.organisation_id
    if organisation_id is None:
        raise UnauthorizedClient("This client belongs to no organisation.")
    issue.service_is_member = await issue.server.is_member(connection, organisation_id)
    issue.new_grant = await connection.fetchval(_NUMBER)


async def _write(connection: Connection, facts: Facts, issue: _Issue, *, refused: bool) -> None:
    """Write what was decided; the locks of `facts` are still held."""
    one = facts.presented
    if one is None:
        if issue.new_grant is not None and not refused:
            scope, resource = " ".join(issue.client.scopes), issue.server.addresses.api
            row, organisation_id = issue.client.row, issue.client.organisation_id
            by = Principal(client_id=row, organisation_id=organisation_id)
            async with audited(by, "grant:create", organisation_id=organisation_id):
                about = (issue.new_grant, row, organisation_id, scope, resource)
                await connection.execute(_NEW_GRANT, *about, issue.now)
        return
    if facts.revoked and not one.grant.revoked:
        note = "what works once was used again"
        await revoke_grant(connection, one.grant.row, issue.client, issue.now, note=note)
    if facts.used_up:
        used = _REDEEMED if one.sign_in is not None else _ROTATED
        await connection.execute(used, one.row, issue.now)
        if issue.refresh_token is not None:
            values = (sha256(issue.refresh_token), issue.now, issue.now + REFRESH_LIFETIME)
            await connection.execute(_NEW_REFRESH, one.grant.row, *values)
