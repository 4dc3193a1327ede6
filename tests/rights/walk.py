"""Queries that together ask for every field of every type, each by the shortest way to it."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from tests.factories.applications import key_of
from tests.oracle.resolvers import COMPUTED
from tests.rights.small_world import SmallWorld

Named = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


@dataclass(frozen=True)
class Way:
    """How a type is reached: the opening of a query that ends where its fields are asked."""

    opening: str
    depth: int

    def query(self, selection: str) -> str:
        """The whole query."""
        return f"{{ {self.opening} {selection} {'}' * self.depth} }}"


def arguments(world: SmallWorld, name: str, field: GraphQLField) -> str:
    """Arguments with which a field shows as much as it can."""
    fixed = {
        "node": f'(id: "{world.id("claim", "owner PRIVATE")}")',
        "nodes": f"(ids: [{', '.join(chr(34) + one + chr(34) for one in every_id(world))}])",
        "search": '(query: "", first: 1000)',
        "organisation": '(name: "the owner")',
        "valueChain": '(name: "chain")',
        "workingGroup": '(name: "group ONE")',
        "initiative": '(name: "initiative")',
        "guidanceVersion": '(reference: "guidance-published")',
        "invoice": '(reference: "RF20260001")',
        "dues": "(year: 2026)",
        "inventory": '(reference: "inventory owner PRIVATE")',
        "bulkOperation": f'(id: "{world.id("bulk", "own")}")',
        "product": f'(id: "{world.id("product", "owner PRIVATE")}")',
        "claim": '(reference: "claim owner PRIVATE")',
        "myApplication": f'(key: "{key_of("voted")}")',
        "avoidedEmissions": "(groupBy: [MEMBER, CATEGORY])",
    }
    if name in fixed and field.args:
        return fixed[name]
    return "(first: 1000)" if "first" in field.args else ""


def every_id(world: SmallWorld) -> list[str]:
    """The global ids of all rows that have one."""
    return [name.split()[0] + f"_{key}" for name, key in world.ids.items() if " " in name]


def ways(schema: GraphQLSchema, world: SmallWorld) -> dict[str, Way]:
    """The shortest way to every object type that a query can reach."""
    query = schema.query_type
    assert query is not None
    found = {query.name: Way("", 0)}
    waiting = deque([query])
    while waiting:
        kind = waiting.popleft()
        for name, field, target in _objects(schema, kind):
            if target.name in found:
                continue
            way = found[kind.name]
            args = arguments(world, name, field) if field.args else ""
            on = "" if target is get_named_type(field.type) else f"... on {target.name} {{"
            opening = f"{way.opening} {name}{args} {{ {on}"
            found[target.name] = Way(opening, way.depth + 1 + bool(on))
            waiting.append(target)
    return found


def _objects(
    schema: GraphQLSchema, kind: GraphQLObjectType
) -> Iterator[tuple[str, GraphQLField, GraphQLObjectType]]:
    for name, field in kind.fields.items():
        if name in COMPUTED:
            continue
        target = get_named_type(field.type)
        if isinstance(target, GraphQLObjectType):
            yield name, field, target
        elif isinstance(target, (GraphQLInterfaceType, GraphQLUnionType)):
            for one in schema.get_possible_types(target):
                yield name, field, one


def everything(kind: GraphQLObjectType, world: SmallWorld) -> str:
    """All fields of a type; of objects below it their leaves, and so on through pages."""
    parts = [
        _field(name, field, world) for name, field in kind.fields.items() if name not in COMPUTED
    ]
    return " ".join(parts)


def _field(name: str, field: GraphQLField, world: SmallWorld) -> str:
    target = get_named_type(field.type)
    args = arguments(world, name, field) if field.args else ""
    # The order of what is found by words is its own: see the oracle.
    key = "hits: nodes" if name == "nodes" and not field.args else name
    if is_leaf_type(target):
        return key if key != "hits: nodes" else name
    return f"{name}{args} {{ {_leaves(target, world)} }}"


def _leaves(target: object, world: SmallWorld) -> str:
    if isinstance(target, (GraphQLInterfaceType, GraphQLUnionType)):
        return "__typename ... on Node { id }"
    assert isinstance(target, GraphQLObjectType)
    if target.name.endswith(("Connection", "SearchResult")):
        return f"totalCount nodes {{ {_ids(target)} }}"
    leaves = [name for name, one in target.fields.items() if is_leaf_type(get_named_type(one.type))]
    below = [
        f"{name}{arguments(world, name, one) if one.args else ''} {{ {_ids(named)} }}"
        for name, one in target.fields.items()
        if isinstance(named := get_named_type(one.type), GraphQLObjectType)
        and not named.name.endswith("Connection")
    ]
    return " ".join(["__typename", *leaves, *below])


def _ids(kind: Named) -> str:
    """Enough of an object to tell which it is."""
    if isinstance(kind, GraphQLUnionType) or "SearchResult" in kind.name:
        return "__typename ... on Node { id }"
    named = get_named_type(kind.fields["nodes"].type) if "nodes" in kind.fields else kind
    return "id __typename" if "id" in getattr(named, "fields", {}) else "__typename"
