"""Send people into working groups, and end that. The history stays."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.identity.reads import ACCOUNTS
from consortium.identity.rules.authority import organisation_meant
from consortium.kernel.errors import ChangedMeanwhile, PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.membership.reads.groups import DELEGACIES, GROUPS
from consortium.membership.rules.groups import PRESIDING, Office, Term, TermOver, check_term, ended
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible

GROUP = "SELECT starts_on, ends_on FROM working_group WHERE id = $1 FOR SHARE"
INSERT = """
INSERT INTO delegacy (group_id, organisation_id, account_id, office, starts_on, ends_on)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""
KEPT = """
SELECT organisation_id, account_id, starts_on, ends_on, withdrawn_at, version FROM delegacy
WHERE id = $1 FOR UPDATE
"""
END = "UPDATE delegacy SET ends_on = $2, version = version + 1 WHERE id = $1"
WITHDRAW = "UPDATE delegacy SET withdrawn_at = now(), version = version + 1 WHERE id = $1"


class AppointDelegate(NamedTuple):
    """A person's office in a group; for the caller's own organisation unless told."""

    group: int
    account: int
    office: Office
    starts_on: date
    ends_on: date
    organisation: int | None = None


class EndDelegacy(NamedTuple):
    """The last day of an office, today unless told; `version` as the caller saw it."""

    delegacy: int
    version: int
    ends_on: date | None = None


async def appoint_delegate(by: Principal, command: AppointDelegate, today: date) -> int:
    """Appoint a person; returns the delegacy's id.

    Raises:
        NotFound: there is no such group, organisation or person that the caller may see.
        PermissionDenied: others' people, or an office that the secretariat alone gives.
        TermReversed, TermInThePast, TermOutsideGroup, ChairTaken, DelegateTaken, AppointedTwice,
        PersonNotOfOrganisation, NotParticipating: as they say.
    """
    organisation = organisation_meant(by, command.organisation)
    async with audited(by, "delegate:appoint", organisation_id=organisation) as open_:
        await require_visible(open_, GROUPS, command.group, by, today)
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        if not _sends(by, organisation, command.office):
            raise PermissionDenied
        await require_visible(open_, ACCOUNTS, command.account, by, today)
        [group] = await open_.fetch(GROUP, command.group)
        term = Term(command.starts_on, command.ends_on)
        check_term(term, Term(*group), today)
        who = (organisation, command.account, command.office.value)
        key: int = await open_.fetchval(INSERT, command.group, *who, *term)
    return key


async def end_delegacy(by: Principal, command: EndDelegacy, today: date) -> int:
    """End an office, or take it back before it begins; returns the delegacy's id.

    Its organisation may, the person, and the secretariat.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: it is not the caller's to end.
        ChangedMeanwhile: somebody else changed it.
        TermOver, EndOutsideTerm: as they say.
    """
    key, version, ends_on = command
    ends_on = today if ends_on is None else ends_on
    async with audited(by, "delegate:end", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, DELEGACIES, key, by, today)
        [(organisation, account, first, last, withdrawn, known)] = await open_.fetch(KEPT, key)
        own = account == by.account_id and organisation == by.organisation_id
        if not ((own and by.rights.has_organisation) or _sends(by, organisation, Office.DELEGATE)):
            raise PermissionDenied
        if known != version:
            raise ChangedMeanwhile
        if withdrawn is not None:
            raise TermOver
        ends = ended(Term(first, last), ends_on, today)
        if ends is None:
            await open_.execute(WITHDRAW, key)
        else:
            await open_.execute(END, key, ends)
    return key


def _sends(by: Principal, organisation: int, office: Office) -> bool:
    """Whether the caller gives this office to people of the organisation."""
    own = by.may(Permission.ORGANISATIONS_REPRESENT) and by.organisation_id == organisation
    return by.may(Permission.MEMBERSHIPS_MANAGE) or (own and office not in PRESIDING)
