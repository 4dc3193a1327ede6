"""What is read of a computed answer: `{t}.answer` is the JSON of `rules.questions`."""

from collections.abc import Mapping

from consortium.kernel.principal import Rights
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Computed, Embedded, Field, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.value_chains.models import ChainComputation
from consortium.value_chains.reads import ACTIVITIES, CHAIN_VERSIONS, STAGES
from consortium.value_chains.rules.vocabulary import ComputedAnswer, SolvingMethod

_POSITION = Column("{t}.position", SqlType.INTEGER, nullable=False)
_MASS = Column("{t}.kg_co2e", SqlType.NUMERIC, nullable=False, mass=True)
_SHARE = Column("{t}.share", SqlType.NUMERIC)
_AMOUNT = Column("{t}.amount", SqlType.NUMERIC, nullable=False)


def _rows(name: str, sql: str, columns: str, fields: Mapping[str, Field]) -> Many:
    """A list in the answer, each item a row of these columns."""
    table = f"SELECT * FROM jsonb_to_recordset({sql}) AS found (position int, {columns})"
    return Many(
        Source(
            name=name,
            table=lambda _, __: table,
            visible_to=everyone,
            fields={"position": _POSITION, **fields},
            key="position",
            default_order=(("position", False),),
        )
    )


def _one(source: Source, name: str) -> One:
    return One(source, f"{{u}}.id = {{t}}.{name}")


def _value(answer: str, name: str, *, nullable: bool = False) -> Column:
    return Column(f"({answer}->>'{name}')::numeric", SqlType.NUMERIC, nullable)


def _mass(answer: str, name: str, *, nullable: bool = False) -> Column:
    return Column(f"({answer}->>'{name}')::numeric", SqlType.NUMERIC, nullable, mass=True)


def _count(answer: str, name: str) -> Column:
    return Column(f"({answer}->>'{name}')::bigint", SqlType.BIGINT, nullable=False)


def _version(answer: str) -> One:
    return One(CHAIN_VERSIONS, f"{{u}}.id = ({answer}->>'version_id')::bigint")


_STEPS = Source(
    name="chain_path_step",
    table=lambda _, __: (
        "SELECT step.place - 1 AS position, step.id::bigint AS activity_id"
        " FROM jsonb_array_elements_text({t}.activities) WITH ORDINALITY step (id, place)"
    ),
    visible_to=everyone,
    fields={
        "position": Column("{t}.position", SqlType.BIGINT, nullable=False),
        "activity": _one(ACTIVITIES, "activity_id"),
    },
    key="position",
    default_order=(("position", False),),
)


def _interval(answer: str) -> Embedded:
    within = f"{answer}->'uncertainty'"
    return Embedded(
        {
            "draws": _count(within, "draws"),
            "mean": _mass(within, "mean_kg_co2e"),
            "median": _mass(within, "median_kg_co2e"),
            "low": _mass(within, "low_kg_co2e"),
            "high": _mass(within, "high_kg_co2e"),
        },
        present=f"{within} IS NOT NULL AND {within} <> 'null'",
    )


def _footprint(answer: str) -> dict[str, Field]:
    """The fields of an answer, or of one side of it."""
    return {
        "version": _version(answer),
        "footprint": _mass(answer, "kg_co2e"),
        "method": Column(f"({answer}->>'method')", nullable=False, enum=SolvingMethod),
        "rounds": _count(answer, "rounds"),
        "residual": _value(answer, "residual"),
        "error": _value(answer, "error"),
        "activity_count": _count(answer, "size"),
        "largest_loop": _count(answer, "largest_loop"),
        "gases": _rows(
            "chain_gas",
            f"{answer}->'gases'",
            "gas text, mass_kg numeric, kg_co2e numeric, share numeric",
            {
                "gas": Column("{t}.gas", nullable=False),
                "mass_kg": Column("{t}.mass_kg", SqlType.NUMERIC, nullable=False),
                "emitted": _MASS,
                "share": _SHARE,
            },
        ),
        "activities": _rows(
            "chain_activity",
            f"{answer}->'activities'",
            "activity_id bigint, amount numeric, kg_co2e numeric, share numeric",
            {
                "activity": _one(ACTIVITIES, "activity_id"),
                "amount": _AMOUNT,
                "emitted": _MASS,
                "share": _SHARE,
            },
        ),
        "organisations": _rows(
            "chain_organisation",
            f"{answer}->'organisations'",
            "organisation_id bigint, kg_co2e numeric, share numeric",
            {
                "organisation": _one(ORGANISATIONS, "organisation_id"),
                "emitted": _MASS,
                "share": _SHARE,
            },
        ),
        "stages": _rows(
            "chain_stage",
            f"{answer}->'stages'",
            "stage_id bigint, kg_co2e numeric, share numeric",
            {"stage": _one(STAGES, "stage_id"), "emitted": _MASS, "share": _SHARE},
        ),
        "tiers": _rows(
            "chain_tier",
            f"{answer}->'tiers'",
            "tier int, kg_co2e numeric, share numeric",
            {
                "tier": Column("{t}.tier", SqlType.INTEGER),
                "emitted": _MASS,
                "share": _SHARE,
            },
        ),
        "suppliers": _rows(
            "chain_supplier",
            f"{answer}->'suppliers'",
            "activity_id bigint, amount numeric, kg_co2e numeric, share numeric",
            {
                "activity": _one(ACTIVITIES, "activity_id"),
                "amount": _AMOUNT,
                "footprint": _MASS,
                "share": _SHARE,
            },
        ),
        "paths": Embedded(
            {
                "is_complete": Column(
                    f"({answer}->'paths'->>'is_complete')::boolean",
                    SqlType.BOOLEAN,
                    nullable=False,
                ),
                "found": _rows(
                    "chain_path",
                    f"{answer}->'paths'->'found'",
                    "activities jsonb, amount numeric, kg_co2e numeric, whole_kg_co2e numeric,"
                    " share numeric",
                    {
                        "steps": Many(_STEPS),
                        "amount": _AMOUNT,
                        "emitted": _MASS,
                        "footprint": Column(
                            "{t}.whole_kg_co2e", SqlType.NUMERIC, nullable=False, mass=True
                        ),
                        "share": _SHARE,
                    },
                ),
            }
        ),
        "sensitivities": _rows(
            "chain_sensitivity",
            f"{answer}->'sensitivities'",
            "supplier_id bigint, consumer_id bigint, elasticity numeric",
            {
                "supplier": _one(ACTIVITIES, "supplier_id"),
                "consumer": _one(ACTIVITIES, "consumer_id"),
                "elasticity": Column("{t}.elasticity", SqlType.NUMERIC, nullable=False),
            },
        ),
        "sankey": _rows(
            "chain_flow",
            f"{answer}->'sankey'",
            "supplier_id bigint, consumer_id bigint, kg_co2e numeric, share numeric",
            {
                "supplier": _one(ACTIVITIES, "supplier_id"),
                "consumer": _one(ACTIVITIES, "consumer_id"),
                "footprint": _MASS,
                "share": _SHARE,
            },
        ),
        "uncertainty": _interval(answer),
    }


