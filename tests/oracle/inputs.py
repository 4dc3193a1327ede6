"""Random input values: filters, orderings, pages, dates, ids; most of them drawn from the world."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from tests.oracle.asking import Ask
from tests.oracle.choices import Chooser
from tests.oracle.documents import Draft, Enum, Number, Variable
from tests.oracle.kinds import KINDS
from tests.oracle.plain import Mass, decimal_text
from tests.oracle.roots import NODES

ODD_TEXTS = ("", " ", "%", "_", "\\", "'", '"', "é", "É", "ß", "\n", "🌍", "--", "{t}", "no such")
# What filters of sums compare is found on claims and organisations.
SUMS = {"fiscalPeriod": ("Claim", "fiscalLabel"), "sector": ("Organisation", "sector")}
SUMS |= {"country": ("Organisation", "country")}
# And those of assessed claims, which are on effects of solutions.
ASSESSED = SUMS | {"category": ("Solution", "category"), "assured": ("Claim", "quarantined")}


@dataclass(slots=True)
class Inputs:
    """Makes values for one document."""

    schema: GraphQLSchema
    ask: Ask
    choose: Chooser
    draft: Draft
    # Values that filters compare, by type and field, kept over operations.
    pools: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def argument(self, described: GraphQLArgument, value: Any) -> Any:
        """A value for an argument: as it is, or by a variable."""
        return self._maybe_variable(described.type, value, described.default_value)

    def _maybe_variable(self, kind: GraphQLInputType, value: Any, default: Any = Undefined) -> Any:
        if not self.choose.chance(25) or _holds_variable(value):
            return value
        if is_non_null_type(kind) and default is Undefined:
            if self.choose.chance(20):
                return self.draft.declare(str(kind), None, given=False, default=value)
            return self.draft.declare(str(kind), value, given=True)
        nullable = str(kind).removesuffix("!")
        match self.choose.number(0, 3):
            case 0:
                return self.draft.declare(f"{nullable}!", value, given=True)
            case 1:
                return self.draft.declare(nullable, None, given=False, default=value)
            case _:
                return self.draft.declare(nullable, value, given=True)

    def unset(self, described: GraphQLArgument) -> Variable | None:
        """A variable that says nothing: null, or left out."""
        if not self.choose.chance(10):
            return None
        if is_non_null_type(described.type):  # its own default stands
            return self.draft.declare(str(described.type).removesuffix("!"), None, given=False)
        return self.draft.declare(str(described.type), None, given=self.choose.chance(50))

    def orders(self, kind: GraphQLInputObjectType) -> list[dict[str, Any]]:
        """Fields to sort by, some of them twice."""
        return [self._order(kind) for _ in range(self.choose.number(0, 3))]

    def _order(self, kind: GraphQLInputObjectType) -> dict[str, Any]:
        found = {"field": self.member(get_named_type(kind.fields["field"].type).name)}
        if self.choose.chance(60):
            found["direction"] = self.member("OrderDirection")
        return found

    def filter(self, kind: GraphQLInputObjectType, depth: int = 3) -> Any:
        """A filter; sometimes an empty one."""
        names = list(kind.fields)
        found: dict[str, Any] = {}
        for _ in range(self.choose.one_of((1, 1, 1, 2, 2, 3, 0))):
            name = self.choose.one_of(names)
            if name in found:
                continue
            found[name] = self._filter_field(kind, name, depth)
        return {name: value for name, value in found.items() if value is not None}

    def _filter_field(self, kind: GraphQLInputObjectType, name: str, depth: int) -> Any:
        described = kind.fields[name]
        inner = get_named_type(described.type)
        assert isinstance(inner, GraphQLInputObjectType)
        if "isNull" in inner.fields:
            pool = self.pool(kind.name.removesuffix("Filter"), name)
            return self._maybe_variable(described.type, self._comparison(inner, pool))
        if depth == 0:
            return None
        if self.choose.chance(4):
            return self.draft.declare(str(described.type), None, given=self.choose.chance(50))
        if is_list_type(described.type):
            some = [self.filter(inner, depth - 1) for _ in range(self.choose.number(0, 2))]
            return self._maybe_variable(described.type, some)
        if "some" in inner.fields:
            quantifiers = self.choose.one_of((("some",), ("none",), ("some", "none")))
            target = get_named_type(inner.fields["some"].type)
            assert isinstance(target, GraphQLInputObjectType)
            return {one: self.filter(target, depth - 1) for one in quantifiers}
        return self._maybe_variable(described.type, self.filter(inner, depth - 1))

    def _comparison(self, kind: GraphQLInputObjectType, pool: Sequence[Any]) -> Any:
        """One comparison or two."""
        found: dict[str, Any] = {}
        for _ in range(self.choose.one_of((1, 1, 2))):
            name = self.choose.one_of(list(kind.fields))
            if name in found:
                continue
            if name == "unit":
                found[name] = self.member("MassUnit")
                continue
            described = kind.fields[name]
            leaf = get_named_type(described.type)
            if is_list_type(described.type):
                count = self.choose.number(0, 3)
                value: Any = [self._leaf(leaf, pool, inside=True) for _ in range(count)]
            else:
                value = self._leaf(leaf, pool)
            found[name] = self._operand(described.type, value)
        return found

    def _operand(self, kind: GraphQLInputType, value: Any) -> Any:
        """An operand may be a variable that is left out: then nothing is compared."""
        if self.choose.chance(5) and not _holds_variable(value):
            return self.draft.declare(str(kind), None, given=False)
        return self._maybe_variable(kind, value)

    def _leaf(self, kind: Any, pool: Sequence[Any], *, inside: bool = False) -> Any:
        value = self._plain_leaf(kind, pool)
        if inside and self.choose.chance(10):
            return self.draft.declare(f"{kind.name}!", value, given=True)
        return value

    def _plain_leaf(self, kind: Any, pool: Sequence[Any]) -> Any:
        if isinstance(kind, GraphQLEnumType):
            return self.member(kind.name)
        makers: dict[str, Callable[[Sequence[Any]], Any]] = {
            "Boolean": lambda _: self.choose.chance(50),
            "ID": lambda found: self.choose.one_of(found) if found else self.id(),
            "Int": self._int,
            "BigInt": self._int,
            "Decimal": self._decimal,
            "Date": lambda found: self._date(found).isoformat(),
            "DateTime": self._moment,
            "String": self._text,
            "CountryCode": lambda found: self.choose.one_of([*found, "JP"]),
            "CurrencyCode": lambda found: self.choose.one_of([*found, "JPY"]),
        }
        return makers[kind.name](pool)

    def _int(self, pool: Sequence[Any]) -> int:
        found: int = self.choose.one_of([0, *pool, -1, 2**31 - 1])
        return found + self.choose.one_of((0, 0, 0, 1)) if found < 2**31 - 1 else found

    def _decimal(self, pool: Sequence[Any]) -> Any:
        known = [decimal_text(one.in_unit(None) if isinstance(one, Mass) else one) for one in pool]
        text = self.choose.one_of(["0", *known, "-0.5", "1", "99999999999999999999.000001"])
        short = len(text) < 15 and self.choose.chance(20)  # exact as a float as well
        return Number(text) if short else text

    def _date(self, pool: Sequence[Any]) -> date:
        found: date = self.choose.one_of([self.ask.today, *pool, date(1999, 1, 1)])
        return found

    def _moment(self, pool: Sequence[Any]) -> str:
        found: datetime = self.choose.one_of([*pool, datetime(1999, 1, 1, tzinfo=UTC)])
        return found.isoformat()

    def _text(self, pool: Sequence[Any]) -> str:
        if not pool or self.choose.chance(15):
            return self.choose.one_of(ODD_TEXTS)
        text = str(self.choose.one_of(pool))
        match self.choose.number(0, 4):
            case 0:
                return text[: self.choose.number(0, 4)]
            case 1:
                return text.upper()
            case 2:
                return text[self.choose.number(0, 3) :]
            case _:
                return text

    def member(self, name: str) -> Enum:
        """A member of an enum."""
        kind = self.schema.type_map[name]
        assert isinstance(kind, GraphQLEnumType)
        return Enum(self.choose.one_of(sorted(kind.values)))

    def id(self, kind: str | None = None) -> str:
        """A global id, mostly one that is there."""
        rows = self.ask.world.all(kind or self.choose.one_of(NODES))
        if not rows or self.choose.chance(10):
            return self.choose.one_of(("org_999999", "claim_999999", "nothing_1"))
        row = self.choose.one_of(rows)
        return str(KINDS[row.kind].values["id"](self.ask, row))

    def day(self) -> Any:
        """A date around those of the world."""
        return self._date(self.pool("Membership", self.choose.one_of(("startsOn", "endsOn"))))

    def pool(self, kind: str, name: str) -> list[Any]:
        """What the world holds in a field, for comparisons to find."""
        if kind == "AvoidedEmissions":
            kind, name = SUMS.get(name, ("Claim", name))
        elif kind == "AssessedEmissions":
            kind, name = ASSESSED.get(name, ("AssessedClaim", name))
        if (kind, name) not in self.pools:
            read = KINDS[kind].values[name]
            # Of what is computed the world holds no rows.
            rows = self.ask.world.rows.get(kind, [])
            found = {read(self.ask, row) for row in rows} - {None}
            self.pools[kind, name] = sorted(found, key=_pool_order)
        return self.pools[kind, name]


def _pool_order(value: Any) -> Any:
    return value.kg if isinstance(value, Mass) else value


def _holds_variable(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_variable(one) for one in value.values())
    if isinstance(value, list):
        return any(_holds_variable(one) for one in value)
    return isinstance(value, Variable)
