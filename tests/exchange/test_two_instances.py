"""Two instances of this product exchange footprints over real HTTPS, each with its own database."""

from collections.abc import AsyncGenerator, Generator
from uuid import uuid4

import pytest

from consortium.exchange.actions.answering import (
    AnswerPartner,
    AskedCriteria,
    FetchFootprints,
    PublishToPartner,
    RequestFromPartner,
    answer_partner,
    fetch_footprints,
    publish_to_partner,
    request_from_partner,
)
from consortium.exchange.actions.partners import (
    ChangePartner,
    CheckPartner,
    RemovePartner,
    SharedWithPartner,
    change_partner,
    check_partner,
    remove_partner,
    share_with_partner,
    unshare_with_partner,
)
from consortium.footprints.actions.recording import facts_kept
from consortium.kernel.errors import ChangedMeanwhile, NotFound
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.conftest import TestServer, apart
from tests.exchange.instances import Instance, instance
from tests.exchange.test_door import keep
from tests.https import Tls


@pytest.fixture
def other_dsn(server: TestServer, template: str) -> Generator[str]:
    """Another database of this test's own."""
    name = f"consortium_{uuid4().hex}"
    apart(server.create(name, template))
    yield server.dsn(name)
    apart(server.drop(name))


@pytest.fixture
async def printer(other_dsn: str, tls: Tls) -> AsyncGenerator[Instance]:
    """A member of another consortium, that takes footprints."""
    async with (
        Database.open(other_dsn, max_size=4, write_size=4) as database,
        instance(database, tls, "Printer") as made,
    ):
        yield made


async def acquainted(mill: Instance, printer: Instance) -> tuple[int, int]:
    """Both register each other; the mill's partner, and the printer's."""
    there = await mill.register("Printer", base_url=printer.url)
    here = await printer.register(
        "Mill", base_url=mill.url, client_id=there.client_id, client_secret=there.client_secret
    )
    await mill.does(
        change_partner,
        ChangePartner(there.key, 1, client_id=here.client_id, client_secret=here.client_secret),
    )
    return there.key, here.key


EVENTS = "SELECT direction, kind, state, told FROM exchange_event ORDER BY id"
ERRANDS = (
    "SELECT errand, state, pages, received, recorded, faulty, told FROM exchange_errand ORDER BY id"
)
RECEIVED = """
SELECT f.status, f.received_from, f.visibility FROM footprint f
WHERE f.origin = 'RECEIVED' ORDER BY f.id
"""


async def test_footprints_travel(mill: Instance, printer: Instance) -> None:
    """Checked, shared, told, fetched, corrected and deprecated; what arrives says the same."""
    there, here = await acquainted(mill, printer)
    await printer.does(check_partner, CheckPartner(here))
    await printer.work()
    checked = "It gave a token, and a list of 0 footprints."
    assert await printer.rows(ERRANDS) == [("CHECK", "DONE", 0, 0, 0, 0, checked)]

    first = await keep(mill)
    await mill.does(share_with_partner, SharedWithPartner(there, (first,)))
    await mill.work()
    assert await mill.rows(EVENTS) == [("SENT", "PUBLISHED", "DONE", "")]
    await printer.work()
    assert await printer.rows(EVENTS) == [("RECEIVED", "PUBLISHED", "DONE", "")]
    assert await printer.rows(RECEIVED) == [("ACTIVE", "Mill", "PRIVATE")]
    assert await _facts(mill, first) == await _facts(printer, await _row_of(printer, mill, first))

    # A correction names what it corrects, which is deprecated on both sides.
    second = await keep(mill, preceding_pf_ids=(await _pact_id(mill, first),), comment="Better.")
    assert await mill.value("SELECT status FROM footprint WHERE id = $1", first) == "DEPRECATED"
    await mill.does(publish_to_partner, PublishToPartner(there, (first, second)))
    await mill.work()
    await printer.work()
    assert [row[0] for row in await printer.rows(RECEIVED)] == ["DEPRECATED", "ACTIVE"]

    # A list is fetched whole; what is known already stays, and is no news.
    await printer.does(fetch_footprints, FetchFootprints(here))
    wanted = AskedCriteria(status=("active",), geography=("SE",))
    await printer.does(fetch_footprints, FetchFootprints(here, wanted))
    await printer.work()
    fetched = await printer.rows(ERRANDS)
    assert fetched[1:] == [
        ("FETCH", "DONE", 1, 2, 0, 0, ""),
        ("FETCH", "DONE", 1, 1, 0, 0, ""),
    ]
    await mill.does(unshare_with_partner, SharedWithPartner(there, (first, second)))
    await printer.does(fetch_footprints, FetchFootprints(here))
    await printer.work()
    assert (await printer.rows(ERRANDS))[-1] == ("FETCH", "DONE", 1, 0, 0, 0, "")
    assert len(await printer.rows(RECEIVED)) == 2
    assert await printer.value("SELECT count(*) FROM exchange_fault") == 0


