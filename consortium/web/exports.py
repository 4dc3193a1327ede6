"""What goes out as files: effects and disclosed claims, read as any query is, page by page.

Each page is one statement within the caller's rights. Pages follow a cursor, so what is recorded
while a file is made is either in it or not, and nothing is in it twice.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import orjson

from consortium.documents.tables import Cell, Workbook, csv_lines
from consortium.kernel.principal import Principal
from schema.planner.execution import Executor, Request

PAGE: Final = 100
Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column of a table: its header with the unit, and where its value is read."""

    header: str
    path: str
    number: bool = False
    read: Callable[[Node], Cell] | None = None

    def value(self, node: Node) -> Cell:
        """The value of a row; null where there is none."""
        if self.read is not None:
            return self.read(node)
        found: Any = node
        for step in self.path.split("."):
            found = None if found is None else found[step]
        return Decimal(str(found)) if self.number and found is not None else found


@dataclass(frozen=True, slots=True)
class Export:
    """A kind of file: the root field, what is read of each node, and the columns of a table."""

    name: str
    field: str
    selection: str
    columns: tuple[OutColumn, ...]

    @property
    def header(self) -> list[str]:
        """The headers of its columns."""
        return [column.header for column in self.columns]

    def row(self, node: Node) -> list[Cell]:
        """A node as a row."""
        return [column.value(node) for column in self.columns]

    async def pages(
        self, executor: Executor, by: Principal, today: date
    ) -> AsyncGenerator[Sequence[Node]]:
        """The nodes that the caller may see, page by page."""
        query = (
            f"query ($after: String) {{ {self.field}(first: {PAGE}, after: $after) {{"
            f" pageInfo {{ hasNextPage endCursor }} nodes {{ {self.selection} }} }} }}"
        )
        after: str | None = None
        while True:
            request = Request(query, {"after": after}, None, safe=True)
            found = orjson.loads(await executor.run(request, by, today))["data"][self.field]
            yield found["nodes"]
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]


def _column(path: str, header: str = "", *, number: bool = False) -> OutColumn:
    return OutColumn(header or path.replace(".", "_"), path, number)


def _number(path: str, header: str) -> OutColumn:
    return OutColumn(header, path, number=True)


def _sources(node: Node) -> str | None:
    """All that the effect stands on was published at, each once."""
    cited: list[Any] = [
        node["referenceScenario"]["source"],
        node["referenceScenario"]["legalSource"],
    ]
    for item in node["comparison"]["items"]:
        series = item["factorSeries"]
        cited += [item["source"], series and series["source"]]
    told = [" ".join(filter(None, (one["title"], one["url"]))) for one in cited if one]
    return "; ".join(dict.fromkeys(told)) or None


def _factors(node: Node) -> str | None:
    """The factor series that are used, with their editions."""
    series = [one["factorSeries"] for one in node["comparison"]["items"] if one["factorSeries"]]
    told = [f"{one['reference']} edition {one['edition']}" for one in series]
    return "; ".join(dict.fromkeys(told)) or None


def _cohorts(node: Node) -> str:
    return "; ".join(
        f"{one['soldYear']}: {one['units']} sold, {one['retired']} retired"
        for one in node["cohorts"]
    )


