"""A stranger asks real companies' avoided emissions over HTTP."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from consortium.kernel.clock import utc_today
from consortium.storage.database import Database
from tests.served import Api, served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(demo_dsn: str) -> AsyncGenerator[Api]:
    """The demo, served."""
    async with (
        Database.open(demo_dsn, max_size=4) as database,
        served(database, today=utc_today) as running,
    ):
        yield running


async def groups(api: Api, question: str, fields: str) -> list[dict[str, Any]]:
    """The groups of avoidedEmissions for a question."""
    data = await api.data(f"{{ avoidedEmissions({question}) {{ groups {{ {fields} }} }} }}")
    found: list[dict[str, Any]] = data["avoidedEmissions"]["groups"]
    return found


async def test_alibaba_s_series(api: Api) -> None:
    """Alibaba Group's year-on-year series, by the calendar year that holds most of each period."""
    found = await groups(
        api,
        'where: {member: {name: {eq: "Alibaba Group"}}, kind: {eq: YEAR_ON_YEAR}}, groupBy: [YEAR]',
        """key { year kind } total { value(unit: TONNE_CO2E) low high } claims verifiedShare
           contributions(first: 5) { edges { node {
             claim { fiscalLabel source { url title } } counted { value(unit: TONNE_CO2E) } } } }
           leftOut(first: 5) { edges { node { claim { reference } reason } } }""",
    )

    assert [(one["key"]["year"], one["total"]["value"]) for one in found] == [
        (2022, "22907000"),
        (2023, "33340000"),
        (2024, "59208000"),
    ]
    labels = [one["contributions"]["edges"][0]["node"]["claim"]["fiscalLabel"] for one in found]
    assert labels == ["FY2023", "FY2024", "FY2025"]
    assert [one["verifiedShare"] for one in found] == ["1", "0", "0"]
    part = "alibaba-cloud-fy2024-cloud-computing-reported-with-scope-3-results"
    assert [one["leftOut"]["edges"] for one in found] == [
        [],
        [{"node": {"claim": {"reference": part}, "reason": "PART_OF_TOTAL"}}],
        [],
    ]
    for one in found:
        assert one["contributions"]["edges"][0]["node"]["claim"]["source"]["url"]


async def test_verizon_counts_once_and_its_parts_are_told(api: Api) -> None:
    """Verizon 2017 is one total (a minimum) with six parts, which exceed it by 10 644 t."""
    where = 'where: {member: {name: {eq: "Verizon"}}, year: {eq: 2017}}'
    [whole] = await groups(
        api, where, "total { value low high bound } claims leftOut { totalCount }"
    )
    divided = await groups(
        api, f"{where}, groupBy: [CATEGORY]", "key { category notBrokenDown } total { value }"
    )
    claim = await api.data(
        """{ claim(reference: "verizon-2017-all-solutions-total") { asPublished partsTotal
             partsDifference(unit: TONNE_CO2E) parts { totalCount } } }"""
    )

    assert whole == {
        "total": {"value": "7700000", "low": "7700000", "high": None, "bound": "AT_LEAST"},
        "claims": 1,
        "leftOut": {"totalCount": 6},
    }
    assert claim["claim"] == {
        "asPublished": "minimum of 7.7 million tonnes",
        "partsTotal": "7710644",
        "partsDifference": "-10644",
        "parts": {"totalCount": 6},
    }
    assert len(divided) == 7
    assert divided[-1] == {
        "key": {"category": None, "notBrokenDown": True},
        "total": {"value": "-10644"},
    }
    assert sum(int(one["total"]["value"]) for one in divided) == 7_700_000


async def test_a_part_counts_when_asked_for_by_what_divides_it(api: Api) -> None:
    """A question that filters by category is answered by the part, not by the total."""
    [found] = await groups(
        api,
        'where: {category: {eq: "Telematics (component)"}}',
        "total { value } contributions { nodes { claim { reference } } }",
    )

    assert found["total"]["value"] == "1257379"
    [node] = found["contributions"]["nodes"]
    assert node["claim"]["reference"] == "verizon-2017-telematics-component"