async def test_a_request_gets_one_answer(  # noqa: PLR0915  one story of two sides
    mill: Instance, printer: Instance
) -> None:
    """By rule where something shared matches, else by its owner: footprints, or a reason."""
    _, here = await acquainted(mill, printer)
    code = "urn:pact:mill.example:supplier-id:A"
    key = await keep(mill, product_ids=(code,))
    asked = RequestFromPartner(here, AskedCriteria(product_id=(code,)), "For our report.")

    # Not shared: the mill's people decide.
    await printer.does(request_from_partner, asked)
    await printer.work()
    await mill.work()
    assert await printer.rows(EVENTS) == [("SENT", "REQUEST_CREATED", "OPEN", "")]
    assert await mill.rows(EVENTS) == [("RECEIVED", "REQUEST_CREATED", "OPEN", "")]
    request = await mill.value("SELECT id FROM exchange_event")
    await mill.does(answer_partner, AnswerPartner(request, (key,)))
    await mill.work()
    answered = [
        ("SENT", "REQUEST_CREATED", "DONE", ""),
        ("RECEIVED", "REQUEST_FULFILLED", "DONE", ""),
    ]
    assert await printer.rows(EVENTS) == answered
    assert await printer.rows(RECEIVED) == [("ACTIVE", "Mill", "PRIVATE")]
    with pytest.raises(Exception, match="answer"):
        await mill.does(answer_partner, AnswerPartner(request, reason="Changed our mind."))

    asked_for = "SELECT status, way, footprint_id FROM footprint_request"
    received = await printer.value("SELECT id FROM footprint WHERE origin = 'RECEIVED'")
    assert await printer.rows(asked_for) == [("ANSWERED", "PARTNER", received)]

    # Answered by that, it is shared: the next request is answered by rule.
    await printer.does(request_from_partner, asked)
    await printer.work()
    await mill.work()
    await mill.work()
    assert (await printer.rows(EVENTS))[2:] == answered

    # Nothing that could be given, and what is refused by a person.
    nothing = AskedCriteria(product_id=("urn:pact:null",))
    await printer.does(request_from_partner, RequestFromPartner(here, nothing))
    other = AskedCriteria(product_id=("urn:pact:mill.example:supplier-id:B",))
    await printer.does(request_from_partner, RequestFromPartner(here, other))
    await printer.work()
    await mill.work()
    open_ = await mill.value("SELECT id FROM exchange_event WHERE state = 'OPEN'")
    await mill.does(answer_partner, AnswerPartner(open_, reason="We make no such product."))
    await mill.work()
    await mill.work()
    rejected = {row[3] for row in await printer.rows(EVENTS) if row[2] == "REJECTED"}
    assert rejected == {
        "NotFound: The request names no product.",
        "NotFound: We make no such product.",
    }
    why = "SELECT ended_because FROM footprint_request WHERE status = 'REJECTED'"
    assert {told for (told,) in await printer.rows(why)} == rejected
    answers = "SELECT count(*) FROM exchange_event WHERE request_id IS NOT NULL"
    assert await mill.value(answers) == 4