def _comparison(answer: str) -> dict[str, Field]:
    """The fields of two answers, and of what differs."""
    return {
        "baseline": Embedded(_footprint(f"{answer}->'baseline'")),
        "scenario": Embedded(_footprint(f"{answer}->'scenario'")),
        "avoided": _mass(answer, "avoided_kg_co2e"),
        "share": _value(answer, "share", nullable=True),
        "activities": _rows(
            "chain_compared_activity",
            f"{answer}->'activities'",
            "activity_id bigint, baseline_kg_co2e numeric, scenario_kg_co2e numeric,"
            " avoided_kg_co2e numeric",
            {
                "activity": _one(ACTIVITIES, "activity_id"),
                "baseline": Column("{t}.baseline_kg_co2e", SqlType.NUMERIC, mass=True),
                "scenario": Column("{t}.scenario_kg_co2e", SqlType.NUMERIC, mass=True),
                "avoided": Column(
                    "{t}.avoided_kg_co2e", SqlType.NUMERIC, nullable=False, mass=True
                ),
            },
        ),
        "uncertainty": _interval(answer),
    }


CHAIN_FOOTPRINT = Computed(ComputedAnswer.FOOTPRINT, _footprint("{t}.answer"))
CHAIN_COMPARISON = Computed(ComputedAnswer.COMPARISON, _comparison("{t}.answer"))

PRODUCT_FOOTPRINTS = Computed(
    ComputedAnswer.PRODUCTS,
    {
        "version": _version("{t}.answer"),
        "products": _rows(
            "product_footprint",
            "{t}.answer->'products'",
            "activity_id bigint, kg_co2e numeric, error_kg_co2e numeric",
            {
                "activity": _one(ACTIVITIES, "activity_id"),
                "footprint": _MASS,
                "error": Column("{t}.error_kg_co2e", SqlType.NUMERIC, nullable=False, mass=True),
            },
        ),
    },
)

# What a caller is told of a direct supplier whose activity it may not see.
_SUPPLIED = Source(
    name="supplied_product",
    table="activity",
    visible_to=everyone,
    fields={
        "product": Column("{t}.product", nullable=False),
        "unit": Column("{t}.unit", nullable=False),
        "organisation": _one(ORGANISATIONS, "organisation_id"),
    },
)
SUPPLIER_FOOTPRINTS = Computed(
    ComputedAnswer.SUPPLIERS,
    {
        "footprint": _mass("{t}.answer", "kg_co2e"),
        "own": _mass("{t}.answer", "own_kg_co2e"),
        "beyond": _mass("{t}.answer", "beyond_kg_co2e", nullable=True),
        "is_beyond_hidden": Column(
            "({t}.answer->>'is_beyond_hidden')::boolean", SqlType.BOOLEAN, nullable=False
        ),
        "suppliers": _rows(
            "supplier_footprint",
            "{t}.answer->'suppliers'",
            "activity_id bigint, amount numeric, kg_co2e numeric",
            {
                "product": _one(_SUPPLIED, "activity_id"),
                "amount": _AMOUNT,
                "footprint": _MASS,
            },
        ),
    },
)


def _asker_visible_to(rights: Rights) -> str:
    """The row rule of what an organisation asked."""
    return "{t}.organisation_id = {caller_organisation}" if rights.has_organisation else "false"


_ANSWERED = "{t}.answer IS NOT NULL AND ({t}.answer->'baseline' IS NOT NULL) = "
CHAIN_COMPUTATIONS = Source(
    name="chain_computation",
    table="chain_computation",
    prefix="computation",
    visible_to=_asker_visible_to,
    fields=columns(
        ChainComputation,
        "computation",
        (
            "status",
            "draws",
            "draws_wanted",
            "code",
            "message",
            "version",
            "asked_at",
            "started_at",
            "ended_at",
        ),
    )
    | {
        "footprint": Embedded(_footprint("{t}.answer"), _ANSWERED + "false"),
        "comparison": Embedded(_comparison("{t}.answer"), _ANSWERED + "true"),
    },
    filters=("id", "status", "asked_at", "ended_at"),
    orders={"asked_at": ("asked_at",)},
)
