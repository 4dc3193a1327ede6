"""Members' own identity providers: set up, and the people who come from them."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from consortium.audit.actions import audited
from consortium.identity.actions.accounts import AccountExists, create_account
from consortium.identity.actions.roles import give_roles
from consortium.identity.actions.sessions import SignedIn
from consortium.identity.proofs.sealing import Sealer
from consortium.identity.rules.addresses import (
    NAME_MAX,
    AddressInvalid,
    domain_of,
    read_address,
    read_domain,
    read_name,
)
from consortium.identity.rules.authority import (
    check_sets_up,
    check_verifies,
    is_secretariat,
)
from consortium.identity.rules.federation import check_issuer
from consortium.identity.rules.roles import FAR_REACHING, Role
from consortium.kernel.errors import DomainError, NotFound, PermissionDenied
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

_ADD = """
INSERT INTO identity_provider
    (organisation_id, name, issuer, client_id, client_secret_sealed, default_role)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""
_VERIFY = """
INSERT INTO verified_domain (organisation_id, domain) VALUES ($1, $2)
ON CONFLICT (domain) DO NOTHING RETURNING id
"""
_OWNED = "SELECT organisation_id FROM verified_domain WHERE domain = $1"
_PROVIDER = """
SELECT id, organisation_id, name, issuer, client_id, client_secret_sealed, default_role
FROM identity_provider WHERE id = $1 AND disabled_at IS NULL
"""
_FOR_DOMAIN = """
SELECT p.id, p.name FROM identity_provider p
JOIN verified_domain d ON d.organisation_id = p.organisation_id
WHERE d.domain = $1 AND p.disabled_at IS NULL ORDER BY p.id
"""
_KNOWN = """
SELECT a.id, a.totp_confirmed_at IS NOT NULL AS has_second_factor,
    a.disabled_at IS NULL AND a.erased_at IS NULL AS may_sign_in
FROM federated_identity f JOIN account a ON a.id = f.account_id
WHERE f.provider_id = $1 AND f.subject = $2
"""
_IDENTITY = """
INSERT INTO federated_identity (account_id, provider_id, subject) VALUES ($1, $2, $3)
"""
_ORGANISATION = "SELECT EXISTS (SELECT FROM organisation WHERE id = $1)"


class DomainTaken(DomainError):
    """This domain is another organisation's."""

    code = "DOMAIN_TAKEN"


class PersonRefused(DomainError):
    """Your organisation's sign-in did not give a verified address of one of its domains."""

    code = "PERSON_REFUSED"


class LinkingNeeded(DomainError):
    """There is an account with this address: sign in to it once to link both."""

    code = "LINKING_NEEDED"


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation's OpenID provider."""

    id: int
    organisation_id: int
    name: str
    issuer: str
    client_id: str
    client_secret_sealed: str | None
    default_role: Role

    def secret(self, sealer: Sealer) -> str | None:
        """What this server proves itself with there."""
        return sealer.open(self.client_secret_sealed) if self.client_secret_sealed else None


