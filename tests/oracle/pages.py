"""Random lists that are read page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, get_named_type

from tests.oracle.asking import Ask
from tests.oracle.choices import Chooser
from tests.oracle.documents import Draft, Operation, literal
from tests.oracle.inputs import Inputs

# Where lists are: what leads to the object that has them, and its type.
PLACES = {
    "": "Query",
    "organisation(id: {})": "Organisation",
    "initiative(id: {})": "Initiative",
    "valueChain(id: {})": "ValueChain",
    "claim(id: {})": "Claim",
    "avoidedEmissions(groupBy: {})": "AvoidedEmissions",
    "avoidedEmissions(groupBy: {}).groups": "AvoidedEmissionsGroup",
    "assessedEmissions(groupBy: {}).groups": "AssessedEmissionsGroup",
}
PAGE = "first: $first, after: $after, last: $last, before: $before"
DECLARED = ("$first: Int", "$after: String", "$last: Int", "$before: String")
INFO = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@dataclass(frozen=True, slots=True)
class PagedList:
    """An operation whose variables choose the page of the one `list` in its answer."""

    text: str
    variables: Mapping[str, Any]

    def page(self, **page: Any) -> Operation:
        """The operation that reads one page."""
        return Operation(self.text, {**self.variables, **page})


def found(data: Any) -> Any:
    """The page in an answer; None where the object that has the list is not there."""
    if isinstance(data, list):
        return found(data[0]) if data else None
    if not isinstance(data, dict):
        return None
    return data["list"] if "list" in data else found(next(iter(data.values())))


# What tells the rows of a list that have no id of their own.
TOLD_BY = {
    "InitiativeParticipant": "name role organisation { id }",
    "Contribution": "claim { id } counted { value }",
    "AssessedContribution": "claim { id } claimed",
    "LeftOut": "claim { id } counted { value }",
    "ExchangeRate": "currency year",
    "InboxItem": "kind thing",
    "EffectOverlap": "earlier { id } later { id }",
    "OrganisationMergeChange": "table rowId",
}


@dataclass(slots=True)
class Lists:
    """Makes one list."""

    inputs: Inputs

    @classmethod
    def of(cls, schema: GraphQLSchema, ask: Ask, choose: Chooser) -> "Lists":
        """Lists of that world."""
        return cls(Inputs(schema, ask, choose, Draft()))

    def paged_list(self) -> PagedList:
        """Any connection of any object, under a random filter and in a random order."""
        choose, draft = self.inputs.choose, self.inputs.draft
        place = choose.one_of(list(PLACES))
        parent = self.inputs.schema.type_map[PLACES[place]]
        assert isinstance(parent, GraphQLObjectType)
        names = [
            name
            for name, one in parent.fields.items()
            if get_named_type(one.type).name.endswith("Connection")
        ]
        name = choose.one_of(names)
        args = f"({PAGE}{self._arguments(parent, name)})"
        body = f"list: {name}{args} {{ {INFO} {self._edges(parent, name)} }}"
        return PagedList(self._text(place, parent, body), dict(draft.variables))

    def _arguments(self, parent: GraphQLObjectType, name: str) -> str:
        found = ""
        for key in ("where", "orderBy"):
            argument = parent.fields[name].args.get(key)
            if argument is None or not self.inputs.choose.chance(60):
                continue
            kind = get_named_type(argument.type)
            assert isinstance(kind, GraphQLInputObjectType)
            value = self.inputs.filter(kind, 1) if key == "where" else self.inputs.orders(kind)
            found += f", {key}: {literal(value)}"
        return found

    def _edges(self, parent: GraphQLObjectType, name: str) -> str:
        shown = get_named_type(parent.fields[name].type).name.removesuffix("Connection")
        fields = TOLD_BY.get(shown, "id")
        return f"edges {{ cursor node {{ {fields} }} }}"

    def _text(self, place: str, parent: GraphQLObjectType, body: str) -> str:
        head, _, groups = self._place(place, parent.name).partition(".")
        head = head or "... on Query"
        inner = f"{groups}(first: 1) {{ {body} }}" if groups else body
        declared = ", ".join([*DECLARED, *self.inputs.draft.declared])
        return f"query ({declared}) {{ {head} {{ {inner} }} }}"

    def _place(self, place: str, parent: str) -> str:
        for sort in ("Avoided", "Assessed"):
            if place.startswith(f"{sort.lower()}Emissions"):
                return place.format(literal([self.inputs.member(f"{sort}EmissionsDimension")]))
        return place.format(literal(self.inputs.id(parent))) if parent != "Query" else place
