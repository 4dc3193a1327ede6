"""Invite people into an organisation."""

from datetime import UTC, date, datetime
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.rules.administration import NoRoles, check_gives
from consortium.identity.rules.links import LIFETIMES, LinkPurpose
from consortium.identity.rules.roles import Role
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible

INSERT = """
INSERT INTO single_use_link (purpose, token_sha256, email, organisation_id, roles, expires_at)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""


class InvitePerson(NamedTuple):
    """Who is invited and as what; into the caller's own organisation unless told."""

    email: str
    roles: tuple[Role, ...]
    organisation: int | None = None


async def invite_person(by: Principal, command: InvitePerson, today: date) -> int:
    """Invite somebody by mail; returns the invitation's id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller may not give these roles there.
        NoRoles: none is given.
    """
    organisation = by.organisation_id if command.organisation is None else command.organisation
    if organisation is None:
        raise NotFound
    async with audited(by, "account:invite", organisation_id=organisation) as open_:
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        check_gives(by, organisation, command.roles)
        if not command.roles:
            raise NoRoles
        purpose = LinkPurpose.INVITATION
        key: int = await open_.fetchval(
            INSERT,
            purpose.value,
            sha256(new_token()),
            command.email.strip().lower(),
            organisation,
            " ".join(sorted({role.value for role in command.roles})),
            datetime.now(UTC) + LIFETIMES[purpose],
        )
    return key