@dataclass(frozen=True, slots=True)
class NewProvider:
    """How an organisation's people are to sign in."""

    organisation_id: int
    name: str
    issuer: str
    client_id: str
    client_secret: str | None = None
    default_role: Role = Role.VIEWER


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a provider describes them."""

    subject: str
    email: str
    email_verified: bool
    name: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """The account that a person from a provider has here."""

    account_id: int
    has_second_factor: bool


async def add_identity_provider(
    by: Principal, new: NewProvider, sealer: Sealer, *, loopback: bool = False
) -> int:
    """Let an organisation's people sign in at its own provider; returns its number.

    Raises NotFound, IssuerInvalid, NameInvalid.
    """
    check_sets_up(by, new.organisation_id)
    if new.default_role in FAR_REACHING and not is_secretariat(by):
        raise PermissionDenied
    name, issuer = read_name(new.name), check_issuer(new.issuer, loopback=loopback)
    client_id = read_name(new.client_id)
    sealed = sealer.seal(new.client_secret) if new.client_secret else None
    about = (name, issuer, client_id, sealed, new.default_role.value)
    async with audited(
        by, "identity-provider:add", organisation_id=new.organisation_id
    ) as connection:
        if not await connection.fetchval(_ORGANISATION, new.organisation_id):
            raise NotFound
        row_id: int = await connection.fetchval(_ADD, new.organisation_id, *about)
        return row_id


async def verify_domain(by: Principal, organisation_id: int, domain: str) -> None:
    """Note that mail addresses of a domain are an organisation's; the secretariat has made sure.

    Raises NotFound, DomainInvalid, DomainTaken.
    """
    check_verifies(by)
    kept = read_domain(domain)
    async with audited(by, "domain:verify", organisation_id=organisation_id) as connection:
        if not await connection.fetchval(_ORGANISATION, organisation_id):
            raise NotFound
        await connection.fetchval(_VERIFY, organisation_id, kept)
        if await connection.fetchval(_OWNED, kept) != organisation_id:
            raise DomainTaken


async def provider_of(provider_id: int) -> Provider:
    """A provider that people may use. Raises NotFound."""
    async with transaction() as client:
        row = await raw(client).fetchrow(_PROVIDER, provider_id)
    if row is None:
        raise NotFound
    return Provider(
        id=row["id"],
        organisation_id=row["organisation_id"],
        name=row["name"],
        issuer=row["issuer"],
        client_id=row["client_id"],
        client_secret_sealed=row["client_secret_sealed"],
        default_role=Role(row["default_role"]),
    )


async def provider_for(email: str) -> int | None:
    """The provider by which addresses of this domain sign in."""
    try:
        domain = domain_of(read_address(email))
    except AddressInvalid:
        return None
    async with transaction() as client:
        found: int | None = await raw(client).fetchval(_FOR_DOMAIN, domain)
    return found


async def admit(provider: Provider, person: Person, at: datetime) -> Admitted:
    """The account of a person whom the provider vouches for, made when they first come.

    Raises:
        PersonRefused: no verified address in a domain of the organisation, or a disabled account.
        LinkingNeeded: the address has an account, which is not theirs by this alone.
    """
    email = _vouched(person)
    async with transaction() as client:
        connection = raw(client)
        if await connection.fetchval(_OWNED, domain_of(email)) != provider.organisation_id:
            raise PersonRefused
        known = await connection.fetchrow(_KNOWN, provider.id, person.subject)
    if known is None:
        return Admitted(await _admit_new(provider, person, email, at), has_second_factor=False)
    if not known["may_sign_in"]:
        raise PersonRefused
    return Admitted(known["id"], known["has_second_factor"])


async def link_identity(
    session: SignedIn, provider: Provider, subject: str, email: str, at: datetime
) -> None:
    """Let the caller sign in at a provider too, which has vouched for their own address.

    Raises PersonRefused: the address is not the account's, or the identity is somebody's.
    """
    if session.email != email:
        raise PersonRefused
    organisation_id = provider.organisation_id
    try:
        async with audited(
            session.principal, "identity:link", organisation_id=organisation_id
        ) as connection:
            await _bind(connection, session.account_id, provider, subject, at)
    except asyncpg.UniqueViolationError:
        raise PersonRefused from None


def _vouched(person: Person) -> str:
    try:
        email = read_address(person.email)
    except AddressInvalid:
        raise PersonRefused from None
    if not person.email_verified or "\0" in person.subject:
        raise PersonRefused
    return email


async def _admit_new(provider: Provider, person: Person, email: str, at: datetime) -> int:
    typed = "".join(c for c in person.name if c.isprintable())[:NAME_MAX]
    name = " ".join(typed.split())
    organisation_id = provider.organisation_id
    try:
        async with audited(
            Principal(), "account:admit", organisation_id=organisation_id
        ) as connection:
            account_id = await create_account(connection, email, name, None, at)
            await _bind(connection, account_id, provider, person.subject, at)
            return account_id
    except (AccountExists, asyncpg.UniqueViolationError):
        raise LinkingNeeded from None


async def _bind(
    connection: Connection, account_id: int, provider: Provider, subject: str, at: datetime
) -> None:
    await connection.execute(_IDENTITY, account_id, provider.id, subject)
    await give_roles(connection, account_id, provider.organisation_id, [provider.default_role], at)
