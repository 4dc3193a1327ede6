"""Record reference scenarios: an edition after the other, never overwritten."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.effects.actions.common import Cited, citation_of, require_owner
from consortium.effects.reads.solutions import SOLUTIONS
from consortium.effects.rules.references import Scenario, checked_scenario
from consortium.effects.rules.texts import checked_reference
from consortium.effects.rules.vocabulary import ReferenceBasis, ReferenceStep
from consortium.kernel.errors import check_seen
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible

LOCK = "SELECT lifetime_years FROM solution WHERE id = $1 FOR UPDATE"
LAST = """
SELECT coalesce(max(edition), 0) FROM reference_scenario WHERE solution_id = $1 AND reference = $2
"""
INSERT = """
INSERT INTO reference_scenario (solution_id, reference, edition, situation, basis, path, reason,
    description, remaining_life_years, legal_minimum, legal_citation_id, legal_cap_kg_co2e,
    geography, valid_from, valid_to, citation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id
"""


class CreateReferenceScenario(NamedTuple):
    """A reference scenario, or a new edition of one; `last_edition` as the caller saw it, else 0.

    `path` are the answers to the tree, in their order; the situation follows from them.
    """

    solution: int
    reference: str
    last_edition: int
    path: tuple[ReferenceStep, ...]
    basis: ReferenceBasis
    reason: str
    description: str
    geography: str
    remaining_life_years: Decimal | None = None
    legal_minimum: str = ""
    legal_source: Cited | None = None
    legal_cap_kg_co2e: Decimal | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: Cited | None = None


async def create_reference_scenario(
    by: Principal, command: CreateReferenceScenario, today: date
) -> int:
    """Record a reference scenario of a solution; returns its id.

    Raises:
        NotFound: there is no such solution that the caller may see.
        PermissionDenied: the caller enters no figures for its owner.
        ChangedMeanwhile: there is a later edition than the caller saw.
        BadInput: the answers, the basis, the reason and the like, as they say.
    """
    solution = command.solution
    async with audited(
        by, "reference-scenario:create", organisation_id=by.organisation_id
    ) as open_:
        await require_visible(open_, SOLUTIONS, solution, by, today)
        await require_owner(open_, by, solution)
        reference = checked_reference(command.reference, "reference")
        lifetime = await open_.fetchval(LOCK, solution)
        legal_source = await citation_of(open_, command.legal_source)
        situation, given = checked_scenario(_stated(command, legal_source), lifetime)
        last: int = await open_.fetchval(LAST, solution, reference)
        check_seen(command.last_edition, last)
        key: int = await open_.fetchval(
            INSERT,
            solution,
            reference,
            last + 1,
            situation.value,
            given.basis.value,
            " ".join(given.path),
            given.reason,
            given.description,
            given.remaining_life_years,
            given.legal_minimum,
            legal_source,
            given.legal_cap_kg_co2e,
            given.geography,
            given.valid_from,
            given.valid_to,
            await citation_of(open_, command.source),
        )
    return key


def _stated(command: CreateReferenceScenario, legal_source: int | None) -> Scenario:
    return Scenario(
        [ReferenceStep(one) for one in command.path],
        command.basis,
        command.reason,
        command.description,
        command.geography,
        command.remaining_life_years,
        command.legal_minimum,
        command.legal_cap_kg_co2e,
        legal_source is not None,
        command.valid_from,
        command.valid_to,
    )
