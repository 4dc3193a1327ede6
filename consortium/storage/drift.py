# pyright: basic
"""Whether models, migrations and a database's catalogue say the same."""

import re
from dataclasses import dataclass
from importlib import import_module

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.models import Model

from consortium.storage.budgets import BUDGET_TABLES
from consortium.storage.connections import Connection
from consortium.storage.database import MODELS, tortoise_config
from consortium.storage.queue import QUEUE_TABLES

# Tables that are no models of ours.
UNMODELLED = QUEUE_TABLES | BUDGET_TABLES

# Spelled by models : spelled by the catalogue.
TYPE_NAMES = {
    "BOOL": "boolean",
    "INT": "integer",
    "TIMESTAMPTZ": "timestamp with time zone",
    "VARCHAR": "character varying",
    "DECIMAL": "numeric",
}

COLUMNS = """
SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AS null
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
   AND NOT a.attisdropped AND c.relname <> 'tortoise_migrations' AND c.relname <> ALL ($1)
"""

# Primary keys and NOT NULL follow from the columns; a constraint of one column that is UNIQUE or a
# foreign key is found by that column, everything else by its name.
CONSTRAINTS = """
SELECT c.conname AS name, c.contype::text AS kind, c.conrelid::regclass::text AS table,
       c.confrelid::regclass::text AS target,
       ARRAY(SELECT a.attname::text FROM unnest(c.conkey) k
               JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k) AS columns
  FROM pg_constraint c
 WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('c', 'f', 'u', 'x')
   AND c.conrelid <> to_regclass('tortoise_migrations')
   AND c.conrelid::regclass::text <> ALL ($1)
"""

INDEXES = """
SELECT indexname FROM pg_indexes WHERE schemaname = 'public'
"""


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One thing that a table has."""

    table: str
    what: str


async def unwritten_migrations() -> list[str]:
    """What the models say and the migrations do not yet."""
    config = tortoise_config("postgresql://unused")
    async with TortoiseContext() as context:
        await context.init(config, init_connections=False)
        assert context.apps is not None  # noqa: S101  init made it
        writers = await MigrationAutodetector(context.apps, config["apps"]).changes()
    return [_described(operation) for writer in writers for operation in writer.operations]


async def catalogue_drift(connection: Connection) -> list[str]:
    """Where tables, columns, keys, constraints and indexes differ from the models."""
    config = tortoise_config("postgresql://unused")
    async with TortoiseContext() as context:
        await context.init(config, init_connections=False)
        assert context.apps is not None  # noqa: S101  init made it
        models = [model for app in context.apps.values() for model in app.values()]
        wanted = {fact for model in models for fact in _model_facts(model)}
    named = {name for module in MODELS for name in _extra_constraints(module)}
    found = await _catalogue_facts(connection, named)
    missing_names = named - await _constraint_names(connection)
    missing_indexes = _index_names(models) - await _index_names_found(connection)
    return [
        *(f"{fact.table}: the database lacks {fact.what}" for fact in sorted(wanted - found)),
        *(f"{fact.table}: no model has {fact.what}" for fact in sorted(found - wanted)),
        *(f"the database lacks the constraint {name}" for name in sorted(missing_names)),
        *(f"the database lacks the index {name}" for name in sorted(missing_indexes)),
    ]


def _described(operation: object) -> str:
    parts = [type(operation).__name__]
    parts += [str(vars(operation)[key]) for key in ("model_name", "name") if key in vars(operation)]
    return " ".join(parts)


def _model_facts(model: type[Model]) -> set[Fact]:
    meta = model._meta  # noqa: SLF001  Tortoise has no other way to ask
    facts: set[Fact] = set()
    for name, column in meta.fields_db_projection.items():
        field = meta.fields_map[name]
        null = "null" if field.null else "not null"
        facts.add(Fact(meta.db_table, f"the column {column} {_type_name(field)} {null}"))
        if field.unique and not field.pk:
            facts.add(Fact(meta.db_table, f"a unique key ({column})"))
    for name in meta.fk_fields | meta.o2o_fields:
        relation = meta.fields_map[name]
        assert isinstance(relation, ForeignKeyFieldInstance)  # noqa: S101  that is what both hold
        target = relation.related_model._meta.db_table  # noqa: SLF001
        facts.add(Fact(meta.db_table, f"a foreign key ({relation.source_field}) to {target}"))
    unique = [", ".join(sorted(together)) for together in meta.unique_together]
    return facts | {Fact(meta.db_table, f"a unique key ({columns})") for columns in unique}


def _type_name(field: object) -> str:
    given = field.get_for_dialect("postgres", "SQL_TYPE")  # type: ignore[attr-defined]
    bare = str(given).split(" COLLATE")[0]
    name, _, size = bare.partition("(")
    known = str(TYPE_NAMES.get(name, name.lower()))
    return f"{known}({re.sub(' ', '', size)}" if size else known


async def _catalogue_facts(connection: Connection, named: set[str]) -> set[Fact]:
    facts = set[Fact]()
    for row in await connection.fetch(COLUMNS, [*UNMODELLED]):
        null = "null" if row["null"] else "not null"
        facts.add(Fact(row["table"], f"the column {row['name']} {row['type']} {null}"))
    for row in await connection.fetch(CONSTRAINTS, [*UNMODELLED]):
        if row["name"] not in named:
            facts.add(Fact(row["table"], _constraint(row)))
    return facts


def _constraint(row: asyncpg.Record) -> str:
    columns = ", ".join(sorted(row["columns"]))
    if row["kind"] == "u":
        return f"a unique key ({columns})"
    if row["kind"] == "f":
        return f"a foreign key ({columns}) to {row['target']}"
    return f"the constraint {row['name']}"


async def _constraint_names(connection: Connection) -> set[str]:
    return {row["name"] for row in await connection.fetch(CONSTRAINTS, [*UNMODELLED])}


def _extra_constraints(module: str) -> tuple[str, ...]:
    """Constraints that Tortoise has no words for, listed by the models' module."""
    return getattr(import_module(module), "EXTRA_CONSTRAINTS", ())


def _index_names(models: list[type[Model]]) -> set[str]:
    indexes = [index for model in models for index in model._meta.indexes]  # noqa: SLF001
    return {index.name for index in indexes if not isinstance(index, tuple) and index.name}


async def _index_names_found(connection: Connection) -> set[str]:
    return {row["indexname"] for row in await connection.fetch(INDEXES)}
