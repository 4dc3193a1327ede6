"""Agree on who an effect is shared among: propose as a whole, accept, dispute, withdraw.

Whoever acts on the allocations of one effect waits for the others, by the lock on its row. Nothing
that is refused here tells a caller of an allocation that it may not see.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.shares import ALLOCATIONS
from consortium.effects.rules.shares import (
    Allocation,
    AllocationOver,
    AllocationStatus,
    Answer,
    AnsweredAlready,
    Contribution,
    ContributorRole,
    OwnerMissing,
    PartiesLeftOut,
    PartyIsMember,
    PartyKind,
    PartyNotAMember,
    PartyUnclear,
    ProposerMissing,
    checked_allocation,
)
from consortium.effects.rules.texts import checked_statement, checked_text
from consortium.kernel.errors import ChangedMeanwhile, PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.kernel.text import name_key
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

OWNER = """
SELECT s.organisation_id FROM effect e JOIN solution s ON s.id = e.solution_id
WHERE e.id = $1 FOR UPDATE OF e
"""
EFFECT_OF = "SELECT effect_id FROM effect_allocation WHERE id = $1"
MEMBERS = """
SELECT m.organisation_id FROM membership m
WHERE m.organisation_id = ANY ($1) AND m.status = 'MEMBER'
    AND (m.starts_on IS NULL OR m.starts_on <= $2) AND (m.ends_on IS NULL OR $2 <= m.ends_on)
"""
MEMBERS_NAMED = """
SELECT o.name_key FROM organisation o JOIN membership m ON m.organisation_id = o.id
WHERE o.name_key = ANY ($1) AND m.status = 'MEMBER'
    AND (m.starts_on IS NULL OR m.starts_on <= $2) AND (m.ends_on IS NULL OR $2 <= m.ends_on)
"""
PROPOSE = """
INSERT INTO effect_allocation
    (effect_id, status, proposed_by_id, remainder_share, explanation, proposed_on)
