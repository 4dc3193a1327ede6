"""Partners' systems that do not do as PACT says: each is survived, and leaves nothing half."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from consortium.exchange.actions.answering import (
    AskedCriteria,
    FetchFootprints,
    RequestFromPartner,
    fetch_footprints,
    request_from_partner,
)
from consortium.exchange.actions.partners import CheckPartner, check_partner
from consortium.exchange.client.partner import Partners, Registration
from consortium.exchange.jobs.courier import Courier
from consortium.exchange.rules.filters import Filters
from consortium.exchange.rules.wire import write_footprint
from consortium.kernel.clock import utc_now
from consortium.network.http import AskingFailed, Network
from tests.exchange.instances import Instance, bearer
from tests.exchange.test_door import FULFILLED, said
from tests.factories.footprints import facts
from tests.https import Tls, behind_https

Answers = Callable[[Request], Awaitable[Response]]


@dataclass
class Strange:
    """A partner's system that answers as a test says."""

    url: str
    lists: Answers
    tokens: int = 0
    asked: list[str] = field(default_factory=list)
    discovery: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        self.asked.append(request.url.path)
        await (await self._answer(request))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        match request.url.path:
            case "/auth/token":
                self.tokens += 1
                return JSONResponse({"access_token": f"token-{self.tokens}", "expires_in": 600})
            case "/.well-known/openid-configuration":
                if self.discovery is None:
                    return HTMLResponse("<html>Cannot GET</html>", 404)
                return JSONResponse(self.discovery)
            case _:
                return await self.lists(request)


@asynccontextmanager
async def strange(tls: Tls, lists: Answers) -> AsyncGenerator[Strange]:
    """Such a system over HTTPS, stopped at the end."""
    made = Strange("", lists)
    async with behind_https(tls, made) as made.url:
        yield made


OURS = {"client_id": "a", "client_secret": "b"}


def system(url: str, **more: Any) -> Registration:
    """A registration of it."""
    about: dict[str, Any] = {"auth_url": None, "client_id": "me", "secret": "s"} | more
    return Registration(1, 1, url, **about)


def partners(tls: Tls, **limits: Any) -> Partners:
    """A client that trusts the test's authority."""
    return Partners(Network(allow_private=True, ca_file=tls.ca, **limits), utc_now)


async def listed(client: Partners, partner: Registration) -> list[list[Any]]:
    """All pages."""
    return [page async for page in client.pages(partner, Filters())]


def _page(request: Request, following: str | None, count: int = 1) -> Response:
    headers = {"link": f'<{following}>; rel="next"'} if following else {}
    return JSONResponse({"data": [{"at": str(request.url)}] * count}, headers=headers)


async def _html(_: Request) -> Response:
    return HTMLResponse("<html>It works!</html>")


async def _looping(request: Request) -> Response:
    base = str(request.url).partition("?")[0]
    return _page(request, f"{base}?after={'b' if 'after=a' in str(request.url) else 'a'}")


async def _elsewhere(request: Request) -> Response:
    return _page(request, "https://evil.example/3/footprints")


async def _downgraded(request: Request) -> Response:
    return _page(request, str(request.url).replace("https", "http") + "&after=1")


async def _redirected(_: Request) -> Response:
    return RedirectResponse("https://169.254.169.254/latest/meta-data")


async def _no_list(_: Request) -> Response:
    return JSONResponse({"data": None})


async def _half(_: Request) -> Response:
    return Response('{"data": [', media_type="application/json")


async def _deep(_: Request) -> Response:
    return Response('{"data":' + "[" * 100_000, media_type="application/json")


async def _huge(_: Request) -> Response:
    return Response(b" " * 2_000_000, media_type="application/json")


async def _packed(_: Request) -> Response:
    body = gzip.compress(orjson.dumps({"data": []}))
    return Response(body, headers={"content-encoding": "gzip"}, media_type="application/json")


async def _slow(_: Request) -> Response:
    await asyncio.sleep(3)
    return JSONResponse({"data": []})


