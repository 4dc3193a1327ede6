"""Resolvers over a world, run by graphql-core's own executor on the schema's text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from graphql import (
    ExecutionResult,
    FloatValueNode,
    GraphQLAbstractType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    StringValueNode,
    build_schema,
    get_named_type,
    graphql_sync,
)

from consortium.kernel.principal import Principal
from tests.oracle.asking import Ask
from tests.oracle.kinds import KINDS
from tests.oracle.lists import Many
from tests.oracle.plain import written
from tests.oracle.roots import ROOTS
from tests.oracle.world import Row, World

Info = GraphQLResolveInfo[Any]
SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"

# What is computed of versions of chains, and no row: held to a reference in tests/laws/test_chains.
COMPUTED = ("chainFootprint", "chainComparison", "productFootprints", "supplierFootprints")
# Answers of the same sort, which are kept.
COMPUTED_OF = {"ChainComputation": ("footprint", "comparison")}


def contract() -> GraphQLSchema:
    """The schema from its text, with exact decimals and real dates as inputs."""
    schema = _of_rows(build_schema(SDL.read_text()))
    decimals, dates = schema.type_map["Decimal"], schema.type_map["Date"]
    assert isinstance(decimals, GraphQLScalarType)
    assert isinstance(dates, GraphQLScalarType)
    decimals.coerce_input_value = lambda value: Decimal(str(value))
    decimals.coerce_input_literal = _decimal_literal
    dates.coerce_input_value = date.fromisoformat
    moments = schema.type_map["DateTime"]
    assert isinstance(moments, GraphQLScalarType)
    moments.coerce_input_value = datetime.fromisoformat
    return schema


def _of_rows(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema without the root fields that are computed, and what is reached by them alone."""
    query = schema.query_type
    assert query is not None
    for name in COMPUTED:
        del query.fields[name]
    for kind, names in COMPUTED_OF.items():
        for name in names:
            del cast("GraphQLObjectType", schema.type_map[kind]).fields[name]
    kinds = [one for one in schema.type_map.values() if isinstance(one, GraphQLInterfaceType)]
    nodes = [one for kind in kinds for one in schema.get_implementations(kind).objects]
    return GraphQLSchema(query, schema.mutation_type, types=nodes, directives=schema.directives)


def _decimal_literal(node: Any, _: Any = None) -> Decimal:
    assert isinstance(node, IntValueNode | FloatValueNode | StringValueNode)
    return Decimal(node.value)


@dataclass(frozen=True, slots=True)
class Oracle:
    """Answers operations from a world."""

    schema: GraphQLSchema
    world: World

    @classmethod
    def over(cls, world: World) -> "Oracle":
        """An oracle that knows these rows."""
        return cls(contract(), world)

    def answer(
        self,
        text: str,
        variables: Mapping[str, Any] | None,
        principal: Principal,
        today: date,
        operation_name: str | None = None,
    ) -> dict[str, Any]:
        """The data of the operation; an error is a mistake of the test."""
        result = graphql_sync(
            self.schema,
            text,
            context_value=Ask(self.world, principal, today),
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            field_resolver=resolve,
            type_resolver=_type_of,
        )
        assert isinstance(result, ExecutionResult)
        if result.errors:
            raise AssertionError(result.errors) from result.errors[0].original_error
        assert result.data is not None
        return result.data


def _type_of(value: Any, _: Info, __: GraphQLAbstractType) -> str:
    assert isinstance(value, Row)
    return value.kind


def resolve(source: Any, info: Info, **args: Any) -> Any:
    """The value of any field."""
    ask: Ask = info.context
    name = info.field_name
    if source is None:
        found = ROOTS[name](ask, args)
    elif isinstance(source, Row):
        found = _of_row(ask, source, info, args)
    else:
        found = source[name]
    if callable(found):
        found = found(ask, args)
    if isinstance(found, Many):
        paged = get_named_type(info.return_type).name.endswith("Connection")
        return found.shown(ask, args, paged=paged)
    return written(found, args.get("unit"))


def _of_row(ask: Ask, row: Row, info: Info, args: Mapping[str, Any]) -> Any:
    kind, name = KINDS[row.kind], info.field_name
    if name in kind.values:
        return kind.values[name](ask, row)
    if name in kind.one:
        found = kind.one[name](ask, row, args)
        assert len(found) <= 1
        return found[0] if found else None
    shown = get_named_type(info.return_type).name.removesuffix("Connection")
    return Many(shown, kind.many[name](ask, row, args))
