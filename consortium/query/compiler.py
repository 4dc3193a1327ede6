"""Picks become SQL: one statement, whose one value is the finished JSON object.

Fields of a row are the pairs of a JSON object; a row of another source is joined; many rows are a
subquery that makes an array, or the page of a connection (`pages`). Columns of the response are
named in the JSON only, so PostgreSQL's limit of 63 bytes for a name never matters.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from consortium.kernel.ids import GlobalId
from consortium.kernel.principal import Rights
from consortium.kernel.quantities import UNITS_PER_KG, MassUnit
from consortium.query import pages, searches
from consortium.query.filters import condition
from consortium.query.ordering import order_clause, sorts
from consortium.query.pick import Args, Bind, Pick
from consortium.query.rows import from_item, joined, rule
from consortium.query.scope import Scope
from consortium.query.source import (
    AnyOf,
    Asked,
    Column,
    Computed,
    Embedded,
    Field,
    Lookup,
    Many,
    One,
    Search,
    Source,
)
from consortium.query.sqltypes import SqlType
from consortium.query.statement import Statement, statement_of
from consortium.query.writer import Writer, conjunction, exactly_one, json_object, text

# A plain list (not a page) is of things that are few by nature; this is its hard end.
LIST_MAX = 1000


def compile_statement(
    root: Source, picks: tuple[Pick, ...], rights: Rights, nodes: dict[str, Source]
) -> Statement:
    """The statement that answers `picks` of the root; `nodes` are the sources with global ids."""
    writer = Writer(rights, assuming=True)
    statement = _root_statement(Compiler(writer, nodes), root, picks)
    if not writer.assumptions:
        return statement
    careful = _root_statement(Compiler(Writer(rights), nodes), root, picks)
    return replace(statement, otherwise=careful)


def compile_row(
    source: Source, picks: tuple[Pick, ...], rights: Rights, nodes: dict[str, Source]
) -> Statement:
    """The statement that answers `picks` of the row named by `Inputs.row`; null if not visible."""
    writer = Writer(rights)
    key = writer.bind(Bind(lambda inputs: inputs.row), SqlType.BIGINT)
    value = Compiler(writer, nodes).row(source, picks, f"{{t}}.{source.key} = {key}")
    return statement_of(f"SELECT {value}", writer.slots)


def _root_statement(compiler: "Compiler", root: Source, picks: tuple[Pick, ...]) -> Statement:
    """The statement; its answer is null where what its writer assumed does not hold."""
    scope = Scope("root")
    value = compiler.object_of(root.fields, picks, scope)
    if compiler.writer.assumptions:
        value = f"CASE WHEN {' AND '.join(compiler.writer.assumptions)} THEN {value} END"
    item = f" FROM {scope.from_sql('(VALUES (1)) root (id)')}" if scope.joins else ""
    statement = statement_of(f"SELECT {value}{item}", compiler.writer.slots)
    return replace(statement, computations=tuple(compiler.writer.computations))


@dataclass(slots=True)
class Compiler:
    """Writes one statement."""

    writer: Writer
    nodes: dict[str, Source]

    def object_of(self, fields: dict[str, Field], picks: tuple[Pick, ...], scope: Scope) -> str:
        """SQL of a JSON object."""
        return json_object([(pick.key, self._value(fields, pick, scope)) for pick in picks])

    def _value(self, fields: dict[str, Field], pick: Pick, scope: Scope) -> str:
        if pick.name == "__typename":
            return text(pick.typename)
        asked = fields[pick.name]
        return _WRITERS[type(asked)](self, asked, pick, scope)

    def column(self, column: Column, pick: Pick, scope: Scope) -> str:
        """SQL of one value, as it is shown."""
        sql = self.writer.fill(column.sql, scope.alias)
        if column.prefix is not None:
            return f"{text(column.prefix + '_')} || {sql}"
        if column.mass:
            unit = MassUnit(pick.args.get("unit") or MassUnit.TONNE_CO2E)
            sql = f"{sql} * {UNITS_PER_KG[unit]:f}"
        if column.type is SqlType.NUMERIC:
            # As text: a JSON number would pass through binary floating point in most clients.
            return f"trim_scale({sql})::text"
        return sql

    def embedded(self, embedded: Embedded, pick: Pick, scope: Scope) -> str:
        """SQL of an object made of the same row."""
        value = self.object_of(dict(embedded.fields), pick.picks, scope)
        if embedded.present is None:
            return value
        return f"CASE WHEN {self.writer.fill(embedded.present, scope.alias)} THEN {value} END"

    def asked(self, asked: Asked, pick: Pick, scope: Scope) -> str:
        """SQL of an object whose arguments are read below it."""
        with self._asking(pick.args):
            return self.object_of(dict(asked.fields), pick.picks, scope)

    @contextmanager
    def _asking(self, args: Args) -> Generator[None]:
        """Derived sources below read these arguments."""
        outer, self.writer.asked = self.writer.asked, args
        try:
            yield
        finally:
            self.writer.asked = outer

    def computed(self, computed: Computed, pick: Pick, _: Scope) -> str:
        """SQL of an object made of what was computed; null where that is nothing."""
        answer = self.writer.computed(computed.name, pick)
        scope = Scope(self.writer.alias())
        value = self.object_of(dict(computed.fields), pick.picks, scope)
        item = scope.from_sql(f"(SELECT {answer} AS answer) {scope.alias}")
        return f"(SELECT {value} FROM {item} WHERE {scope.alias}.answer IS NOT NULL)"

    def one(self, one: One, pick: Pick, scope: Scope) -> str:
        """SQL of a related row's object; the row is joined."""
        other = self.writer.alias()
        target = one.target
        on = conjunction(
            [
                joined(self.writer, one.on, pick.args, scope.alias, other),
                rule(self.writer, target, other),
            ]
        )
        item = from_item(self.writer, target, pick.args, other, scope.alias)
        scope.joins.append(f"LEFT JOIN {item} ON {on}")
        with self._asking(self.writer.asked if isinstance(target.table, str) else pick.args):
            value = self.object_of(target.fields, pick.picks, Scope(other, scope.joins))
        return f"CASE WHEN {other}.{target.key} IS NOT NULL THEN {value} END"

    def many(self, many: Many, pick: Pick, scope: Scope) -> str:
        """SQL of related rows, as a page or as a list."""
        if pick.connection:
            return pages.connection(self, many, pick, scope)
        return self._list(many, pick, scope)

    def _list(self, many: Many, pick: Pick, scope: Scope) -> str:
        target = many.target
        other = self.writer.alias()
        order = order_clause(sorts(many, other, pick.args.get("order_by"), self.writer.asked))
        conditions = self.conditions(many, pick.args, scope.alias, other)
        item = from_item(self.writer, target, pick.args, other, scope.alias)
        limit = pages.page_size(pick.args.get("first"), default=LIST_MAX)
        inner = Scope(other)
        value = self.object_of(target.fields, pick.picks, inner)
        rows = (
            f"(SELECT {other}.* FROM {item}"
            f" WHERE {conditions} ORDER BY {order} LIMIT {limit}) {other}"
        )
        return (
            f"(SELECT coalesce(json_agg({value} ORDER BY {order}), '[]')"
            f" FROM {inner.from_sql(rows)})"
        )

    def conditions(self, many: Many, args: Args, alias: str, other: str) -> str:
        """Which rows of the target belong to the row `alias`, may be seen and pass the filter."""
        asked = args.get("search")
        return conjunction(
            [
                joined(self.writer, many.on, args, alias, other),
                rule(self.writer, many.target, other),
                condition(self.writer, many.target, other, args.get("where")),
                "true" if asked is None else searches.matching(self.writer, other, asked),
            ]
        )

    def lookup(self, lookup: Lookup, pick: Pick, _: Scope) -> str:
        """SQL of the row that the one argument given finds."""
        name = exactly_one(pick.args, tuple(lookup.by))
        key = lookup.by[name]
        value = self.writer.bind(pick.args[name], key.type, key.prepare)
        return self.row(lookup.target, pick.picks, key.sql.replace("{value}", value))

    def row(self, source: Source, picks: tuple[Pick, ...], found: str) -> str:
        """SQL of the row's JSON object where `found` (a template) holds; null if there is none."""
        alias = self.writer.alias()
        scope = Scope(alias)
        value = self.object_of(source.fields, picks, scope)
        where = conjunction([self.writer.fill(found, alias), rule(self.writer, source, alias)])
        item = from_item(self.writer, source, {}, alias)
        return f"(SELECT {value} FROM {scope.from_sql(item)} WHERE {where})"

    def node(self, any_of: AnyOf, pick: Pick, _: Scope) -> str:
        """SQL of the row that a global id names, or of several in their order."""
        if any_of.many:
            return self._node_list(pick)
        given = pick.args["id"]
        prefix = self.writer.bind(given, SqlType.TEXT, _prefix)
        return self._by_type(pick, prefix, self.writer.bind(given, SqlType.BIGINT, _key))

    def _node_list(self, pick: Pick) -> str:
        given = pick.args["ids"]
        prefixes = self.writer.bind_array(given, SqlType.TEXT, _prefix)
        keys = self.writer.bind_array(given, SqlType.BIGINT, _key)
        asked = self.writer.alias()
        value = self._by_type(pick, f"{asked}.prefix", f"{asked}.key")
        return (
            f"(SELECT coalesce(json_agg({value} ORDER BY {asked}.place), '[]')"
            f" FROM unnest({prefixes}, {keys}) WITH ORDINALITY {asked} (prefix, key, place))"
        )

    def search(self, targets: Search, pick: Pick, _: Scope) -> str:
        """SQL of the rows that match words."""
        return searches.search(self, targets, pick)

    def _by_type(self, pick: Pick, prefix: str, key: str) -> str:
        ways = [
            f"WHEN {text(str(source.prefix))} THEN "
            + self.row(source, pick.by_type[typename], f"{{t}}.{source.key} = {key}")
            for typename, source in self.nodes.items()
        ]
        return f"CASE {prefix} {' '.join(ways)} END"


_Write = Callable[[Compiler, Any, Pick, Scope], str]

# How each kind of field is written.
_WRITERS: dict[type, _Write] = {
    Column: Compiler.column,
    Embedded: Compiler.embedded,
    Asked: Compiler.asked,
    Computed: Compiler.computed,
    One: Compiler.one,
    Many: Compiler.many,
    Lookup: Compiler.lookup,
    AnyOf: Compiler.node,
    Search: Compiler.search,
}


def _prefix(value: object) -> str | None:
    return value.prefix if isinstance(value, GlobalId) else None


def _key(value: object) -> int | None:
    return value.key if isinstance(value, GlobalId) else None