async def _broken(_: Request) -> Response:
    return JSONResponse({"code": "InternalError", "message": "Out of order."}, 500)


async def _refusing(_: Request) -> Response:
    return JSONResponse({"code": "AccessDenied", "message": "No."}, 401)


STRANGE: dict[str, tuple[Answers, str]] = {
    "answers HTML": (_html, "text/html, which is not JSON"),
    "loops its links": (_looping, "goes round"),
    "links elsewhere": (_elsewhere, "another host"),
    "links to plain HTTP": (_downgraded, "another host"),
    "redirects": (_redirected, "answered 307"),
    "has no list": (_no_list, "without a list"),
    "stops in the middle": (_half, "not JSON"),
    "nests without end": (_deep, "not JSON"),
    "never ends": (_huge, "more than 1000000 bytes"),
    "packs its body": (_packed, "packed body"),
    "takes its time": (_slow, "did not answer within"),
    "is out of order": (_broken, "answered 500: Out of order."),
    "takes no token": (_refusing, "answered 401: No."),
}


@pytest.mark.parametrize("what", STRANGE)
async def test_a_strange_answer_is_survived(tls: Tls, what: str) -> None:
    """It is told in words, in bounded time and memory."""
    lists, told = STRANGE[what]
    client = partners(tls, seconds=1.0, bytes_max=1_000_000)
    async with strange(tls, lists) as there:
        with pytest.raises(AskingFailed) as failed:
            await listed(client, system(there.url))

    assert told in failed.value.message
    # A token that is said to be no good is asked for once more, and not for ever.
    assert there.tokens == (2 if what == "takes no token" else 1)


async def test_tokens_are_kept_and_asked_where_they_were_registered(tls: Tls) -> None:
    """PACT's own path without metadata; never at another host, whatever the metadata say."""

    async def fine(request: Request) -> Response:
        return _page(request, None)

    client = partners(tls)
    async with strange(tls, fine) as there:
        assert len(await listed(client, system(there.url))) == 1
        assert len(await listed(client, system(there.url))) == 1
        assert there.tokens == 1
        there.discovery = {"token_endpoint": "https://evil.example/token"}
        with pytest.raises(AskingFailed, match="another host"):
            await client.check(system(there.url))
        there.discovery = {"token_endpoint": f"{there.url}/auth/token"}
        assert "a list of 1 footprints" in await client.check(system(there.url))
        assert there.tokens == 2
        with pytest.raises(AskingFailed, match="no credentials"):
            await client.check(system(there.url, client_id=None))
        # A token is not used past its time.
        late = replace(client, now=lambda: utc_now() + timedelta(minutes=11))
        await listed(late, system(there.url))
        assert there.tokens == 3


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "localhost:1", "10.0.0.1", "[::1]", "169.254.169.254"]
)
async def test_private_networks_are_not_asked(host: str) -> None:
    """Unless a setting allows it: a partner's address leads to nobody behind our own walls."""
    with pytest.raises(AskingFailed, match="private network") as failed:
        await Network().ask("GET", f"https://{host}/3/footprints")

    assert failed.value.final
    with pytest.raises(AskingFailed, match="not https"):
        await Network(allow_private=True).ask("GET", f"http://{host}/")


async def test_a_certificate_of_nobody_is_not_trusted(tls: Tls) -> None:
    """The authority must be known."""
    async with strange(tls, _html) as there:
        with pytest.raises(AskingFailed, match="certificate verify failed"):
            await Network(allow_private=True).ask("GET", there.url)