VALUES ($1, 'PROPOSED', $2, $3, $4, $5) RETURNING id
"""
NAME = """
INSERT INTO effect_contribution (allocation_id, position, kind, role, organisation_id, party_name,
    party_key, share, answer, answered_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
FOUND = "SELECT status, version, proposed_by_id FROM effect_allocation WHERE id = $1 FOR UPDATE"
ANSWER = """
SELECT answer FROM effect_contribution WHERE allocation_id = $1 AND organisation_id = $2
"""
ANSWERED = """
UPDATE effect_contribution SET answer = $3, reason = $4, answered_on = $5
WHERE allocation_id = $1 AND organisation_id = $2
"""
NOT_ACCEPTED = """
SELECT DISTINCT answer FROM effect_contribution
WHERE allocation_id = $1 AND answer <> 'ACCEPTED'
"""
SUPERSEDE = """
UPDATE effect_allocation SET status = 'SUPERSEDED', decided_on = $3, version = version + 1
WHERE effect_id = $1 AND id <> $2 AND status IN ('PROPOSED', 'DISPUTED', 'IN_FORCE')
"""
SET_STATUS = """
UPDATE effect_allocation SET status = $2, decided_on = $3, version = version + 1
WHERE id = $1 AND status <> $2
"""
REOPEN = """
UPDATE effect_allocation SET status = 'PROPOSED', decided_on = NULL, version = version + 1
WHERE id = $1 AND status = 'DISPUTED'
"""
# Members of the allocation in force who are not in the one that the caller is for. Nobody is told
# of an allocation in force that is not a party to it.
LEFT_OUT = """
SELECT EXISTS (
    SELECT FROM effect_allocation a JOIN effect_contribution c ON c.allocation_id = a.id
    WHERE a.effect_id = $1 AND a.status = 'IN_FORCE' AND c.organisation_id <> ALL ($2)
        AND EXISTS (SELECT FROM effect_contribution own
            WHERE own.allocation_id = a.id AND own.organisation_id = $3)
)
"""
PARTIES = """
SELECT array_agg(organisation_id) FROM effect_contribution
WHERE allocation_id = $1 AND organisation_id IS NOT NULL
"""
_OPEN = (AllocationStatus.PROPOSED, AllocationStatus.DISPUTED)


class Party(NamedTuple):
    """A line of an allocation: a member by its id, anybody else by a name; no share is joint."""

    kind: PartyKind
    role: ContributorRole
    organisation: int | None = None
    name: str | None = None
    share: Decimal | None = None


class ProposeAllocation(NamedTuple):
    """How an effect is to be shared: all parties, and what remains."""

    effect: int
    contributions: tuple[Party, ...]
    remainder: Decimal
    explanation: str | None = None


class AcceptAllocation(NamedTuple):
    """An allocation that is accepted as it was seen."""

    allocation: int
    version: int


class DisputeAllocation(NamedTuple):
    """An allocation that is not agreed to, or not any more, and why."""

    allocation: int
    version: int
    reason: str


class WithdrawAllocation(NamedTuple):
    """A proposal that is taken back."""

    allocation: int
    version: int


async def propose_allocation(by: Principal, command: ProposeAllocation, today: date) -> int:
    """Propose an allocation, and accept it for the own organisation; returns its id.

    Where no other member has to accept it, it is in force at once.

    Raises:
        NotFound: there is no such effect that the caller may see.
        PermissionDenied: the caller cannot commit an organisation.
        BadInput: the parties or shares are not one whole; see `checked_allocation`.
        PartyNotAMember, PartyIsMember, OwnerMissing, ProposerMissing: of who is named.
        PartiesLeftOut: the caller is party to an allocation in force that names others.
    """
    async with audited(by, "allocation:propose", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, EFFECTS, command.effect, by, today)
        proposer = _committing(by)
        lines = [_contribution(one, str(line)) for line, one in enumerate(command.contributions)]
        allocation = checked_allocation(lines, command.remainder)
        given = command.explanation
        explanation = "" if given is None else checked_statement(given, "explanation")
        await _check_kinds(open_, lines, today)
        owner: int = await open_.fetchval(OWNER, command.effect)
        members = _members(lines)
        if owner not in members:
            raise OwnerMissing().at("contributions")
        if proposer not in members:
            raise ProposerMissing().at("contributions")
        await _check_left_out(open_, command.effect, members, proposer)
        about = (command.effect, proposer, allocation.remainder, explanation, today)
        key: int = await open_.fetchval(PROPOSE, *about)
        await open_.executemany(NAME, _rows(key, allocation, proposer, today))
        await _settle(open_, command.effect, key, today)
    return key


async def accept_allocation(by: Principal, command: AcceptAllocation, today: date) -> int:
    """Accept an allocation for the own organisation; returns its id.

    With the last member's acceptance it comes into force, and whatever else was proposed or in
    force for the effect is superseded.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller is no party to it, or cannot commit an organisation.
        ChangedMeanwhile: its status is not what the caller saw.
        AllocationOver, AnsweredAlready, PartiesLeftOut: as they say.
    """
    async with audited(by, "allocation:accept", organisation_id=by.organisation_id) as open_:
        effect, party = await _locked(open_, command.allocation, by, today)
        answer = await _answer(open_, command.allocation, party)
        await _status(open_, command.allocation, command.version, _OPEN)
        if answer == Answer.ACCEPTED:
            raise AnsweredAlready
        members: list[int] = await open_.fetchval(PARTIES, command.allocation)
        await _check_left_out(open_, effect, members, party)
        about = (command.allocation, party, Answer.ACCEPTED.value, "", today)
        await open_.execute(ANSWERED, *about)
        await _settle(open_, effect, command.allocation, today)
    return command.allocation


async def dispute_allocation(by: Principal, command: DisputeAllocation, today: date) -> int:
    """Refuse an allocation, or call one in force into question, with a reason; returns its id.

    It is in force no more: none of its shares counts until the party accepts it again, or another
    one comes into force.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of `accept_allocation`.
        AllocationOver, AnsweredAlready, TextMissing: as they say.
    """
    async with audited(by, "allocation:dispute", organisation_id=by.organisation_id) as open_:
        _, party = await _locked(open_, command.allocation, by, today)
        answer = await _answer(open_, command.allocation, party)
        states = (*_OPEN, AllocationStatus.IN_FORCE)
        await _status(open_, command.allocation, command.version, states)
        reason = checked_text(command.reason, "reason")
        if answer == Answer.DISPUTED:
            raise AnsweredAlready
        await _become(open_, command.allocation, AllocationStatus.DISPUTED, today)
        about = (command.allocation, party, Answer.DISPUTED.value, reason, today)
        await open_.execute(ANSWERED, *about)
    return command.allocation


async def withdraw_allocation(by: Principal, command: WithdrawAllocation, today: date) -> int:
    """Take a proposal back, as the organisation that made it; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: it is another organisation's proposal.
        ChangedMeanwhile: its status is not what the caller saw.
        AllocationOver: it is in force or over; one in force can be disputed.
    """
    async with audited(by, "allocation:withdraw", organisation_id=by.organisation_id) as open_:
        _, party = await _locked(open_, command.allocation, by, today)
        [(_, _, proposer)] = await open_.fetch(FOUND, command.allocation)
        if proposer != party:
            raise PermissionDenied
        await _status(open_, command.allocation, command.version, _OPEN)
        await _become(open_, command.allocation, AllocationStatus.WITHDRAWN, today)
    return command.allocation


def _committing(by: Principal) -> int:
    """The organisation that the caller commits. Raises PermissionDenied."""
    if by.organisation_id is None or not by.may(Permission.FIGURES_APPROVE):
        raise PermissionDenied
    return by.organisation_id


def _contribution(one: Party, line: str) -> Contribution:
    """The line as the rules have it: exactly one of organisation and name."""
    if (one.organisation is None) == (one.name is None):
        raise PartyUnclear().at("contributions", line)
    party = one.name if one.organisation is None else one.organisation
    assert party is not None  # noqa: S101  one of the two is given
    return Contribution(party, one.kind, one.role, one.share)


def _members(lines: Sequence[Contribution]) -> list[int]:
    return [one.party for one in lines if isinstance(one.party, int)]


async def _check_kinds(open_: Connection, lines: Sequence[Contribution], today: date) -> None:
    """Members are members today, and nobody else goes by the name of one."""
    members = {row[0] for row in await open_.fetch(MEMBERS, _members(lines), today)}
    keys = {
        line: name_key(one.party) for line, one in enumerate(lines) if isinstance(one.party, str)
    }
    named = {row[0] for row in await open_.fetch(MEMBERS_NAMED, [*keys.values()], today)}
    for line, one in enumerate(lines):
        if isinstance(one.party, int) and one.party not in members:
            raise PartyNotAMember().at("contributions", str(line), "organisation")
        if keys.get(line) in named:
            raise PartyIsMember().at("contributions", str(line), "name")


async def _check_left_out(
    open_: Connection, effect: int, members: Sequence[int], party: int
) -> None:
    if await open_.fetchval(LEFT_OUT, effect, members, party):
        raise PartiesLeftOut


def _rows(key: int, allocation: Allocation, proposer: int, today: date) -> list[tuple[object, ...]]:
    return [_row(key, at, one, proposer, today) for at, one in enumerate(allocation.contributions)]


def _row(
    key: int, position: int, one: Contribution, proposer: int, today: date
) -> tuple[object, ...]:
    about = (key, position, one.kind.value, one.role.value)
    if isinstance(one.party, str):
        return (*about, None, one.party.strip(), name_key(one.party), one.share, None, None)
    is_own = one.party == proposer
    answer = Answer.ACCEPTED if is_own else Answer.PENDING
    return (*about, one.party, "", "", one.share, answer.value, today if is_own else None)


async def _locked(
    open_: Connection, allocation: int, by: Principal, today: date
) -> tuple[int, int]:
    """The effect, whose allocations nobody else changes now, and whom the caller commits."""
    await require_visible(open_, ALLOCATIONS, allocation, by, today)
    party = _committing(by)
    effect: int = await open_.fetchval(EFFECT_OF, allocation)
    await open_.fetchval(OWNER, effect)
    return effect, party


async def _answer(open_: Connection, allocation: int, party: int) -> str:
    """What the party has answered. Raises PermissionDenied where it is none."""
    answer: str | None = await open_.fetchval(ANSWER, allocation, party)
    if answer is None:
        raise PermissionDenied
    return answer


async def _status(
    open_: Connection, allocation: int, seen: int, allowed: Sequence[AllocationStatus]
) -> None:
    """Refuse what has changed since the caller saw it, and what is over."""
    [(status, version, _)] = await open_.fetch(FOUND, allocation)
    if seen != version:
        raise ChangedMeanwhile(
            f"It was changed since you read it: you saw version {seen}, it is {version} now, and"
            f" {status}. Read it again and decide anew."
        )
    if status not in allowed:
        raise AllocationOver(f"The allocation is {status}: this cannot be done with it any more.")


async def _become(
    open_: Connection, allocation: int, status: AllocationStatus, today: date
) -> None:
    await open_.execute(SET_STATUS, allocation, status.value, today)


async def _settle(open_: Connection, effect: int, allocation: int, today: date) -> None:
    """Put it in force where every member has accepted, else open it where no one disputes it."""
    answers = {row[0] for row in await open_.fetch(NOT_ACCEPTED, allocation)}
    if not answers:
        await open_.execute(SUPERSEDE, effect, allocation, today)
        await _become(open_, allocation, AllocationStatus.IN_FORCE, today)
    elif Answer.DISPUTED not in answers:
        await open_.execute(REOPEN, allocation)
