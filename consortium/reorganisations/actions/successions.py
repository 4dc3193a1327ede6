"""One organisation becomes part of another, or several come out of one."""

from datetime import date, timedelta
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.avoided.actions import refresh
from consortium.kernel.principal import Principal
from consortium.membership.actions.statuses import TakeStep, spans_of, take_step
from consortium.membership.rules.timeline import earliest, status_on
from consortium.membership.rules.transitions import MembershipStatus, Step
from consortium.organisations.actions.parentage import ParentageFacts, record_parentage
from consortium.organisations.actions.record import OrganisationFacts, record_organisation
from consortium.organisations.rules import ParentageRelation
from consortium.reorganisations.actions.checks import check_name, cited, opened
from consortium.reorganisations.actions.groups import end_control
from consortium.reorganisations.rules.successions import (
    AlreadySucceeded,
    NobodySucceeds,
    SucceedsItself,
    SuccessionKind,
    check_come,
)
from consortium.storage.raw import Connection

SAME = """
SELECT o.name, s.effective_on FROM succession s JOIN organisation o ON o.id = s.successor_id
WHERE s.predecessor_id = $1 AND (s.successor_id = $2 OR s.kind = 'MERGER')
"""
OTHER_WAY = """
SELECT o.name, s.effective_on FROM succession s JOIN organisation o ON o.id = s.successor_id
WHERE s.predecessor_id = $2 AND s.successor_id = $1 AND s.kind = 'MERGER'
"""
FOLLOW = """
INSERT INTO succession (predecessor_id, successor_id, kind, effective_on, citation_id)
VALUES ($1, $2, $3, $4, $5)
"""
# Whether it is under that controller from the day on.
CONTROLLED = """
SELECT EXISTS (SELECT FROM parentage WHERE child_id = $1 AND parent_id = $2
    AND relation = 'CONTROL' AND (starts_on IS NULL OR starts_on <= $3) AND ends_on IS NULL)
"""
_DAY = timedelta(days=1)
_LEAVES = (MembershipStatus.MEMBER, MembershipStatus.SUSPENDED)
_IN_PROCEDURE = (MembershipStatus.UNDER_EXPULSION, MembershipStatus.UNDER_APPEAL)


class RecordMerger(NamedTuple):
    """Two companies became one: from the day on, the one is part of the other."""

    absorbed: int
    into: int
    effective_on: date
    source_url: str = ""
    source_title: str = ""


class RecordSplit(NamedTuple):
    """Companies came out of one: some that are on record, some new by their names."""

    organisation: int
    effective_on: date
    into: tuple[int, ...] = ()
    new_names: tuple[str, ...] = ()
    source_url: str = ""
    source_title: str = ""


async def record_merger(by: Principal, command: RecordMerger, today: date) -> int:
    """Record a merger; returns the id of the absorbed organisation.

    Its figures stay its own. From the day on the other one controls it, so they are in that group;
    whoever controlled it does so no longer. It leaves the consortium: on the day, or today where
    the merger was earlier, since it had a member's rights and duties until somebody knew. A
    membership that is under expulsion or appeal is decided first.

    Raises:
        NotFound, PermissionDenied, AlreadyMerged: as `consortium.reorganisations.actions.checks`.
        SucceedsItself, AlreadySucceeded, DateNotYetCome: as they say.
        ParentageConflict: somebody controls it from a later day on.
        StepNotPossible: it cannot leave as its membership stands.
    """
    absorbed, into, day, url, title = command
    async with audited(by, "organisation:merger", organisation_id=absorbed) as open_:
        await opened(open_, by, today, absorbed, into)
        await _check(open_, absorbed, into, day, today)
        citation = await cited(open_, url, title)
        await open_.execute(FOLLOW, absorbed, into, SuccessionKind.MERGER.value, day, citation)
        # A parent that becomes part of its subsidiary controls it no longer.
        await end_control(open_, into, absorbed, day - _DAY)
        if not await open_.fetchval(CONTROLLED, absorbed, into, day):
            await end_control(open_, absorbed, None, day - _DAY)
            control = ParentageFacts(
                absorbed, into, ParentageRelation.CONTROL, None, day, None, citation
            )
            await record_parentage(open_, control)
        await _leave(open_, by, absorbed, into, today)
        await refresh([absorbed, into], today=today)
    return absorbed


async def record_split(by: Principal, command: RecordSplit, today: date) -> int:
    """Record what came out of an organisation; returns the id of the one that was split.

    Control that it had of them ends the day before. Its own membership and figures stay, as do
    those of the others: who of them is a member is for the secretariat to decide.

    Raises as `record_merger`; NobodySucceeds where none is named; NameTaken, AliasTaken,
    NameInvalid where a new one cannot have its name.
    """
    split, day, known, names, url, title = command
    async with audited(by, "organisation:split", organisation_id=split) as open_:
        await opened(open_, by, today, split, *known)
        if not known and not names:
            raise NobodySucceeds().at("into")
        citation = await cited(open_, url, title)
        new = [await _new(open_, name, citation) for name in names]
        for part in (*known, *new):
            await _check(open_, split, part, day, today)
            about = (SuccessionKind.SPLIT.value, day, citation)
            await open_.execute(FOLLOW, split, part, *about)
            await end_control(open_, part, split, day - _DAY)
        await refresh([split, *known], today=today)
    return split


async def _new(connection: Connection, name: str, citation: int | None) -> int:
    name = " ".join(name.split())
    await check_name(connection, name)
    return await record_organisation(connection, OrganisationFacts(name, citation_id=citation))


async def _check(
    connection: Connection, predecessor: int, successor: int, day: date, today: date
) -> None:
    """Refuse what cannot follow. Raises as `record_merger`."""
    if predecessor == successor:
        raise SucceedsItself().at("into")
    check_come(day, today, "effectiveOn")
    for query in (SAME, OTHER_WAY):
        found = await connection.fetchrow(query, predecessor, successor)
        if found is not None:
            raise AlreadySucceeded(f"It became {found[0]} on {found[1]} already.").at("into")


async def _leave(
    connection: Connection, by: Principal, absorbed: int, into: int, today: date
) -> None:
    """End the membership as soon as steps can be taken, where there is one to end."""
    spans = await spans_of(connection, absorbed)
    status = status_on(spans, earliest(spans, today))
    if status in _LEAVES or status in _IN_PROCEDURE:
        step = TakeStep(absorbed, Step.LEAVE, f"merged into org_{into}")
        await take_step(connection, by, step, today)