async def test_cumulative_points_are_never_added(api: Api) -> None:
    """A cumulative series counts its latest point, whatever the question; Toyota has five."""
    for grouping in ("", ", groupBy: [MEMBER]", ", groupBy: [GROUP]", ", groupBy: [CATEGORY]"):
        found = await groups(
            api,
            'where: {kind: {eq: CUMULATIVE}, member: {name: {eq: "Toyota Motor"}}}' + grouping,
            "key { since } total { value(unit: MEGATONNE_CO2E) } claims",
        )
        assert found == [{"key": {"since": "1997-01-01"}, "total": {"value": "160"}, "claims": 1}]
    schneider = await api.data(
        """{ avoidedEmissions(where: {member: {name: {eq: "Schneider Electric"}}}) {
             groups { claims } leftOut { nodes { claim { fiscalLabel } reason } } } }"""
    )
    reasons = {
        node["claim"]["fiscalLabel"]: node["reason"]
        for node in schneider["avoidedEmissions"]["leftOut"]["nodes"]
    }
    assert schneider["avoidedEmissions"]["groups"] == []
    assert reasons == {
        "2018-2021": "EARLIER_POINT_OF_SERIES",
        "2018-2022": "EARLIER_POINT_OF_SERIES",
        "2018-Q1 2024": "EARLIER_POINT_OF_SERIES",
        "2018-Q2 2024": "EARLIER_POINT_OF_SERIES",
        "2018-2024": "NOT_A_MEMBER",
        "2022": "INCREMENT_OF_SERIES",
        "Q1 2024": "INCREMENT_OF_SERIES",
        "2018-2025 target": "TARGET",
    }


async def test_avoided_emissions_stand_beside_the_inventory(api: Api) -> None:
    """Siemens' 144 Mt avoided stand beside 121 Mt emitted, and no field offers a difference."""
    data = await api.data(
        """{ organisation(name: "siemens") {
             claims(where: {fiscalLabel: {eq: "FY2024"}}) {
               nodes { kind quantity { value(unit: MEGATONNE_CO2E) } } }
             inventories(where: {label: {eq: "FY2024"}}) {
               nodes { total(unit: MEGATONNE_CO2E) } } } }"""
    )

    assert data["organisation"] == {
        "claims": {"nodes": [{"kind": "FORWARD_LOOKING", "quantity": {"value": "144"}}]},
        "inventories": {"nodes": [{"total": "121"}]},
    }
    sdl = (await api.http.get("/schema.graphql")).text.lower()
    assert not [
        word for word in ("netemissions", "net_emissions", "offset", "neutral") if word in sdl
    ]


async def test_the_consortium_s_profile_has_its_coverage(api: Api) -> None:
    """Members, revenue and employees, each with how many are known; a blank is never guessed."""
    data = await api.data(
        """{ now: consortium { memberCount revenue { known of byCurrency { currency amount } }
             employees { known of total } }
             before: consortium(onDate: "2023-11-26") { memberCount }
             autumn2020: consortium(onDate: "2020-10-31") { memberCount } }"""
    )

    assert data["now"] == {
        "memberCount": 86,
        "revenue": {
            "known": 59,
            "of": 86,
            "byCurrency": [{"currency": "USD", "amount": "5470604000000"}],
        },
        "employees": {"known": 52, "of": 86, "total": 7_393_181},
    }
    # Alibaba joined on 27 November 2023, two more in 2021.
    assert data["before"]["memberCount"] == 85
    assert data["autumn2020"]["memberCount"] == 82


async def test_the_day_of_membership_decides_what_counts(api: Api) -> None:
    """Before Alibaba joined, its figures were shown and left out as a non-member's."""
    data = await api.data(
        """{ avoidedEmissions(where: {member: {name: {eq: "Alibaba Group"}}}, onDate: "2023-01-01")
             { groups { claims } leftOut(first: 10) { nodes { reason } } } }"""
    )

    reasons = [node["reason"] for node in data["avoidedEmissions"]["leftOut"]["nodes"]]
    assert data["avoidedEmissions"]["groups"] == []
    assert sorted(set(reasons)) == ["NOT_A_MEMBER", "PART_OF_TOTAL", "TARGET"]


