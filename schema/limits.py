"""What one operation may ask for, and what it costs: pure, read off the document and its plan.

The cost is the number of values that the answer may hold: the rows of each page, by its size, times
the fields that are asked of each. What takes longer than its values tell has a weight of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from consortium.kernel.errors import BadInput, DomainError
from consortium.query.pages import page_size
from consortium.query.pick import Bind, Inputs, Pick

# A list that is no page is of things that are few by nature: on average it counts as so many.
LISTED = 3
# Counting a whole list, looking for words, computing an answer, changing something.
COUNT, SEARCH, COMPUTATION, CHANGE = 20, 100, 2_000, 100
# A type or a field that the schema tells of itself, by the lists they stand in.
INTROSPECTED = {"types": 200, "fields": 10, "inputFields": 5, "enumValues": 5, "possibleTypes": 5}


class OperationTooLarge(BadInput):
    """An operation asks for more than the server plans; the message says of what and how much."""


class QueryTooLong(OperationTooLarge):
    """The document has more characters than the server reads."""

    code = "QUERY_TOO_LONG"


class TokensTooMany(OperationTooLarge):
    """The document has more words and signs than the server reads."""

    code = "TOKENS_TOO_MANY"


class OperationTooDeep(OperationTooLarge):
    """The operation is nested more deeply than the server plans."""

    code = "OPERATION_TOO_DEEP"


class FieldsTooMany(OperationTooLarge):
    """The operation asks for more fields than the server plans, fragments opened."""

    code = "FIELDS_TOO_MANY"


class RootFieldsTooMany(OperationTooLarge):
    """The operation asks for more root fields than the server runs at once."""

    code = "ROOT_FIELDS_TOO_MANY"


class AliasesTooMany(OperationTooLarge):
    """The document has more aliases than the server plans."""

    code = "ALIASES_TOO_MANY"


class DirectivesTooMany(OperationTooLarge):
    """The document has more directives than the server reads."""

    code = "DIRECTIVES_TOO_MANY"


class DefinitionsTooMany(OperationTooLarge):
    """The document has more operations and fragments than the server reads."""

    code = "DEFINITIONS_TOO_MANY"


class VariablesTooMany(OperationTooLarge):
    """The operation declares more variables, or they hold more values, than the server reads."""

    code = "VARIABLES_TOO_MANY"


class VariablesTooDeep(OperationTooLarge):
    """The variables are nested more deeply than the server reads."""

    code = "VARIABLES_TOO_DEEP"


class ListTooLong(OperationTooLarge):
    """A list holds more values than the server takes at once."""

    code = "LIST_TOO_LONG"


class CostTooHigh(DomainError):
    """The operation costs more than one may: ask for smaller pages or fewer fields."""

    code = "COST_TOO_HIGH"


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one operation; each has a setting of its name."""

    query_characters: int = 100_000
    tokens: int = 5_000
    depth: int = 24
    fields: int = 5_000
    root_fields: int = 100
    aliases: int = 500
    directives: int = 200
    definitions: int = 200
    variables: int = 200
    variable_values: int = 20_000
    variable_depth: int = 64


DEFAULTS = Limits()


class Cost(NamedTuple):
    """Points, of which some depend on how many values a list is given with."""

    fixed: int
    each: tuple[tuple[Bind, int], ...] = ()

    def at(self, inputs: Inputs) -> int:
        """The points of one run."""
        if not self.each:
            return self.fixed
        return self.fixed + sum(len(bind.get(inputs)) * points for bind, points in self.each)

    def plus(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(self.fixed + other.fixed, self.each + other.each)

    def times(self, rows: int) -> "Cost":
        """So many of them."""
        return Cost(self.fixed * rows, tuple((bind, points * rows) for bind, points in self.each))


NOTHING = Cost(0)


def cost_of(picks: Iterable[Pick]) -> Cost:
    """What an object with these fields costs."""
    found = NOTHING
    for pick in picks:
        found = found.plus(_cost(pick))
    return found


def _cost(pick: Pick) -> Cost:
    weight = SEARCH if pick.args.get("search") is not None or pick.name == "search" else 0
    if pick.connection:
        return _page(pick).plus(Cost(weight + 1))
    below = _row(pick)
    given = pick.args.get("ids")
    if pick.listed and isinstance(given, Bind):
        return Cost(weight + 1, ((given, below.fixed + 1),))
    if pick.listed:
        below = below.plus(Cost(1)).times(_rows(pick, LISTED))
    return below.plus(Cost(weight + 1))


def _page(pick: Pick) -> Cost:
    found = NOTHING
    for part in pick.picks:
        match part.name:
            case "nodes" | "edges":
                found = found.plus(_row(part).plus(Cost(1)).times(_rows(pick)))
            case "total_count":
                found = found.plus(Cost(COUNT))
            case _:
                found = found.plus(_cost(part))
    return found


def _row(pick: Pick) -> Cost:
    """One object; of an interface or union the type that costs most."""
    below = cost_of(pick.picks)
    ways = [cost_of(one) for one in pick.by_type.values()]
    return below.plus(max(ways, key=lambda one: one.fixed)) if ways else below


def _rows(pick: Pick, default: int | None = None) -> int:
    asked = pick.args.get("first")
    asked = pick.args.get("last") if asked is None else asked
    if asked is None and default is not None:
        return default
    return page_size(asked)


def planning_cost(text: str) -> int:
    """What it costs to parse, validate and plan a document that is not known: by its length."""
    return len(text)


def check_values(given: Any, limits: Limits) -> None:
    """Bound how many values variables hold, and how deeply.

    Raises VariablesTooMany, VariablesTooDeep.
    """
    left = limits.variable_values
    level: list[Any] = [given]
    for _ in range(limits.variable_depth + 1):
        level = [below for one in level for below in _below(one)]
        left -= len(level)
        if left < 0:
            raise VariablesTooMany(
                f"Variables may hold {limits.variable_values} values, with those of lists and"
                " objects."
            )
        if not level:
            return
    raise VariablesTooDeep(f"Variables may be {limits.variable_depth} lists and objects deep.")


def _below(value: Any) -> list[Any]:
    match value:
        case dict():
            return [*cast("dict[str, Any]", value).values()]
        case list():
            return [*cast("Any", value)]
        case _:
            return []
