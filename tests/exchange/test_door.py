"""PACT's door over real HTTPS: who may ask, what is listed, and what is told of a bad request."""

from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from uuid import uuid4

import orjson

from consortium.exchange.actions.partners import SharedWithPartner, share_with_partner
from consortium.exchange.rules.wire import read_footprint
from consortium.footprints.rules.facts import FootprintFacts, PfStatus
from consortium.footprints.rules.meaning import faults as meaning_faults
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.exchange.instances import Instance, bearer
from tests.factories.footprints import create_footprint, facts
from tests.served import served

CREATED = "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"
FULFILLED = "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3"
PUBLISHED = "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"


async def keep(here: Instance, *, visibility: str = "PRIVATE", **changes: Any) -> int:
    """A footprint of the member."""
    changes.setdefault("id", uuid4())
    sent: FootprintFacts = facts(**changes)
    with here.database.active():
        async with transaction() as client:
            connection = raw(client)
            key = await create_footprint(connection, here.organisation, sent)
            await connection.execute(
                "UPDATE footprint SET visibility = $2 WHERE id = $1", key, visibility
            )
    return key


async def shared(here: Instance, **changes: Any) -> tuple[int, str, dict[str, str]]:
    """A partner with a footprint: its row, its client, and headers with a token of it."""
    partner = await here.register("Buyer", base_url="https://buyer.example/pact")
    key = await keep(here, **changes)
    await here.does(share_with_partner, SharedWithPartner(partner.key, (key,)))
    token = await here.token(partner.client_id, partner.client_secret)
    return partner.key, partner.client_id, dict(bearer(token))


def said(kind: str, data: object, **changes: Any) -> dict[str, Any]:
    """An event of the partner's."""
    about = {"specversion": "1.0", "id": str(uuid4()), "source": "https://buyer.example/pact"}
    return {"type": kind, **about, "time": "2026-11-23T00:00:00Z", "data": data} | changes


async def test_who_may_ask(mill: Instance) -> None:
    """HTTPS, a good token, the scope, and a partner's client: each refusal has PACT's own body."""
    partner = await mill.register("Buyer")
    key = await keep(mill)
    token = await mill.token(partner.client_id, partner.client_secret)
    pact_id = await mill.value("SELECT pact_id FROM footprint WHERE id = $1", key)
    one = f"/3/footprints/{pact_id}"

    async def told(path: str, **headers: str) -> tuple[int, str]:
        answer = await mill.http.get(path, headers=headers)
        assert answer.headers["content-type"] == "application/json"
        assert set(answer.json()) == {"code", "message"}
        return answer.status_code, answer.json()["code"]

    bogus = "Bearer very-invalid-access-token"
    assert await told("/3/footprints") == (401, "BadRequest")
    assert await told("/3/footprints", authorization=bogus) == (401, "BadRequest")
    assert await told(one, authorization=bogus) == (401, "BadRequest")
    # What is not shared does not exist.
    assert await told(one, **bearer(token)) == (404, "NotFound")
    assert await told("/3/footprints/x", **bearer(token)) == (400, "BadRequest")
    assert await told(f"/3/footprints/{uuid4()}", **bearer(token)) == (404, "NotFound")
    plain = "/3/footprints?limit=x"
    assert await told(plain, **bearer(token)) == (400, "BadRequest")
    # Whoever is no partner, and a partner that was removed.
    await mill.database.pool.execute("UPDATE partner SET removed_at = now()")
    assert await told("/3/footprints", **bearer(token)) == (403, "AccessDenied")
    assert await told(one, **bearer(token)) == (403, "AccessDenied")
    answer = await mill.http.post(
        "/3/events", json=said(PUBLISHED, {"pfIds": [str(uuid4())]}), headers=bearer(token)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "AccessDenied")
    assert await mill.value("SELECT count(*) FROM exchange_event") == 0


