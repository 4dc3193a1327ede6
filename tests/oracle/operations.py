"""Random operations that are valid by the schema.

They use all that a client may: aliases, fields asked twice, fragments (named and inline, on
objects, interfaces and unions), variables of every sort, `@skip` and `@include`, `__typename`.
Within one level every key of the answer stands for one field with one set of arguments.
"""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from consortium.kernel.text import search_words
from tests.factories.applications import key_of
from tests.oracle.asking import Ask
from tests.oracle.choices import Chooser
from tests.oracle.documents import Draft, Operation, literal
from tests.oracle.inputs import Inputs

# A list costs two, an object one: five lists may nest.
DEPTH = 10
FIELDS = 45

# Values of arguments that are not drawn from the world.
_PLAIN: dict[str, tuple[str | int, ...]] = {
    "since": ("1999-01-01", "1990-02-28"),
    "tiers": (1, 2, 3, 20),
}
# A list under this key is compared without regard to order: the best match first, whoever it is.
UNORDERED = "hits"

Fielded = GraphQLObjectType | GraphQLInterfaceType
Composite = Fielded | GraphQLUnionType


def operation(schema: GraphQLSchema, ask: Ask, choose: Chooser) -> Operation:
    """An operation that asks for what the caller's world holds."""
    return Generator(Inputs(schema, ask, choose, Draft())).operation()


TOTALS = """{
    groups {
      key { kind since year fiscalPeriod member { id } group { id } sector country category
        notBrokenDown initiative { id } valueChain { id } verified }
      total { value low high bound } claims verifiedShare
      contributions(first: 1000) { totalCount nodes {
        claim { id partsTotal partsDifference } counted { value low high bound } notBrokenDown } }
      leftOut(first: 1000) { totalCount nodes { claim { id } reason because { id } } } }
    leftOut(first: 1000) { totalCount nodes {
      claim { id } reason because { id } counted { value low high bound } } }
}"""


def totals(schema: GraphQLSchema, ask: Ask, choose: Chooser) -> Operation:
    """All of the answer to a random question about avoided emissions."""
    inputs = Inputs(schema, ask, choose, Draft())
    query = schema.query_type
    assert query is not None
    args = Generator(inputs).arguments(query, "avoidedEmissions", DEPTH)
    return inputs.draft.operation(f"{{ avoidedEmissions{args} {TOTALS} }}", None)


@dataclass(slots=True)
class Level:
    """What is asked of one object so far: key of the answer -> field, arguments, its own level."""

    keys: dict[str, tuple[str, str, "Level"]] = field(default_factory=dict)