_SOURCE = "source { url title }"
EFFECT_SELECTION: Final = f"""
id reference version recordedAt computedAt timeframe geography periodStart periodEnd specificity
visibility uncertainty avoided(unit: KILOGRAM_CO2E) referenceEmissions(unit: KILOGRAM_CO2E)
solutionEmissions(unit: KILOGRAM_CO2E)
solution {{ id reference name category function functionalUnit unit lifetimeYears version
  organisation {{ id name }} sideEffects {{ objective finding explanation {_SOURCE} }} }}
valueChain {{ id name }}
referenceScenario {{ id reference edition situation basis path reason description legalMinimum
  geography legalSource {{ url title }} {_SOURCE} }}
comparison {{ id reference edition accounting gwpSet boundary baseYear rebound reboundReason
  factorsBeyond items {{ stage name specificity equalBecause {_SOURCE}
    factorSeries {{ reference edition unit gwpSet {_SOURCE} }} }} }}
cohorts {{ soldYear units retired }}
"""
EFFECTS: Final = Export(
    "effects",
    "effects",
    EFFECT_SELECTION,
    (
        _column("id"),
        _column("solution.organisation.name", "organisation"),
        _column("solution.reference", "solution"),
        _column("solution.name", "solution_name"),
        _column("solution.category", "category"),
        _column("reference", "effect"),
        _column("version"),
        _column("timeframe"),
        _column("geography"),
        _column("periodStart", "period_start"),
        _column("periodEnd", "period_end"),
        _column("valueChain.name", "value_chain"),
        _column("solution.functionalUnit", "functional_unit"),
        OutColumn("units_by_year_of_sale", "", read=_cohorts),
        _column("solution.unit", "unit_of_units"),
        _number("referenceEmissions", "reference_kg_co2e"),
        _number("solutionEmissions", "solution_kg_co2e"),
        _number("avoided", "avoided_kg_co2e"),
        _number("uncertainty", "uncertainty_fraction_95"),
        _column("specificity"),
        _column("comparison.accounting", "accounting"),
        _column("comparison.gwpSet", "gwp_set"),
        _column("comparison.boundary", "boundary"),
        _number("comparison.rebound", "rebound_fraction"),
        _column("comparison.reboundReason", "rebound_reason"),
        _column("comparison.reference", "comparison"),
        _column("comparison.edition", "comparison_edition"),
        _column("referenceScenario.reference", "reference_scenario"),
        _column("referenceScenario.edition", "reference_scenario_edition"),
        _column("referenceScenario.situation", "situation"),
        _column("referenceScenario.basis", "basis"),
        _column("referenceScenario.reason", "reference_reason"),
        OutColumn("factor_series", "", read=_factors),
        OutColumn("sources", "", read=_sources),
        _column("visibility"),
        _column("computedAt", "computed_at"),
        _column("recordedAt", "recorded_at"),
    ),
)
CLAIMS: Final = Export(
    "disclosed-claims",
    "claims",
    f"""id reference kind recordType fiscalLabel periodStart periodEnd
quantity {{ value(unit: KILOGRAM_CO2E) low(unit: KILOGRAM_CO2E) high(unit: KILOGRAM_CO2E) bound }}
basis supersedes {{ id }} supersededBy {{ id }} asPublished category methodology verifier
visibility publishedOn quality notes organisation {{ id name }} {_SOURCE}""",
    (
        _column("id"),
        _column("organisation.name", "organisation"),
        _column("reference"),
        _column("basis"),
        _column("kind"),
        _column("recordType", "record_type"),
        _column("fiscalLabel", "fiscal_label"),
        _column("periodStart", "period_start"),
        _column("periodEnd", "period_end"),
        _number("quantity.value", "avoided_kg_co2e"),
        _number("quantity.low", "low_kg_co2e"),
        _number("quantity.high", "high_kg_co2e"),
        _column("quantity.bound", "bound"),
        _column("asPublished", "as_published"),
        _column("category"),
        _column("methodology"),
        _column("verifier"),
        _column("visibility"),
        _column("publishedOn", "published_on"),
        _column("quality"),
        _column("notes"),
        _column("source.url", "source_url"),
        _column("source.title", "source_title"),
    ),
)
EXPORTS: Final = {one.name: one for one in (EFFECTS, CLAIMS)}


async def as_csv(export: Export, pages: AsyncGenerator[Sequence[Node]]) -> AsyncGenerator[bytes]:
    """A table as CSV; blank is unknown or does not apply, never 0."""
    header = [export.header]
    async for nodes in pages:
        # With the first page, so that a failure to read it is told before anything is sent.
        yield csv_lines([*header, *(export.row(node) for node in nodes)])
        header = []


async def as_json(
    export: Export, pages: AsyncGenerator[Sequence[Node]], on: date
) -> AsyncGenerator[bytes]:
    """One object: what it is, and all that was read, nested; null is unknown."""
    about = {"kind": export.name, "exportedOn": on, "massUnit": "kg CO2e"}
    ahead = orjson.dumps(about)[:-1] + b',"nodes":['
    async for nodes in pages:
        # As in the table, the beginning comes with the first page.
        if nodes or ahead.endswith(b"["):
            yield ahead + b",".join(orjson.dumps(node) for node in nodes)
            ahead = b"," if nodes else b""
    yield b"]}\n"


async def as_xlsx(export: Export, pages: AsyncGenerator[Sequence[Node]]) -> AsyncGenerator[bytes]:
    """A workbook of one sheet."""
    with Workbook() as book:
        sheet = book.sheet(export.name, export.header)
        async for nodes in pages:
            for node in nodes:
                sheet.add(export.row(node))
        file = book.finished()
        while part := file.read(1 << 16):
            yield part