async def test_plain_http_is_refused_unless_the_proxy_has_https(database: Database) -> None:
    """Whoever asks without TLS gets nothing, with a good token too; links are to the host asked."""
    async with served(database, public_url="https://data.example") as api:
        asked = {"authorization": "Bearer x"}
        refused = await api.http.get("/3/footprints", headers=asked)
        behind = asked | {"x-forwarded-proto": "https"}
        token = await api.http.get("/3/footprints", headers=behind)
        event = await api.http.post("/3/events", json={}, headers=asked)

    assert [refused.status_code, event.status_code, token.status_code] == [403, 403, 401]
    assert refused.json()["code"] == "AccessDenied"
    assert "HTTPS" in refused.json()["message"]


async def test_footprints_are_listed_by_pages_and_criteria(  # noqa: PLR0915  one world, many questions
    mill: Instance,
) -> None:
    """A stable order, links that work again, and filters as PACT defines them."""
    partner = await mill.register("Buyer")
    headers = bearer(await mill.token(partner.client_id, partner.client_secret))
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    made = [
        await keep(mill, product_ids=("urn:pact:mill.example:supplier-id:A",)),
        await keep(mill, geography_country=None, geography_country_subdivision="DE-BW"),
        await keep(
            mill,
            validity_period_start=first,
            validity_period_end=second,
            product_classifications=("urn:pact:productclassification:un-cpc:3211",),
        ),
        await keep(mill, status=PfStatus.DEPRECATED),
    ]
    hidden = await keep(mill)
    await mill.does(share_with_partner, SharedWithPartner(partner.key, tuple(made)))
    ids = [str(await mill.value("SELECT pact_id FROM footprint WHERE id = $1", k)) for k in made]

    async def listed(query: str) -> list[int]:
        answer = await mill.http.get(f"/3/footprints?{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        return [ids.index(one["id"]) for one in answer.json()["data"]]

    assert await listed("") == [0, 1, 2, 3]
    assert hidden
    assert await listed("productId=URN:PACT:mill.example:supplier-id:a&productId=urn:x:y") == [0]
    assert await listed("companyId=urn:pact:mill.example:company:1&geography=se") == [0, 2, 3]
    assert await listed("geography=de-bw&geography=XX") == [1]
    assert await listed("classification=urn:pact:productclassification:un-cpc:3211") == [2]
    assert await listed("status=active") == [0, 1, 2]
    assert await listed("status=Bogus") == []
    assert await listed("companyId=abc") == []
    # Stated to 2028-01-01; without, three years from 2026-01-01.
    assert await listed("validOn=2028-06-01T00:00:00Z") == [0, 1, 3]
    assert await listed("validOn=2028-01-01T00:00Z") == [0, 1, 2, 3]
    assert await listed("validOn=1900-01-01T00:00:00Z") == []
    assert await listed("validAfter=2025-12-31T23:59:59Z") == [0, 1, 2, 3]
    assert await listed("validAfter=2026-01-01T00:00:00Z") == []
    assert await listed("validBefore=2028-01-02T00:00:00Z&status=Active") == [2]
    assert await listed("limit=0") == []

    url, seen = "/3/footprints?limit=3&geography=se&geography=de-bw", []
    while url:
        page = await mill.http.get(url, headers=headers)
        again = await mill.http.get(url, headers=headers)
        assert page.content == again.content
        seen.append([ids.index(one["id"]) for one in page.json()["data"]])
        url = page.links.get("next", {}).get("url", "")
        assert not url or url.startswith(f"{mill.url}/3/footprints?limit=3&geography=se")
    assert seen == [[0, 1, 2], [3]]

    wrong = await mill.http.get("/3/footprints?validOn=soon", headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "BadRequest")
    assert "validOn" in wrong.json()["message"]
    unknown = await mill.http.get("/3/footprints?$filter=x", headers=headers)
    assert unknown.status_code == 400


async def test_what_is_said_is_what_was_recorded(mill: Instance) -> None:
    """In the list and alone, with PACT's names; what is PUBLIC needs no share."""
    _, _, headers = await shared(mill)
    await keep(mill, visibility="PUBLIC")
    listed = (await mill.http.get("/3/footprints", headers=headers)).json()["data"]
    alone = await mill.http.get(f"/3/footprints/{listed[0]['id']}", headers=headers)

    assert len(listed) == 2
    assert alone.json() == {"data": listed[0]}
    recorded, faults = read_footprint(listed[0])
    assert faults == []
    assert recorded is not None
    assert meaning_faults(recorded) == []


async def test_events_are_kept_before_they_are_answered(mill: Instance) -> None:
    """Once, whatever they name; a false one is told by its field and keeps nothing."""
    _, _, headers = await shared(mill)

    async def sent(event: object, kind: str = "application/cloudevents+json") -> tuple[int, str]:
        answer = await mill.http.post(
            "/3/events",
            content=orjson.dumps(event),
            headers={**headers, "content-type": f"{kind}; charset=UTF-8"},
        )
        return answer.status_code, answer.text

    kept = "SELECT kind, state FROM exchange_event WHERE direction = 'RECEIVED' ORDER BY id"
    elsewhere = said(CREATED, {}, source="https://evil.example")
    status, text = await sent(elsewhere)
    assert (status, "AccessDenied" in text, "source" in text) == (403, True, True)
    wrong: list[object] = [
        said(PUBLISHED, {"pfIds": ["urn:gtin:4712345060507"]}),
        said(FULFILLED, {"requestEventId": "nothing", "pfs": [{}]}),
        said(CREATED, {"validOn": "soon"}),
        said(CREATED, {}, specversion="2.0"),
        [],
    ]
    for false in wrong:
        status, text = await sent(false)
        assert (status, orjson.loads(text)["code"]) == (400, "BadRequest"), text
    assert (await sent(said(CREATED, {}), "text/plain"))[0] == 400
    assert await mill.rows(kept) == []

    published = said(PUBLISHED, {"pfIds": [str(uuid4())]}, id="not/a uuid")
    asked = said(CREATED, {"productId": ["urn:pact:null"]}, source="//buyer.example/pact/3/events")
    assert [await sent(one) for one in (published, published, asked)] == [(200, "")] * 3
    assert await mill.rows(kept) == [("PUBLISHED", "WAITING"), ("REQUEST_CREATED", "WAITING")]


async def test_ten_thousand_are_listed_by_pages_of_a_thousand(mill: Instance) -> None:
    """Each page in under a second, whatever was before it."""
    partner, _, headers = await shared(mill)
    columns = [
        one
        for (one,) in await mill.rows(
            "SELECT column_name::text FROM information_schema.columns"
            " WHERE table_name = 'footprint' AND column_name NOT IN ('id', 'pact_id')"
        )
    ]
    names = ", ".join(columns)
    async with mill.database.pool.acquire() as connection:
        await connection.execute(
            f"INSERT INTO footprint (pact_id, {names}) SELECT gen_random_uuid(), {names}"  # noqa: S608
            " FROM footprint, generate_series(2, 10000)"
        )
        await connection.execute(
            "INSERT INTO partner_share (partner_id, footprint_id) SELECT $1, id FROM footprint"
            " ON CONFLICT DO NOTHING",
            partner,
        )
        await connection.execute("ANALYZE footprint, partner_share")
    url, seen, slowest = "/3/footprints?limit=1000&status=active&geography=SE", set(), 0.0
    pages = 0
    while url:
        began = perf_counter()
        page = await mill.http.get(url, headers=headers)
        slowest = max(slowest, perf_counter() - began)
        seen |= {one["id"] for one in page.json()["data"]}
        url = page.links.get("next", {}).get("url", "")
        pages += 1

    assert (len(seen), pages) == (10_000, 10)
    assert slowest < 1.0