@dataclass(slots=True)
class Generator:
    """Makes one operation."""

    inputs: Inputs
    left: int = FIELDS

    def operation(self) -> Operation:
        """A request."""
        query = self.inputs.schema.query_type
        assert query is not None
        selection = self.selection(query, DEPTH, Level())
        named = self.inputs.choose.chance(20)
        others = "query Other { __typename }" if named and self.inputs.choose.chance(50) else ""
        return self.inputs.draft.operation(selection, "Asked" if named else None, others)

    def selection(self, parent: Composite, depth: int, level: Level, *, fresh: bool = False) -> str:
        """A selection set; `fresh` gives every field a key that nothing else has."""
        count = self.inputs.choose.one_of((1, 2, 3, 4, 6))
        parts = [self._part(parent, depth, level, fresh=fresh) for _ in range(count)]
        return "{ " + " ".join(parts) + " }"

    def _part(self, parent: Composite, depth: int, level: Level, *, fresh: bool) -> str:
        choose = self.inputs.choose
        if isinstance(parent, GraphQLUnionType) or choose.chance(12):
            return self._fragment(parent, depth, level, fresh=fresh)
        if choose.chance(6):
            key = self.inputs.draft.name("t") if fresh or choose.chance(50) else "__typename"
            alias = "" if key == "__typename" else f"{key}: "
            return f"{alias}__typename{self._directive()}"
        return self._field(parent, depth, level, fresh=fresh)

    def _directive(self) -> str:
        choose = self.inputs.choose
        if not choose.chance(6):
            return ""
        value: Any = choose.chance(60)
        if choose.chance(60):
            value = self.inputs.draft.declare("Boolean!", value, given=True)
        return f" @{choose.one_of(('include', 'skip'))}(if: {literal(value)})"

    def _fragment(self, parent: Composite, depth: int, level: Level, *, fresh: bool) -> str:
        """A fragment on the type, on one that it may be, or on an interface that it has."""
        choose, draft = self.inputs.choose, self.inputs.draft
        on = self._condition(parent)
        # Types that differ may not give one key two meanings.
        abstract = not isinstance(parent, GraphQLObjectType)
        if choose.chance(40):
            if choose.chance(30) and draft.fragments.get(on.name):
                return f"...{choose.one_of(draft.fragments[on.name])}{self._directive()}"
            name = draft.name("F")
            body = self.selection(on, min(depth, 1), Level(), fresh=True)
            draft.definitions.append(f"fragment {name} on {on.name} {body}")
            draft.fragments.setdefault(on.name, []).append(name)
            return f"...{name}{self._directive()}"
        inner = Level() if abstract else level
        body = self.selection(on, depth, inner, fresh=fresh or abstract)
        condition = f" on {on.name}" if on is not parent or choose.chance(70) else ""
        if isinstance(parent, GraphQLUnionType):
            condition = f" on {on.name}"
        return f"...{condition}{self._directive()} {body}"

    def _condition(self, parent: Composite) -> Fielded:
        choose = self.inputs.choose
        possible: list[Fielded] = (
            [parent, *parent.interfaces] if isinstance(parent, Fielded) else []
        )
        if not isinstance(parent, GraphQLObjectType):
            node = self.inputs.schema.type_map["Node"]
            assert isinstance(node, GraphQLInterfaceType)
            possible = [*self.inputs.schema.get_possible_types(parent), node]
        return choose.one_of(possible)

    def _field(
        self,
        parent: Fielded,
        depth: int,
        level: Level,
        *,
        fresh: bool,
    ) -> str:
        name = self._name(parent, depth, level)
        described = parent.fields[name]
        key = self._key(parent.name, name, fresh=fresh)
        if key in level.keys and level.keys[key][0] == name:
            _, args, below = level.keys[key]  # asked once more: fields with one key are merged
        else:
            args, below = self.arguments(parent, name, depth), Level()
            level.keys[key] = (name, args, below)
        text = f"{'' if key == name else f'{key}: '}{name}{args}{self._directive()}"
        self.left -= 1
        kind = get_named_type(described.type)
        if is_leaf_type(kind):
            return text
        assert isinstance(kind, Composite)
        body = self.selection(kind, depth - self._cost(parent, described), below)
        return f"{text} {body}"

    def _cost(self, parent: Fielded, described: GraphQLField) -> int:
        if parent.name.endswith(("Connection", "Edge")):
            return 0  # paid for by the connection
        lists = is_list_type(get_nullable_type(described.type))
        return 2 if lists or self._is_long(described) else 1

    def _name(self, parent: Fielded, depth: int, level: Level) -> str:
        """A field: of leaves and of objects as often, only leaves when all is spent."""
        leaves: list[str] = [
            name for name, one in parent.fields.items() if is_leaf_type(get_named_type(one.type))
        ]
        others: list[str] = [name for name in parent.fields if name not in leaves]
        if not self.inputs.choose.chance(15):  # the same again now and then
            leaves = [name for name in leaves if name not in level.keys] or leaves
        share = 15 if parent.name.endswith(("Connection", "Edge")) else 50
        if leaves and (depth <= 0 or self.left <= 0 or self.inputs.choose.chance(share)):
            return self.inputs.choose.one_of(leaves)
        long = [name for name in others if self._is_long(parent.fields[name])]
        if long and depth > 0 and self.inputs.choose.chance(45):
            return self.inputs.choose.one_of(long)
        plain = [name for name in others if name not in long]
        return self.inputs.choose.one_of(plain if depth <= 0 and plain else others or leaves)

    def _is_long(self, described: GraphQLField) -> bool:
        return get_named_type(described.type).name.endswith("Connection")

    def _key(self, parent: str, name: str, *, fresh: bool) -> str:
        """The field's name, or an alias that nothing else has."""
        if parent == "SearchResult" and name == "nodes":
            return self.inputs.draft.name(UNORDERED)
        if fresh or self.inputs.choose.chance(15):
            return self.inputs.draft.name("k")
        return name

    def arguments(self, parent: Fielded, name: str, depth: int) -> str:
        """Random arguments of a field, as the document has them."""
        values = self._values(parent.name, name, parent.fields[name], depth)
        if not values:
            return ""
        return "(" + ", ".join(f"{key}: {literal(one)}" for key, one in values.items()) + ")"

    def _values(
        self, parent: str, name: str, described: GraphQLField, depth: int
    ) -> dict[str, Any]:
        if not described.args:
            return {}
        given = self._required(name, described)
        if given is None:
            given = self._optional(parent, described, depth)
        values: dict[str, Any] = {}
        for key, argument in described.args.items():
            if key in given:
                values[key] = self.inputs.argument(argument, given[key])
            elif "id" not in described.args and (unset := self.inputs.unset(argument)):
                values[key] = unset
        return values

    def _required(self, name: str, described: GraphQLField) -> dict[str, Any] | None:
        """Arguments of the fields that look something up; None for all others."""
        inputs, choose = self.inputs, self.inputs.choose
        kind = get_named_type(described.type).name
        if name in {"node", "nodes"}:
            ids = [inputs.id() for _ in range(choose.number(0, 5))]
            return {"ids": ids} if name == "nodes" else {"id": inputs.id()}
        if "id" in described.args:
            if choose.chance(50):
                return {"id": inputs.id(kind)}
            if set(described.args) == {"id"}:
                return {"id": inputs.id(kind)}
            other = "name" if "name" in described.args else "reference"
            pool = inputs.pool(kind, other)
            return {other: str(choose.one_of(pool)) if pool and choose.chance(90) else "no such"}
        return self._named(name)

    def _named(self, name: str) -> dict[str, Any] | None:
        match name:
            case "search":
                return self._searched()
            case "myApplication":
                return self._keyed()
            case "dues":
                return {"year": self.inputs.choose.one_of((2026, 2026, 2027, 1999))}
            case _:
                return None

    def _searched(self) -> dict[str, Any]:
        inputs, choose = self.inputs, self.inputs.choose
        given: dict[str, Any] = {"query": self._words(), "first": 1000}
        if choose.chance(40):
            given["types"] = [inputs.member("SearchType") for _ in range(choose.number(0, 2))]
        return given

    def _keyed(self) -> dict[str, Any]:
        rows = self.inputs.ask.world.all("Application")
        keys = [key_of(row["reference"]) for row in rows]
        return {"key": self.inputs.choose.one_of([*keys, "no such"])}

    def _words(self) -> str:
        """Words of the world, some cut short."""
        rows = [
            row for kind in ("Organisation", "Claim") for row in self.inputs.ask.world.all(kind)
        ]
        words = search_words(self.inputs.choose.one_of(rows)["search_text"]).split()
        if not words or self.inputs.choose.chance(10):
            return self.inputs.choose.one_of(("", "zzz", "' & |", "\\"))
        word = self.inputs.choose.one_of(words)
        return word[: self.inputs.choose.number(1, len(word))].upper()

    def _optional(self, parent: str, described: GraphQLField, depth: int) -> dict[str, Any]:
        inputs, choose = self.inputs, self.inputs.choose
        given: dict[str, Any] = {}
        for key, argument in described.args.items():
            kind = get_named_type(argument.type)
            match key:
                case "where" if choose.chance(60):
                    assert isinstance(kind, GraphQLInputObjectType)
                    given[key] = inputs.filter(kind)
                case "orderBy" if choose.chance(55):
                    assert isinstance(kind, GraphQLInputObjectType)
                    given[key] = inputs.orders(kind)
                case "onDate" | "knownAt" if choose.chance(45):
                    given[key] = inputs.day().isoformat()
                case "since" | "tiers" if choose.chance(45):
                    given[key] = choose.one_of(_PLAIN[key])
                case "search" if choose.chance(25):
                    given[key] = self._words()
                case "groupBy" if choose.chance(80):
                    count = choose.one_of((1, 1, 2, 0, 3))
                    given[key] = [inputs.member(kind.name) for _ in range(count)]
                case "basis" | "unit" if choose.chance(40):
                    given[key] = inputs.member(kind.name)
        if "first" in described.args:
            given |= self._page(parent, depth, backward="last" in described.args)
        return given

    def _page(self, parent: str, depth: int, *, backward: bool) -> dict[str, Any]:
        choose = self.inputs.choose
        nested = parent != "Query" and depth < DEPTH - 3
        size = choose.one_of((2, 1, 3, 0) if nested else (3, 1, 2, 5, 0, 100))
        if not nested and choose.chance(25):
            return {}
        return {"last" if backward and choose.chance(30) else "first": size}