async def test_faulty_footprints_are_told_and_never_half_recorded(mill: Instance, tls: Tls) -> None:
    """A list with good and bad: the good are recorded, each fault stands by its field."""
    good = write_footprint(facts(id=uuid4()))
    negative = write_footprint(facts(id=uuid4()))
    negative["pcf"]["fossilGhgEmissions"] = "-1.25"
    false = write_footprint(facts(id=uuid4()))
    false["pcf"]["declaredUnitAmount"] = "0"
    false["pcf"]["pcfIncludingBiogenicUptake"] = "7"
    unread = {"id": "x"}

    async def lists(_: Request) -> Response:
        return JSONResponse({"data": [good, negative, false, unread, None]})

    async with strange(tls, lists) as there:
        partner = await mill.register("Odd", base_url=there.url, **OURS)
        await mill.does(fetch_footprints, FetchFootprints(partner.key))
        await mill.work()
        # What is right at last is no fault any more.
        negative["pcf"]["fossilGhgEmissions"] = "1.25"
        before = await mill.rows("SELECT pf_id, field FROM exchange_fault ORDER BY id")
        good["comment"] = "It says something else now."
        await mill.does(fetch_footprints, FetchFootprints(partner.key))
        await mill.work()
    after = await mill.rows("SELECT DISTINCT pf_id, field FROM exchange_fault")

    assert (negative["id"], "pcf.fossilGhgEmissions") in before
    assert {name for pf_id, name in before if pf_id == false["id"]} >= {"pcf.declaredUnitAmount"}
    assert {name for pf_id, name in before if pf_id == "x"} >= {"id", "pcf", "companyIds"}
    assert (good["id"], "id") in after
    assert negative["id"] not in {pf_id for pf_id, _ in after}
    counts = "SELECT received, recorded, faulty FROM exchange_errand ORDER BY id"
    assert await mill.rows(counts) == [(5, 1, 4), (5, 1, 4)]
    kept = await mill.rows("SELECT pact_id::text, details->>'comment' FROM footprint ORDER BY id")
    assert kept == [(good["id"], None), (negative["id"], None)]


async def test_a_faulty_answer_is_refused_whole(mill: Instance) -> None:
    """By the field, with nothing recorded; a right one is taken after that, and only once."""
    partner = await mill.register("Buyer", base_url="https://buyer.example/pact")
    asked = RequestFromPartner(partner.key, AskedCriteria(product_id=("urn:x:y",)))
    await mill.does(request_from_partner, asked)
    request = await mill.value("SELECT event_id FROM exchange_event")
    token = await mill.token(partner.client_id, partner.client_secret)
    good = write_footprint(facts(id=uuid4()))
    bad = write_footprint(facts(id=uuid4()))
    bad["pcf"]["fossilGhgEmissions"] = "abc"

    async def answer(*pfs: Any) -> Any:
        event = said(FULFILLED, {"requestEventId": request, "pfs": pfs})
        return await mill.http.post("/3/events", json=event, headers=bearer(token))

    refused = await answer(good, bad)
    assert refused.status_code == 400
    assert "data.pfs[1].pcf.fossilGhgEmissions" in refused.text.replace("`", "")
    assert await mill.value("SELECT count(*) FROM footprint") == 0
    assert await mill.rows("SELECT pf_id FROM exchange_fault") == [(bad["id"],)]
    assert await mill.rows("SELECT state FROM exchange_event") == [("WAITING",)]

    assert (await answer(good)).status_code == 200
    assert await mill.value("SELECT count(*) FROM footprint") == 1
    # Another answer to the same request is none.
    assert (await answer(good)).status_code == 400
    assert await mill.value("SELECT state FROM exchange_event ORDER BY id LIMIT 1") == "DONE"


async def test_a_bug_in_one_does_not_stop_the_others(
    mill: Instance, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails inside is logged, tried again, and tells nobody its reason."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def fine(request: Request) -> Response:
        return _page(request, None)

    async with strange(tls, fine) as there:
        one = await mill.register("One", base_url=there.url, **OURS)
        two = await mill.register("Two", base_url=there.url, **OURS)
        monkeypatch.setattr(Courier, "_fetch", broken)
        await mill.does(fetch_footprints, FetchFootprints(one.key))
        await mill.does(check_partner, CheckPartner(two.key))
        await mill.work()

    told = "Something went wrong here; it was logged."
    assert await mill.rows("SELECT state, told FROM exchange_errand ORDER BY id") == [
        ("WAITING", told),
        ("DONE", "It gave a token, and a list of 1 footprints."),
    ]
