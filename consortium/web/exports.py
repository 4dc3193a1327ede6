"""What goes out as files: effects and claims, read as any query is, page by page.

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
from consortium.effects.reports.telling import chains
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
_DEMAND = """{ amount activity { code product unit chainVersion { id reference
  organisation { id name } } } }"""
EFFECT_SELECTION: Final = f"""
id reference version recordedAt computedAt timeframe geography periodStart periodEnd specificity
visibility uncertainty avoided(unit: KILOGRAM_CO2E) referenceEmissions(unit: KILOGRAM_CO2E)
solutionEmissions(unit: KILOGRAM_CO2E)
solution {{ id reference name category function functionalUnit unit lifetimeYears version
  organisation {{ id name }} sideEffects {{ objective finding explanation {_SOURCE} }} }}
valueChain {{ id name }}
referenceScenario {{ id reference edition situation basis path reason description legalMinimum
  geography legalSource {{ url title }} {_SOURCE} }}
comparison {{ id reference edition origin accounting gwpSet boundary baseYear rebound reboundReason
  factorsBeyond items {{ stage name specificity equalBecause {_SOURCE}
    referenceDemand {_DEMAND} solutionDemand {_DEMAND}
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
        OutColumn("chain_versions", "", read=chains),
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
_ASSESSED: Final = f"""
id reference version recordedAt status statement claim(unit: KILOGRAM_CO2E) uncertainty specificity
timeframe year visibility submittedOn acceptedOn assuredOn assuranceLevel publishedOn expiresOn
endedOn endedBecause kept statementUrl organisation {{ id name }}
guidanceVersion {{ id reference title publisher edition issuedOn {_SOURCE} }}
assuranceBody {{ id name }} restates {{ id reference status }}
restatedBy {{ id reference status }}
basis {{ effectMass(unit: KILOGRAM_CO2E) share remainderShare allocation {{ id }} }}
gates {{ position outcome passesToday reviewedOn expiresOn gate {{ key title }} }}
"""
# Of an effect that is shown to the reader; else it is null.
ASSESSED_SELECTION: Final = f"{_ASSESSED} effect {{ {EFFECT_SELECTION} }}"
STATEMENT_SELECTION: Final = f"""{ASSESSED_SELECTION}
evidence(first: 100) {{ nodes {{ kind title removedOn {_SOURCE} document {{ name sha256 }}
  criterion {{ key gate {{ key }} }} }} }}
"""


def _claim_sources(node: Node) -> str | None:
    """The guidance's own source, and all that the effect stands on as far as it is shown."""
    source = node["guidanceVersion"]["source"]
    own = " ".join(filter(None, (source["title"], source["url"]))) if source else None
    of_effect = _sources(node["effect"]) if node["effect"] else None
    return "; ".join(filter(None, (own, of_effect))) or None


def _gates(node: Node) -> str:
    """How each gate stands, in their order."""
    told: list[str] = []
    for one in sorted(node["gates"], key=lambda gate: gate["position"]):
        on = f" on {one['reviewedOn']}" if one["reviewedOn"] else ""
        until = f" before {one['expiresOn']}" if one["expiresOn"] else ""
        told.append(f"{one['gate']['key']}: {one['outcome'] or 'NOT_REVIEWED'}{on}{until}")
    return "; ".join(told)


def _restated_by(node: Node) -> str | None:
    return "; ".join(one["id"] for one in node["restatedBy"]) or None


def _is_joint(node: Node) -> bool | None:
    """Whether the claim is on the remainder; null where that is not fixed or not shown."""
    basis = node["basis"]
    return None if basis is None or basis["effectMass"] is None else basis["share"] is None


ASSESSED: Final = Export(
    "assessed-claims",
    "assessedClaims",
    ASSESSED_SELECTION,
    (
        _column("id"),
        _column("organisation.name", "organisation"),
        _column("reference"),
        _column("version"),
        _column("status"),
        _column("statement"),
        _column("guidanceVersion.reference", "guidance_version"),
        _column("guidanceVersion.title", "guidance"),
        _column("guidanceVersion.edition", "guidance_edition"),
        _column("timeframe"),
        _column("year"),
        _number("claim", "claim_kg_co2e"),
        OutColumn("joint_undivided", "", read=_is_joint),
        _number("basis.share", "share_fraction"),
        _number("basis.remainderShare", "remainder_fraction"),
        _number("basis.effectMass", "effect_kg_co2e"),
        _number("kept", "kept_fraction"),
        _number("uncertainty", "uncertainty_fraction_95"),
        _column("specificity"),
        _column("effect.id", "effect_id"),
        _column("effect.reference", "effect"),
        _column("effect.version", "effect_version"),
        _column("effect.solution.reference", "solution"),
        _column("effect.solution.name", "solution_name"),
        _column("effect.solution.category", "category"),
        _column("effect.geography", "geography"),
        _column("effect.periodStart", "period_start"),
        _column("effect.periodEnd", "period_end"),
        _column("effect.comparison.gwpSet", "gwp_set"),
        _column("effect.referenceScenario.reference", "reference_scenario"),
        _column("effect.referenceScenario.edition", "reference_scenario_edition"),
        _column("effect.referenceScenario.reason", "reference_reason"),
        OutColumn("gates", "", read=_gates),
        _column("assuranceLevel", "assurance_level"),
        _column("assuranceBody.name", "assurance_body"),
        _column("assuredOn", "assured_on"),
        _column("visibility"),
        _column("submittedOn", "submitted_on"),
        _column("acceptedOn", "accepted_on"),
        _column("publishedOn", "published_on"),
        _column("expiresOn", "expires_on"),
        _column("endedOn", "ended_on"),
        _column("endedBecause", "ended_because"),
        _column("restates.id", "restates"),
        OutColumn("restated_by", "", read=_restated_by),
        OutColumn("sources", "", read=_claim_sources),
        _column("statementUrl", "statement_url"),
        _column("recordedAt", "recorded_at"),
    ),
)
EXPORTS: Final = {one.name: one for one in (EFFECTS, ASSESSED, CLAIMS)}


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
