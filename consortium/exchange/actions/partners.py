"""Partners: registered, changed, checked, removed; and footprints shared with them."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from asyncpg import Record

from consortium.audit.actions import audited, audited_as_one
from consortium.exchange.actions.notices import give_notice
from consortium.exchange.reads.partners import PARTNERS
from consortium.exchange.rules.addresses import (
    ADDRESSES_MAX,
    PartnerAddressInvalid,
    checked_address,
)
from consortium.exchange.rules.partners import (
    SCOPES,
    PartnerRemoved,
    check_credentials,
    checked_name,
    fetches_figures,
    manages_partners,
    shows_figures,
)
from consortium.exchange.rules.vocabulary import Errand
from consortium.identity.actions.clients import ClientFacts, create_client, disable_client
from consortium.identity.proofs.sealing import sealed
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.kernel.errors import NotFound, PermissionDenied, check_seen
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

_INSERT = """
INSERT INTO partner (organisation_id, name, company_id, base_url, auth_url, event_sources,
    oauth_client_id, client_id, client_secret_sealed, scope)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
"""
_KEPT = """
SELECT p.*, c.client_id AS their_client, c.disabled_at FROM partner p
JOIN oauth_client c ON c.id = p.oauth_client_id WHERE p.id = $1 FOR UPDATE OF p
"""
_CHANGE = """
UPDATE partner SET version = version + 1, name = $2, company_id = $3, base_url = $4, auth_url = $5,
    event_sources = $6, client_id = $7, client_secret_sealed = $8, scope = $9
WHERE id = $1
"""
_REMOVE = """
UPDATE partner SET version = version + 1, removed_at = now(), client_secret_sealed = NULL,
    client_id = NULL WHERE id = $1
"""
_UNSHARE_ALL = "DELETE FROM partner_share WHERE partner_id = $1"
_ERRAND = """
INSERT INTO exchange_errand (partner_id, errand, criteria) VALUES ($1, $2, $3) RETURNING id
"""
_SHARE = """
INSERT INTO partner_share (partner_id, footprint_id) VALUES ($1, $2)
ON CONFLICT (partner_id, footprint_id) DO NOTHING RETURNING id
"""
_UNSHARE = "DELETE FROM partner_share WHERE partner_id = $1 AND footprint_id = ANY ($2::bigint[])"
_OWN_FOOTPRINT = "SELECT EXISTS (SELECT FROM footprint WHERE id = $1 AND organisation_id = $2)"


class RegisterPartner(NamedTuple):
    """Another company's system, and what this server proves itself with there."""

    name: str
    base_url: str
    auth_url: str | None = None
    event_sources: tuple[str, ...] = ()
    client_id: str | None = None
    client_secret: str | None = None
    scope: str | None = None
    company: int | None = None


class ChangePartner(NamedTuple):
    """What is said of it from now on; what is left out stays. `version` as the caller saw it."""

    partner: int
    version: int
    name: str | None = None
    base_url: str | None = None
    auth_url: str | None = None
    event_sources: tuple[str, ...] | None = None
    client_id: str | None = None
    client_secret: str | None = None
    scope: str | None = None
    company: int | None = None


class RemovePartner(NamedTuple):
    """The partner that is no more; `version` as the caller saw it."""

    partner: int
    version: int


class CheckPartner(NamedTuple):
    """The partner whose system is to be tried."""

    partner: int


class SharedWithPartner(NamedTuple):
    """Footprints that a partner may fetch from now on, or no more."""

    partner: int
    footprints: tuple[int, ...]


class RegisteredPartner(NamedTuple):
    """A partner's row, and what its system proves itself with here, shown this once."""

    key: int
    client_id: str
    client_secret: str


async def register_partner(
    by: Principal, command: RegisterPartner, today: date
) -> RegisteredPartner:
    """Register another company's system, with a client of its own here.

    Raises:
        NotFound: there is no such company.
        PermissionDenied: the caller manages no clients of an organisation.
        PartnerExists: there is one of this name.
        PartnerInvalid, PartnerAddressInvalid: as they say.
    """
    organisation = manages_partners(by)
    name, base = checked_name(command.name), checked_address(command.base_url, "baseUrl")
    auth = command.auth_url and checked_address(command.auth_url, "authUrl")
    sources = _sources(command.event_sources)
    check_credentials(command.client_id, command.client_secret, command.scope)
    secret = _sealed(command.client_secret)
    async with audited_as_one(by, "partner:register", organisation_id=organisation) as open_:
        if command.company is not None:
            await require_visible(open_, ORGANISATIONS, command.company, by, today)
        client = await create_client(
            by,
            ClientFacts(
                name=name,
                kind=ClientKind.SERVICE,
                auth_method=AuthMethod.CLIENT_SECRET_BASIC,
                scopes=SCOPES,
                organisation_id=organisation,
            ),
        )
        about = (organisation, name, command.company, base, auth, sources)
        own = (client.row, command.client_id, secret, command.scope)
        key: int = await open_.fetchval(_INSERT, *about, *own)
    return RegisteredPartner(key, client.client_id, client.secret or "")