async def test_a_retry_survives_a_restart(mill: Instance, printer: Instance, tls: Tls) -> None:
    """An answer finds the requester away, waits, and is delivered once by the next process."""
    there, here = await acquainted(mill, printer)
    code = "urn:pact:mill.example:supplier-id:A"
    key = await keep(mill, product_ids=(code,))
    port = int(mill.url.rpartition(":")[2])
    assert port
    async with Database.open(printer.database.dsn, max_size=2, write_size=2) as database:
        async with instance(database, tls, "", organisation=printer.organisation) as away:
            moved = int(away.url.rpartition(":")[2])
            await mill.does(change_partner, ChangePartner(there, 2, base_url=away.url))
            await mill.does(share_with_partner, SharedWithPartner(there, (key,)))
        # The other side is down now: the notice waits for its time.
        await mill.work()
        [(state, told, attempts)] = await mill.rows(
            "SELECT state, told, attempts FROM exchange_event"
        )
        assert (state, attempts) == ("WAITING", 1)
        assert "could not be reached" in told
        assert await mill.courier.work_off() == 0
        # Meanwhile this side is another process.
        async with (
            Database.open(mill.database.dsn, max_size=2, write_size=2) as reopened,
            instance(reopened, tls, "", organisation=mill.organisation) as restarted,
            instance(database, tls, "", port=moved, organisation=printer.organisation) as back,
        ):
            # What it sends names it, so the other side must know its new address.
            kept = ChangePartner(here, 1, event_sources=(restarted.url,))
            await back.does(change_partner, kept)
            await restarted.work()
            await restarted.work()
            assert await restarted.rows("SELECT state, told, attempts FROM exchange_event") == [
                ("DONE", "", 2)
            ]
            await back.work()
            assert await back.rows(RECEIVED) == [("ACTIVE", "Mill", "PRIVATE")]
            assert await back.value("SELECT count(*) FROM exchange_event") == 1


async def test_it_is_given_up_after_72_hours(mill: Instance) -> None:
    """And not before; the failure is told."""
    partner = await mill.register(
        "Away",
        base_url="https://127.0.0.1:1",
        client_id="x",
        client_secret="y",  # noqa: S106
    )
    await mill.does(share_with_partner, SharedWithPartner(partner.key, (await keep(mill),)))
    for hours, state in ((71, "WAITING"), (72, "FAILED")):
        await mill.database.pool.execute(
            f"UPDATE exchange_event SET recorded_at = now() - interval '{hours} hours'"  # noqa: S608
        )
        await mill.work()
        assert await mill.value("SELECT state FROM exchange_event") == state
    assert "could not be reached" in await mill.value("SELECT told FROM exchange_event")


async def test_a_removed_partner_is_out(mill: Instance, printer: Instance) -> None:
    """Its client, its shares and our secret end at once; somebody who saw less is refused."""
    there, here = await acquainted(mill, printer)
    await mill.does(share_with_partner, SharedWithPartner(there, (await keep(mill),)))
    with pytest.raises(ChangedMeanwhile):
        await mill.does(remove_partner, RemovePartner(there, 1))
    await mill.does(remove_partner, RemovePartner(there, 2))
    with pytest.raises(NotFound):
        await mill.does(remove_partner, RemovePartner(999_999, 1))
    await mill.work()
    await printer.does(check_partner, CheckPartner(here))
    await printer.work()

    [(_, state, *_, told)] = await printer.rows(ERRANDS)
    assert (state, "No token" in told) == ("FAILED", True)
    assert await mill.rows("SELECT state FROM exchange_event") == [("FAILED",)]
    assert await mill.value("SELECT count(*) FROM partner_share") == 0
    assert await mill.value("SELECT client_secret_sealed FROM partner") is None


async def _facts(here: Instance, key: int) -> object:
    with here.database.active():
        async with transaction() as client:
            return await facts_kept(raw(client), key)


async def _pact_id(here: Instance, key: int) -> object:
    return await here.value("SELECT pact_id FROM footprint WHERE id = $1", key)


async def _row_of(here: Instance, there: Instance, key: int) -> int:
    found = await _pact_id(there, key)
    return int(await here.value("SELECT id FROM footprint WHERE pact_id = $1", found))