async def test_what_was_known_on_a_day(api: Api) -> None:
    """On 1 December 2023 one figure of Alibaba's had been published."""
    [found] = await groups(
        api,
        'where: {member: {name: {eq: "Alibaba Group"}}}, knownAt: "2023-12-01"',
        "total { value } claims",
    )

    assert found == {"total": {"value": "22907000"}, "claims": 1}


async def test_a_quarantined_inventory_is_shown_with_its_doubt(api: Api) -> None:
    """Quarantined rows load, are shown, and say what to doubt."""
    data = await api.data(
        """{ inventories(where: {quarantined: {eq: true}}) {
             totalCount nodes { quality source { url } } } }"""
    )

    assert data["inventories"]["totalCount"] == 4
    assert all(one["quality"].startswith("quarantine") for one in data["inventories"]["nodes"])


async def test_every_figure_names_its_source(api: Api) -> None:
    """No claim, inventory or initiative of the demo is without an address or a title."""
    data = await api.data(
        """{ claims(first: 1000) { totalCount nodes { source { url title } } }
             inventories(first: 1000) { totalCount nodes { source { url title } } }
             initiatives(first: 1000) { totalCount nodes { source { url title } } } }"""
    )

    counts = {name: part["totalCount"] for name, part in data.items()}
    assert counts == {"claims": 93, "inventories": 379, "initiatives": 18}
    for part in data.values():
        for node in part["nodes"]:
            assert node["source"]["url"] or node["source"]["title"]


async def test_search_finds_what_was_meant(api: Api) -> None:
    """Search needs neither case nor accents nor whole words, and finds aliases."""
    data = await api.data(
        """{ accents: search(query: "NESTLE", types: [ORGANISATION]) { nodes {
               ... on Organisation { name } } }
             alias: search(query: "mercedes", types: [ORGANISATION]) { nodes {
               ... on Organisation { name } } }
             nothing: search(query: "zzzz") { totalCount nodes { __typename } } }"""
    )

    assert data["accents"]["nodes"] == [{"name": "Nestlé"}]
    assert data["alias"]["nodes"] == [{"name": "Daimler"}]
    assert data["nothing"] == {"totalCount": 0, "nodes": []}


async def test_pages_forward_and_backward_are_the_same_list(api: Api) -> None:
    """Pages of seven, joined, are the whole list, from either end."""
    page = "nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    order = "orderBy: [{field: REVENUE, direction: DESC}, {field: NAME}]"
    whole = await api.data(f"{{ members(first: 1000, {order}) {{ nodes {{ name }} }} }}")
    forward: list[Any] = []
    after = None
    while True:
        query = (
            f"query ($after: String) {{ members(first: 7, after: $after, {order}) {{ {page} }} }}"
        )
        found = (await api.data(query, {"after": after}))["members"]
        forward += found["nodes"]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    backward: list[Any] = []
    before = None
    while True:
        query = f"query ($b: String) {{ members(last: 7, before: $b, {order}) {{ {page} }} }}"
        found = (await api.data(query, {"b": before}))["members"]
        backward = found["nodes"] + backward
        before = found["pageInfo"]["startCursor"]
        if not found["pageInfo"]["hasPreviousPage"]:
            break

    assert len(whole["members"]["nodes"]) == 86
    assert forward == backward == whole["members"]["nodes"]


async def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    """A cursor is bound to the filter and the ordering that it was made under."""
    cursor = (await api.data("{ members(first: 3) { pageInfo { endCursor } } }"))["members"][
        "pageInfo"
    ]["endCursor"]
    other = """query ($c: String) {
        organisations(after: $c, where: {sector: {eq: "Retail"}}) { nodes { id } } }"""

    assert await api.codes(other, {"c": cursor}) == ["CURSOR_INVALID"]
