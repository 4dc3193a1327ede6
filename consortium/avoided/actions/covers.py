"""Link a disclosed claim to the effect that covers it, and undo that; all sums follow at once."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.avoided.actions.standings import refresh
from consortium.avoided.reads.claims import CLAIMS
from consortium.avoided.rules.covers import (
    ClaimCovered,
    ClaimNotCovered,
    Covered,
    Covering,
    check_cover,
)
from consortium.avoided.rules.vocabulary import ClaimKind
from consortium.effects.reads.effects import EFFECTS
from consortium.kernel.errors import PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.kernel.visibility import Visibility
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

CLAIM = """
SELECT organisation_id, kind, period_start, period_end, visibility, part_of_id IS NOT NULL
FROM avoided_claim WHERE id = $1 FOR NO KEY UPDATE
"""
EFFECT = """
SELECT e.timeframe, e.period_start, e.period_end, e.visibility, s.visibility
FROM effect e JOIN solution s ON s.id = e.solution_id WHERE e.id = $1 FOR SHARE OF e
"""
OPEN = "SELECT id FROM avoided_cover WHERE claim_id = $1 AND ended_on IS NULL"
COVER = """
INSERT INTO avoided_cover (claim_id, effect_id, reason, covered_on) VALUES ($1, $2, $3, $4)
"""
UNCOVER = "UPDATE avoided_cover SET ended_on = greatest(covered_on, $2) WHERE id = $1"


class CoverClaim(NamedTuple):
    """The claim, and the effect that covers it."""

    claim: int
    effect: int
    reason: str


class UncoverClaim(NamedTuple):
    """The claim that counts again."""

    claim: int


async def cover_claim(by: Principal, command: CoverClaim, today: date) -> int:
    """Take a disclosed claim out of the sums, since an effect covers it; returns the claim's id.

    Raises:
        NotFound: there is no such claim, or effect, that the caller may see.
        PermissionDenied: the caller approves no figures of its organisation, and reviews no claims.
        ClaimCovered: one effect covers it already.
        CoverUnexplained, CoversPart, CoverDiffers, EffectShownToFewer: as they say.
    """
    key, effect, reason = command
    async with audited(by, "claim:cover", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, CLAIMS, key, by, today)
        owner, claim = await _locked(open_, by, key)
        await require_visible(open_, EFFECTS, effect, by, today)
        [found] = await open_.fetch(EFFECT, effect)
        shown = (Visibility(found[3]), Visibility(found[4]))
        given = check_cover(claim, Covering(found[0], found[1], found[2], shown), reason)
        if await open_.fetchval(OPEN, key) is not None:
            raise ClaimCovered
        await open_.execute(COVER, key, effect, given, today)
        await refresh([owner], today=today)
    return key


async def uncover_claim(by: Principal, command: UncoverClaim, today: date) -> int:
    """Let a claim count again from today on; returns its id.

    Raises:
        NotFound, PermissionDenied: as of `cover_claim`.
        ClaimNotCovered: nothing covers it.
    """
    [key] = command
    async with audited(by, "claim:uncover", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, CLAIMS, key, by, today)
        owner, _ = await _locked(open_, by, key)
        cover = await open_.fetchval(OPEN, key)
        if cover is None:
            raise ClaimNotCovered
        await open_.execute(UNCOVER, cover, today)
        await refresh([owner], today=today)
    return key


async def _locked(connection: Connection, by: Principal, key: int) -> tuple[int, Covered]:
    """Whose claim it is and what it says, locked: after the sums, as by all who write them."""
    owner = await connection.fetchval(
        "SELECT organisation_id FROM avoided_claim WHERE id = $1", key
    )
    own = by.organisation_id == owner and by.may(Permission.FIGURES_APPROVE)
    if not own and not by.may(Permission.CLAIMS_REVIEW):
        raise PermissionDenied
    await connection.execute("SELECT avoided_total_lock()")
    [row] = await connection.fetch(CLAIM, key)
    owner, kind, start, end, visibility, is_part = row
    return owner, Covered(ClaimKind(kind), start, end, Visibility(visibility), is_part)