async def change_partner(by: Principal, command: ChangePartner, today: date) -> int:
    """Say something else of a partner; returns its id.

    Raises NotFound, PermissionDenied, PartnerRemoved, ChangedMeanwhile, PartnerExists,
    PartnerInvalid, PartnerAddressInvalid.
    """
    async with audited(by, "partner:change", organisation_id=by.organisation_id) as open_:
        kept = await _managed(open_, by, command.partner, today)
        check_seen(command.version, kept["version"], "version")
        if command.company is not None:
            await require_visible(open_, ORGANISATIONS, command.company, by, today)
        check_credentials(command.client_id, command.client_secret, command.scope)
        own = (
            (kept["client_id"], kept["client_secret_sealed"])
            if command.client_id is None
            else (command.client_id, _sealed(command.client_secret))
        )
        await open_.execute(
            _CHANGE,
            command.partner,
            kept["name"] if command.name is None else checked_name(command.name),
            command.company or kept["company_id"],
            checked_address(command.base_url or kept["base_url"], "baseUrl"),
            checked_address(command.auth_url, "authUrl") if command.auth_url else kept["auth_url"],
            kept["event_sources"]
            if command.event_sources is None
            else _sources(command.event_sources),
            *own,
            command.scope or kept["scope"],
        )
    return command.partner


async def remove_partner(by: Principal, command: RemovePartner, today: date) -> int:
    """End it: its client and its shares are withdrawn, our secret there is forgotten.

    Raises NotFound, PermissionDenied, PartnerRemoved, ChangedMeanwhile.
    """
    about = by.organisation_id
    async with audited_as_one(by, "partner:remove", organisation_id=about) as open_:
        kept = await _managed(open_, by, command.partner, today)
        check_seen(command.version, kept["version"], "version")
        await open_.execute(_REMOVE, command.partner)
        await open_.execute(_UNSHARE_ALL, command.partner)
        if kept["disabled_at"] is None:
            await disable_client(by, kept["their_client"])
    return command.partner


async def check_partner(by: Principal, command: CheckPartner, today: date) -> int:
    """Let a partner's system be tried: a token, and a list. Returns the errand's id.

    Raises NotFound, PermissionDenied, PartnerRemoved.
    """
    async with audited(by, "partner:check", organisation_id=by.organisation_id) as open_:
        await _managed(open_, by, command.partner, today)
        return await _errand(open_, command.partner, Errand.CHECK, "{}")


async def share_with_partner(by: Principal, command: SharedWithPartner, today: date) -> int:
    """Let a partner fetch footprints, and tell it so; those it has already are left.

    Raises:
        NotFound: the partner, or a footprint that is not the organisation's own.
        PartnerRemoved: as it says.
        PermissionDenied: the caller does not publish the organisation's figures.
    """
    async with audited(by, "partner:share", organisation_id=by.organisation_id) as open_:
        await partner_of(open_, by, command.partner, today)
        shows_figures(by)
        new = await share_all(open_, by, command.partner, command.footprints)
        if new:
            await give_notice(open_, command.partner, new)
    return command.partner


async def unshare_with_partner(by: Principal, command: SharedWithPartner, today: date) -> int:
    """Let a partner fetch footprints no more. What it has fetched, it has.

    Raises NotFound, PermissionDenied, PartnerRemoved.
    """
    async with audited(by, "partner:unshare", organisation_id=by.organisation_id) as open_:
        await partner_of(open_, by, command.partner, today)
        shows_figures(by)
        await open_.execute(_UNSHARE, command.partner, list(command.footprints))
    return command.partner


async def share_all(
    connection: Connection, by: Principal, partner: int, footprints: Iterable[int]
) -> list[int]:
    """Share each of the organisation's own; returns those that were not before. NotFound."""
    new: list[int] = []
    for footprint in dict.fromkeys(footprints):
        if not await connection.fetchval(_OWN_FOOTPRINT, footprint, by.organisation_id):
            raise NotFound().at("footprints")
        if await connection.fetchval(_SHARE, partner, footprint) is not None:
            new.append(footprint)
    return new


async def partner_of(connection: Connection, by: Principal, key: int, today: date) -> Record:
    """A partner of the caller's organisation, locked. Raises NotFound, PartnerRemoved."""
    await require_visible(connection, PARTNERS, key, by, today)
    [kept] = await connection.fetch(_KEPT, key)
    if kept["organisation_id"] != by.organisation_id:
        raise PermissionDenied
    if kept["removed_at"] is not None:
        raise PartnerRemoved
    return kept


async def ask_for_footprints(
    connection: Connection, by: Principal, partner: int, criteria: str, today: date
) -> int:
    """Put a fetch on the list of errands; returns its id. NotFound, PermissionDenied."""
    await partner_of(connection, by, partner, today)
    fetches_figures(by)
    return await _errand(connection, partner, Errand.FETCH, criteria)


async def _errand(connection: Connection, partner: int, errand: Errand, criteria: str) -> int:
    key: int = await connection.fetchval(_ERRAND, partner, errand.value, criteria)
    return key


async def _managed(connection: Connection, by: Principal, key: int, today: date) -> Record:
    kept = await partner_of(connection, by, key, today)
    manages_partners(by)
    return kept


def _sealed(secret: str | None) -> str | None:
    return None if secret is None else sealed(secret)


def _sources(given: tuple[str, ...]) -> str:
    if len(given) > ADDRESSES_MAX:
        message = f"A partner has at most {ADDRESSES_MAX} further addresses."
        raise PartnerAddressInvalid(message).at("eventSources")
    return " ".join(dict.fromkeys(checked_address(one, "eventSources") for one in given))
