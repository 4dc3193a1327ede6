"""Make and close working groups."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.kernel.errors import ChangedMeanwhile, PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.kernel.text import name_key
from consortium.membership.reads.groups import GROUPS
from consortium.membership.rules.groups import (
    GroupExists,
    Term,
    check_close,
    check_group,
    read_group_name,
    read_text,
)
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

INSERT = """
INSERT INTO working_group (name, name_key, mandate, starts_on, ends_on)
VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
KNOWN = "SELECT EXISTS (SELECT FROM working_group WHERE name_key = $1)"
KEPT = "SELECT starts_on, ends_on, version FROM working_group WHERE id = $1 FOR UPDATE"
# What lies behind the last day: terms become shorter or are taken back, meetings are cancelled.
SHORTEN = """
UPDATE delegacy SET ends_on = $2, version = version + 1
WHERE group_id = $1 AND withdrawn_at IS NULL AND starts_on <= $2 AND $2 < ends_on
"""
WITHDRAW = """
UPDATE delegacy SET withdrawn_at = now(), version = version + 1
WHERE group_id = $1 AND withdrawn_at IS NULL AND $2 < starts_on
"""
CANCEL = """
UPDATE meeting SET cancelled_at = now(), version = version + 1,
    cancelled_because = 'The working group ends before.'
WHERE group_id = $1 AND cancelled_at IS NULL AND $2 < held_on
"""
CLOSE = "UPDATE working_group SET ends_on = $2, version = version + 1 WHERE id = $1"
PRESIDES = """
SELECT EXISTS (
    SELECT FROM delegacy WHERE group_id = $1 AND account_id = $2 AND organisation_id = $3
        AND office IN ('CHAIR', 'VICE_CHAIR') AND withdrawn_at IS NULL
        AND $4 BETWEEN starts_on AND ends_on
)
"""


class CreateGroup(NamedTuple):
    """A working group, from a first day on and to a last one, if there is one."""

    name: str
    mandate: str
    starts_on: date
    ends_on: date | None = None


class CloseGroup(NamedTuple):
    """The working group's last day, today unless told; `version` as the caller saw it."""

    group: int
    version: int
    ends_on: date | None = None


async def create_group(by: Principal, command: CreateGroup, today: date) -> int:  # noqa: ARG001  no day is refused
    """Make a working group; returns its id.

    Raises:
        PermissionDenied: the caller manages no memberships.
        GroupNameInvalid, TextTooLong, GroupDatesReversed, GroupExists: as they say.
    """
    async with audited(by, "working-group:create") as open_:
        _check(by)
        name, mandate = read_group_name(command.name), read_text(command.mandate, "mandate")
        check_group(command.starts_on, command.ends_on)
        if await open_.fetchval(KNOWN, name_key(name)):
            raise GroupExists
        about = (name, name_key(name), mandate, command.starts_on, command.ends_on)
        key: int = await open_.fetchval(INSERT, *about)
    return key


async def close_group(by: Principal, command: CloseGroup, today: date) -> int:
    """Give a working group a last day, with all its offices and meetings; returns its id.

    Raises:
        NotFound: there is no such group.
        PermissionDenied: the caller manages no memberships.
        ChangedMeanwhile: somebody else changed it.
        GroupClosed, GroupEndInThePast, GroupDatesReversed: as they say.
    """
    group, version, ends_on = command
    ends_on = today if ends_on is None else ends_on
    async with audited(by, "working-group:close") as open_:
        await require_visible(open_, GROUPS, group, by, today)
        _check(by)
        [(first, last, known)] = await open_.fetch(KEPT, group)
        if known != version:
            raise ChangedMeanwhile
        check_close(Term(first, last), ends_on, today)
        for statement in (SHORTEN, WITHDRAW, CANCEL, CLOSE):
            await open_.execute(statement, group, ends_on)
    return group


async def check_runs(connection: Connection, by: Principal, group: int, today: date) -> None:
    """Refuse who neither presides over the group today nor is of the secretariat."""
    if by.may(Permission.MEMBERSHIPS_MANAGE):
        return
    who = (by.account_id, by.organisation_id, today)
    # A token without `figures:read` does no more than the public.
    if not by.rights.has_organisation or not await connection.fetchval(PRESIDES, group, *who):
        raise PermissionDenied


def _check(by: Principal) -> None:
    if not by.may(Permission.MEMBERSHIPS_MANAGE):
        raise PermissionDenied
