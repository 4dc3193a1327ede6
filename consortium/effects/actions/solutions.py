"""Record solutions, change them, and record their side effects."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.effects.actions.common import (
    Cited,
    citation_of,
    require_owner,
    writing_organisation,
)
from consortium.effects.reads.solutions import SOLUTIONS
from consortium.effects.rules.solutions import (
    ReferenceTaken,
    ShownByEffects,
    SolutionCompared,
    check_lifetime,
    check_parts,
    checked_fossil_use,
    shown_to_more,
)
from consortium.effects.rules.texts import checked_reference, checked_statement, checked_text
from consortium.effects.rules.vocabulary import ChainRole, EnvironmentalObjective, Finding
from consortium.kernel.errors import check_seen
from consortium.kernel.principal import Principal
from consortium.kernel.visibility import Visibility, check_visibility_change
from consortium.kernel.wording import check_wording
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.value_chains.reads import STAGES, VALUE_CHAINS

INSERT = """
INSERT INTO solution (organisation_id, reference, name, description, category, function,
    functional_unit, unit, lifetime_years, fossil_use, fossil_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (organisation_id, reference) DO NOTHING RETURNING id
"""
PART = "INSERT INTO solution_part (containing_id, contained_id) VALUES ($1, $2)"
ROLE = """
INSERT INTO solution_role (solution_id, value_chain_id, stage_id, role, explanation)
VALUES ($1, $2, $3, $4, $5)
"""
KEPT = """
SELECT organisation_id, version, visibility, name, description, category, function,
    functional_unit, unit, lifetime_years, fossil_use, fossil_reason,
    EXISTS (SELECT FROM reference_scenario r WHERE r.solution_id = s.id) AS compared
FROM solution s WHERE id = $1 FOR UPDATE
"""
UPDATE = """
UPDATE solution SET name = $2, description = $3, category = $4, function = $5,
    functional_unit = $6, unit = $7, lifetime_years = $8, fossil_use = $9, fossil_reason = $10,
    visibility = $11, version = version + 1
WHERE id = $1
"""
SHOWN = "SELECT DISTINCT visibility FROM effect WHERE solution_id = $1"
PARTLESS = "DELETE FROM solution_part WHERE containing_id = $1"
ROLELESS = "DELETE FROM solution_role WHERE solution_id = $1"
SIDE_EFFECT = "SELECT version FROM solution_side_effect WHERE solution_id = $1 AND objective = $2"
SET_SIDE_EFFECT = """
INSERT INTO solution_side_effect (solution_id, objective, finding, explanation, citation_id)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (solution_id, objective) DO UPDATE SET finding = EXCLUDED.finding,
    explanation = EXCLUDED.explanation, citation_id = EXCLUDED.citation_id,
    version = solution_side_effect.version + 1
"""
LOCK = "SELECT FROM solution WHERE id = $1 FOR UPDATE"


class Role(NamedTuple):
    """What a solution is in a value chain, or in one of its stages."""

    value_chain: int
    role: ChainRole
    explanation: str
    stage: int | None = None


class CreateSolution(NamedTuple):
    """A solution of the caller's organisation; `unit` is what is counted of it."""

    reference: str
    name: str
    category: str
    function: str
    functional_unit: str
    unit: str
    lifetime_years: Decimal
    description: str = ""
    fossil_use: bool | None = None
    fossil_reason: str = ""
    parts: tuple[int, ...] = ()
    roles: tuple[Role, ...] = ()


class UpdateSolution(NamedTuple):
    """What shall be otherwise; what is left out stays. `version` is the one the caller saw."""

    solution: int
    version: int
    name: str | None = None
    description: str | None = None
    category: str | None = None
    function: str | None = None
    functional_unit: str | None = None
    unit: str | None = None
    lifetime_years: Decimal | None = None
    fossil_use: bool | None = None
    fossil_reason: str | None = None
    visibility: Visibility | None = None
    parts: tuple[int, ...] | None = None
    roles: tuple[Role, ...] | None = None


class RecordSideEffect(NamedTuple):
    """What was found of an objective; `version` is that of the finding seen, 0 of none."""

    solution: int
    objective: EnvironmentalObjective
    version: int
    finding: Finding
    explanation: str
    source: Cited | None = None


async def create_solution(by: Principal, command: CreateSolution, today: date) -> int:
    """Record a solution, PRIVATE at first; returns its id.

    Raises:
        PermissionDenied: the caller enters no figures.
        NotFound: a part, a chain or a stage that the caller may not see.
        ReferenceTaken, BadInput: as they say.
    """
    async with audited(by, "solution:create", organisation_id=by.organisation_id) as open_:
        owner = writing_organisation(by)
        check_lifetime(command.lifetime_years)
        fossil = checked_fossil_use(command.fossil_use, command.fossil_reason)
        reference = checked_reference(command.reference, "reference")
        key: int | None = await open_.fetchval(
            INSERT,
            owner,
            reference,
            checked_statement(command.name, "name"),
            _description(command.description),
            checked_text(command.category, "category"),
            checked_statement(command.function, "function"),
            checked_statement(command.functional_unit, "functionalUnit"),
            checked_text(command.unit, "unit"),
            command.lifetime_years,
            command.fossil_use,
            fossil,
        )
        if key is None:
            raise ReferenceTaken().at("reference")
        await _set_parts(open_, by, key, command.parts, today)
        await _set_roles(open_, by, key, command.roles, today)
    return key


async def update_solution(by: Principal, command: UpdateSolution, today: date) -> int:
    """Change a solution; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller enters no figures for its owner, or may not show it so.
        ChangedMeanwhile: somebody else changed it.
        SolutionCompared, ShownByEffects, BadInput: as they say.
    """
    key = command.solution
    async with audited(by, "solution:update", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, SOLUTIONS, key, by, today)
        await require_owner(open_, by, key)
        [kept] = await open_.fetch(KEPT, key)
        check_seen(command.version, kept["version"])
        values = _updated(command, dict(kept))
        await _check_shown(open_, by, command, dict(kept))
        await open_.execute(UPDATE, key, *values)
        if command.parts is not None:
            await open_.execute(PARTLESS, key)
            await _set_parts(open_, by, key, command.parts, today)
        if command.roles is not None:
            await open_.execute(ROLELESS, key)
            await _set_roles(open_, by, key, command.roles, today)
    return key


async def record_side_effect(by: Principal, command: RecordSideEffect, today: date) -> int:
    """Record what was found of a side effect; returns the solution's id.

    Raises:
        NotFound: there is no such solution that the caller may see.
        PermissionDenied: the caller enters no figures for its owner.
        ChangedMeanwhile: there is another finding than the caller saw.
        TextMissing: without an explanation.
    """
    key, objective = command.solution, command.objective.value
    async with audited(by, "side-effect:record", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, SOLUTIONS, key, by, today)
        await require_owner(open_, by, key)
        explanation = checked_statement(command.explanation, "explanation")
        await open_.execute(LOCK, key)
        check_seen(command.version, await open_.fetchval(SIDE_EFFECT, key, objective) or 0)
        citation = await citation_of(open_, command.source)
        about = (command.finding.value, explanation, citation)
        await open_.execute(SET_SIDE_EFFECT, key, objective, *about)
    return key


def _updated(command: UpdateSolution, kept: dict[str, object]) -> tuple[object, ...]:
    """The values of the row after the change. Raises SolutionCompared, BadInput."""
    texts = {
        name: kept[name] if given is None else checked(given, path)
        for name, path, given, checked in (
            ("name", "name", command.name, checked_statement),
            ("category", "category", command.category, checked_text),
            ("function", "function", command.function, checked_statement),
            ("functional_unit", "functionalUnit", command.functional_unit, checked_statement),
            ("unit", "unit", command.unit, checked_text),
        )
    }
    years = command.lifetime_years
    if years is not None:
        check_lifetime(years)
    else:
        years = Decimal(str(kept["lifetime_years"]))
    measures = {name: texts[name] for name in ("function", "functional_unit", "unit")}
    changed = any(kept[name] != value for name, value in measures.items())
    if kept["compared"] and (changed or years != kept["lifetime_years"]):
        raise SolutionCompared
    given = command.description
    description = kept["description"] if given is None else _description(given)
    return (
        texts["name"],
        description,
        texts["category"],
        *measures.values(),
        years,
        *_fossil_use(command, kept),
        (command.visibility or Visibility(str(kept["visibility"]))).value,
    )


def _description(text: str) -> str:
    check_wording(text, "description")
    return text.strip()


def _fossil_use(command: UpdateSolution, kept: dict[str, object]) -> tuple[object, object]:
    if command.fossil_use is None and command.fossil_reason is None:
        return kept["fossil_use"], kept["fossil_reason"]
    return command.fossil_use, checked_fossil_use(command.fossil_use, command.fossil_reason or "")


async def _check_shown(
    connection: Connection, by: Principal, command: UpdateSolution, kept: dict[str, object]
) -> None:
    """Refuse to show the solution to others than the caller may, or to fewer than its effects."""
    before, after = Visibility(str(kept["visibility"])), command.visibility
    if after is None or after is before:
        return
    check_visibility_change(by, int(str(kept["organisation_id"])), before, after)
    shown = [Visibility(row[0]) for row in await connection.fetch(SHOWN, command.solution)]
    if any(shown_to_more(one, after) for one in shown):
        raise ShownByEffects().at("visibility")


async def _set_parts(
    connection: Connection, by: Principal, key: int, parts: tuple[int, ...], today: date
) -> None:
    check_parts(parts)
    for part in parts:
        await require_visible(connection, SOLUTIONS, part, by, today)
        await connection.execute(PART, key, part)


async def _set_roles(
    connection: Connection, by: Principal, key: int, roles: tuple[Role, ...], today: date
) -> None:
    for at, one in enumerate(roles):
        await require_visible(connection, VALUE_CHAINS, one.value_chain, by, today)
        if one.stage is not None:
            await require_visible(connection, STAGES, one.stage, by, today)
        explanation = checked_statement(one.explanation, "roles", str(at), "explanation")
        about = (one.value_chain, one.stage, one.role.value, explanation)
        await connection.execute(ROLE, key, *about)
