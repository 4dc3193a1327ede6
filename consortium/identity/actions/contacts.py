"""The contact of last resort: set and removed by who manages the organisation's people."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.identity.rules.addresses import read_address, read_name
from consortium.identity.rules.authority import manages_people, organisation_meant
from consortium.kernel.errors import BadInput, ChangedMeanwhile, NotFound, PermissionDenied
from consortium.kernel.principal import Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

_KNOWN = "SELECT id, version FROM organisation_contact WHERE organisation_id = $1 FOR UPDATE"
_ADD = """
INSERT INTO organisation_contact (organisation_id, name, email, since) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING id
"""
_CHANGE = """
UPDATE organisation_contact
SET name = $2, email = $3, since = $4, called_at = NULL, version = version + 1 WHERE id = $1
"""
_REMOVE = "DELETE FROM organisation_contact WHERE id = $1"


class SetContact(NamedTuple):
    """Whom to ask; of the caller's own organisation unless told. `version` as the caller saw it."""

    name: str
    email: str
    organisation: int | None = None
    version: int | None = None


class RemoveContact(NamedTuple):
    """The organisation, the caller's own unless told, and the version that the caller saw."""

    version: int
    organisation: int | None = None


async def set_contact(by: Principal, command: SetContact, today: date) -> int:
    """Set the contact of last resort, whose mail address is not told to anyone; returns its id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller does not manage its people.
        NameInvalid, AddressInvalid: as they say.
        ChangedMeanwhile: there is another contact than the caller saw.
    """
    organisation = organisation_meant(by, command.organisation)
    async with audited(by, "contact:set", organisation_id=organisation) as open_:
        await _check(open_, by, organisation, today)
        name, email = _read(command)
        known = await open_.fetchrow(_KNOWN, organisation)
        if known is None and command.version is None:
            key: int | None = await open_.fetchval(_ADD, organisation, name, email, today)
        elif known is not None and known["version"] == command.version:
            key = known["id"]
            await open_.execute(_CHANGE, key, name, email, today)
        else:
            key = None
        if key is None:
            raise ChangedMeanwhile
    return key


async def remove_contact(by: Principal, command: RemoveContact, today: date) -> int:
    """Forget the contact of last resort; returns the organisation's id.

    Raises:
        NotFound: there is no such organisation, or it has no contact.
        PermissionDenied: the caller does not manage its people.
        ChangedMeanwhile: there is another contact than the caller saw.
    """
    organisation = organisation_meant(by, command.organisation)
    async with audited(by, "contact:remove", organisation_id=organisation) as open_:
        await _check(open_, by, organisation, today)
        known = await open_.fetchrow(_KNOWN, organisation)
        if known is None:
            raise NotFound
        if known["version"] != command.version:
            raise ChangedMeanwhile
        await open_.execute(_REMOVE, known["id"])
    return organisation


async def _check(connection: Connection, by: Principal, organisation: int, today: date) -> None:
    await require_visible(connection, ORGANISATIONS, organisation, by, today)
    if not manages_people(by, organisation):
        raise PermissionDenied


def _read(command: SetContact) -> tuple[str, str]:
    try:
        name = read_name(command.name)
    except BadInput as error:
        raise error.at("name") from None
    try:
        return name, read_address(command.email)
    except BadInput as error:
        raise error.at("email") from None
