"""Messages over real HTTPS: what is sent to whom, how it is signed, and what a failure makes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from standardwebhooks import Webhook
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consortium.identity.rules.roles import Role
from consortium.network.http import Network
from consortium.storage.database import Database
from tests.asking import principal
from tests.factories import create_account, create_inventory, create_role
from tests.factories.rows import insert
from tests.https import Tls, behind_https
from tests.people import mails
from tests.served import TODAY
from tests.webhooks.receiving import FOOTPRINT, Hooks, Message, hooks_over


def _answering(status: int, text: str = "", **headers: str) -> Callable[[Request], Response]:
    return lambda _: Response(text, status, headers)


async def test_a_message_says_what_the_query_asks(hooks: Hooks) -> None:
    """Type, moment and data, signed so that the specification's own library takes it."""
    made = await hooks.register("FOOTPRINT_RECORDED", query=FOOTPRINT, path="/in?key=a")
    footprint = await hooks.footprint()

    assert await hooks.work() == 1

    [message] = hooks.receiver.got
    said = Webhook(made["secret"]).verify(message.body, dict(message.headers))
    assert set(said) == {"type", "timestamp", "data"}
    assert said["type"] == "FOOTPRINT_RECORDED"
    assert said["timestamp"].endswith("Z")
    assert said["data"]["node"]["id"] == footprint
    assert message.headers["content-type"] == "application/json"
    [delivery] = await hooks.deliveries()
    assert delivery["messageId"] == message.headers["webhook-id"]
    assert (delivery["state"], delivery["subject"]) == ("DELIVERED", footprint)
    assert delivery["log"]["nodes"] == [{"status": 200, "answer": "thanks", "told": None}]
    assert await hooks.work() == 0


async def test_nothing_is_kept_for_what_nobody_wants(hooks: Hooks) -> None:
    """Neither before a webhook is registered, nor for other kinds, nor where it was taken back."""
    await hooks.footprint()
    made = await hooks.register("INVENTORY_RECORDED")
    await hooks.footprint()
    async with hooks.database.pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        await create_inventory(connection, hooks.owner)
        assert await connection.fetchval("SELECT count(*) FROM webhook_event") == 1
        await undone.rollback()

    assert await hooks.database.pool.fetchval("SELECT count(*) FROM webhook_event") == 0
    assert await hooks.work() == 0
    assert made["webhook"]["version"] == 1


async def test_who_may_not_see_is_not_told(hooks: Hooks) -> None:
    """Of two members' webhooks one gets the event; the other's log does not show there was one."""
    await hooks.register("FOOTPRINT_RECORDED", path="/owner")
    other = hooks.admin(hooks.other)
    await hooks.register("FOOTPRINT_RECORDED", path="/other", by=other)
    footprint = await hooks.footprint()

    assert await hooks.work() == 2

    node = {"node": {"__typename": "Footprint", "id": footprint}}
    assert hooks.receiver.told == [("FOOTPRINT_RECORDED", node)]
    assert len(await hooks.deliveries()) == 1
    assert await hooks.deliveries(other) == []
    assert await hooks.database.pool.fetchval("SELECT count(*) FROM webhook_delivery") == 1


async def test_only_whom_a_footprint_is_shared_with_is_told(hooks: Hooks) -> None:
    """Its owner sees the footprint too, and nobody tells it of its own deed."""
    for by in (hooks.admin(), hooks.admin(hooks.other)):
        await hooks.register("FOOTPRINT_SHARED", by=by, path=f"/{by.organisation_id}")
    footprint = await hooks.footprint()
    share = {"footprint_id": int(footprint.split("_")[1]), "organisation_id": hooks.other}
    await insert(hooks.database.pool, "footprint_share", shared_on=TODAY, **share)

    assert await hooks.work() == 1

    assert [one[0] for one in hooks.receiver.told] == ["FOOTPRINT_SHARED"]
    assert len(await hooks.deliveries(hooks.admin(hooks.other))) == 1


async def test_rights_are_those_of_the_delivery(hooks: Hooks) -> None:
    """What became visible is sent; what was sent once and failed is not sent after it is hidden."""
    other = hooks.admin(hooks.other)
    await hooks.register("FOOTPRINT_PUBLISHED", by=other, query=FOOTPRINT)
    hooks.receiver.answer = _answering(500)
    footprint = await hooks.footprint(visibility="CONSORTIUM")
    assert await hooks.work() == 1
    assert hooks.receiver.got[0].said["data"]["node"]["visibility"] == "CONSORTIUM"
    hide = "UPDATE footprint SET visibility = 'PRIVATE'"
    await hooks.database.pool.execute(hide)
    hooks.receiver.answer = _answering(200)
    hooks.clock.pass_by(minutes=1)

    assert await hooks.work() == 1

    assert len(hooks.receiver.got) == 1
    [delivery] = await hooks.deliveries(other)
    assert (delivery["state"], delivery["subject"]) == ("FAILED", footprint)
    assert "may not see it any more" in delivery["told"]


async def test_a_membership_that_ended_sees_less(hooks: Hooks) -> None:
    """Membership is that of the day, not of the registration."""
    other = hooks.admin(hooks.other)
    await hooks.register("FOOTPRINT_PUBLISHED", by=other)
    end = "UPDATE membership SET ends_on = '2020-01-01' WHERE organisation_id = $1"
    await hooks.database.pool.execute(end, hooks.other)
    await hooks.footprint(visibility="CONSORTIUM")
    public = await hooks.footprint(visibility="PUBLIC")

    await hooks.work()

    assert [data["node"]["id"] for _, data in hooks.receiver.told] == [public]


async def test_what_reaches_far_ends_with_the_last_who_may(hooks: Hooks) -> None:
    """A webhook of the secretariat's reads everything, until nobody there is of it any more."""
    account = await create_account(hooks.database.pool)
    role = await create_role(hooks.database.pool, account, hooks.other, "SECRETARIAT")
    by = principal(Role.SECRETARIAT, organisation=hooks.other)
    await hooks.register("FOOTPRINT_RECORDED", by=by)
    await hooks.footprint()
    await hooks.work()
    assert len(hooks.receiver.got) == 1

    await hooks.database.pool.execute("DELETE FROM role_grant WHERE id = $1", role)
    await hooks.footprint()
    await hooks.work()

    assert len(hooks.receiver.got) == 1


async def test_a_webhook_reads_no_more_than_who_registered_it(hooks: Hooks) -> None:
    """An admin beside the secretariat gets no secretary's eyes by it; nor who changes it later."""
    for role in ("SECRETARIAT", "ORGANISATION_ADMIN"):
        account = await create_account(hooks.database.pool)
        await create_role(hooks.database.pool, account, hooks.other, role)
    secretary = principal(Role.SECRETARIAT, organisation=hooks.other)
    admin = hooks.admin(hooks.other)
    made = await hooks.register("FOOTPRINT_RECORDED", by=admin)
    far = await hooks.register("FOOTPRINT_RECORDED", by=secretary, path="/far")
    changed = {"webhook": far["webhook"]["id"], "version": 1, "url": hooks.receiver.url + "/mine"}
    assert (await hooks.do("changeWebhook", admin, **changed))["id"] == far["webhook"]["id"]

    await hooks.footprint()
    await hooks.work()

    assert hooks.receiver.got == []
    assert made["webhook"]["version"] == 1


async def test_a_failure_is_tried_again_under_the_same_id(hooks: Hooks) -> None:
    """Later and later, with the message as it is then; the webhook is well again at the end."""
    made = await hooks.register("FOOTPRINT_RECORDED", query=FOOTPRINT)
    hooks.receiver.answer = _answering(500, "out of order")
    await hooks.footprint()
    await hooks.work()
    assert await hooks.work() == 0
    [delivery] = await hooks.deliveries()
    assert (delivery["state"], delivery["attempts"]) == ("WAITING", 1)
    assert delivery["told"] == "It answered 500."
    assert delivery["dueAt"] is not None
    assert (await hooks.webhook(made["webhook"]["id"]))["failingSince"] is not None

    await hooks.database.pool.execute("UPDATE footprint SET visibility = 'PUBLIC'")
    hooks.receiver.answer = _answering(204)
    hooks.clock.pass_by(seconds=15)
    await hooks.work()

    first, second = hooks.receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.said["timestamp"] == second.said["timestamp"]
    assert second.said["data"]["node"]["visibility"] == "PUBLIC"
    [delivery] = await hooks.deliveries()
    assert delivery["state"] == "DELIVERED"
    assert [one["status"] for one in delivery["log"]["nodes"]] == [500, 204]
    assert delivery["log"]["nodes"][0]["answer"] == "out of order"
    assert (await hooks.webhook(made["webhook"]["id"]))["failingSince"] is None


async def test_messages_about_a_row_keep_their_order(hooks: Hooks) -> None:
    """The second waits until the first is over; those about other rows do not wait."""
    await hooks.register("FOOTPRINT_RECORDED", "FOOTPRINT_PUBLISHED")
    hooks.receiver.answer = _answering(500)
    first = await hooks.footprint(visibility="PUBLIC")
    await hooks.work()
    hooks.receiver.answer = _answering(200)
    second = await hooks.footprint()
    await hooks.work()
    await hooks.work()
    hooks.clock.pass_by(minutes=1)
    while await hooks.work():
        pass

    said = [(kind, data["node"]["id"]) for kind, data in hooks.receiver.told]
    assert said == [
        ("FOOTPRINT_RECORDED", first),
        ("FOOTPRINT_RECORDED", second),
        ("FOOTPRINT_RECORDED", first),
        ("FOOTPRINT_PUBLISHED", first),
    ]


async def test_it_is_given_up_after_72_hours(hooks: Hooks) -> None:
    """And can be sent once more, under its id; what still waits cannot."""
    made = await hooks.register("FOOTPRINT_RECORDED")
    hooks.receiver.answer = _answering(503)
    await hooks.footprint()
    await hooks.work()
    hooks.clock.pass_by(hours=73)
    [waiting] = await hooks.deliveries()
    again = {"delivery": waiting["id"]}
    refused = await hooks.refused("replayWebhookDelivery", hooks.admin(), **again)
    assert refused == "WEBHOOK_DELIVERY_WAITING"
    await hooks.work()
    [failed] = await hooks.deliveries()
    assert (failed["state"], failed["told"]) == ("FAILED", "It answered 503.")
    assert (await hooks.webhook(made["webhook"]["id"]))["disabledAt"] is None

    hooks.receiver.answer = _answering(200)
    hooks.clock.ahead *= 0
    await hooks.do("replayWebhookDelivery", hooks.admin(), **again)
    await hooks.work()

    [delivered] = await hooks.deliveries()
    assert (delivered["state"], delivered["attempts"]) == ("DELIVERED", 1)
    assert len(delivered["log"]["nodes"]) == 3
    assert len({one.headers["webhook-id"] for one in hooks.receiver.got}) == 1


async def test_a_webhook_that_fails_for_days_is_disabled(hooks: Hooks) -> None:
    """Its admins are told by mail, once; nothing more is kept for it until it is enabled again."""
    made = await hooks.register("FOOTPRINT_RECORDED")
    hooks.receiver.answer = _answering(500)
    for _ in range(3):
        await hooks.footprint()
    await hooks.work()
    hooks.clock.pass_by(days=6)
    await hooks.footprint()
    while await hooks.work():
        pass

    webhook = await hooks.webhook(made["webhook"]["id"])
    assert webhook["disabledBecause"] == "FAILING"
    assert {one["state"] for one in await hooks.deliveries()} == {"FAILED"}
    [mail] = await mails(hooks.database)
    assert (mail["to"], mail["template"]) == ("admin@owner.example", "webhook_disabled")
    assert mail["host"] == hooks.receiver.url.removeprefix("https://")
    await hooks.footprint()
    assert await hooks.database.pool.fetchval("SELECT count(*) FROM webhook_event") == 0
    again = {"delivery": (await hooks.deliveries())[0]["id"]}
    refused = await hooks.refused("replayWebhookDelivery", hooks.admin(), **again)
    assert refused == "WEBHOOK_DISABLED"

    await hooks.do("enableWebhook", hooks.admin(), webhook=webhook["id"], version=2)
    hooks.receiver.answer = _answering(200)
    hooks.receiver.got.clear()
    newest = await hooks.footprint()
    await hooks.work()

    assert [data["node"]["id"] for _, data in hooks.receiver.told] == [newest]


async def test_gone_is_gone(hooks: Hooks) -> None:
    """410 disables a webhook at once."""
    made = await hooks.register("FOOTPRINT_RECORDED")
    hooks.receiver.answer = _answering(410)
    await hooks.footprint()
    await hooks.work()

    assert (await hooks.webhook(made["webhook"]["id"]))["disabledBecause"] == "GONE"
    assert [mail["template"] for mail in await mails(hooks.database)] == ["webhook_disabled"]


async def test_a_try_tells_at_once(hooks: Hooks) -> None:
    """Also of a webhook that rests; a failure of it is not tried again, and disables nothing."""
    made = await hooks.register("FOOTPRINT_RECORDED")
    key = made["webhook"]["id"]
    await hooks.do("testWebhook", hooks.admin(), webhook=key)
    await hooks.work()
    assert hooks.receiver.told == [("PING", {"webhook": key})]

    await hooks.do("disableWebhook", hooks.admin(), webhook=key, version=1)
    hooks.receiver.answer = _answering(500)
    await hooks.do("testWebhook", hooks.admin(), webhook=key)
    await hooks.work()

    states = sorted((one["state"], one["kind"]) for one in await hooks.deliveries())
    assert states == [("DELIVERED", None), ("FAILED", None)]
    assert (await hooks.webhook(key))["failingSince"] is None


async def test_both_secrets_sign_for_a_time(hooks: Hooks) -> None:
    """A receiver that was not changed yet goes on; after the overlap it has to be."""
    made = await hooks.register("FOOTPRINT_RECORDED")
    given = {"webhook": made["webhook"]["id"], "version": 1, "overlapHours": 2}
    wanted = "secret webhook { formerUntil version }"
    rotated = await hooks.do("rotateWebhookSecret", hooks.admin(), wanted, **given)
    assert rotated["webhook"]["version"] == 2
    for _ in range(2):
        await hooks.footprint()
        await hooks.work()
        hooks.clock.pass_by(hours=3)

    during, after = hooks.receiver.got
    assert _takes(rotated["secret"], during)
    assert _takes(made["secret"], during)
    assert len(during.headers["webhook-signature"].split()) == 2
    assert len(after.headers["webhook-signature"].split()) == 1


def _takes(secret: str, message: Message) -> bool:
    return bool(Webhook(secret).verify(message.body, dict(message.headers)))


async def test_secrets_are_kept_sealed(hooks: Hooks) -> None:
    """No table holds one that could be read, nor does the trail; a removed webhook has none."""
    made = await hooks.register("FOOTPRINT_RECORDED")
    key = made["webhook"]["id"]
    rotated = await hooks.do("rotateWebhookSecret", hooks.admin(), "secret", webhook=key, version=1)
    tables = await hooks.database.pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    for (table,) in tables:
        rows = await hooks.database.pool.fetch(f"SELECT t::text FROM {table} t")  # noqa: S608
        for secret in (made["secret"], rotated["secret"]):
            assert not any(secret in row[0] for row in rows), table

    await hooks.do("removeWebhook", hooks.admin(), webhook=key, version=2)

    [row] = await hooks.database.pool.fetch("SELECT * FROM webhook")
    assert (row["secret_sealed"], row["former_secret_sealed"]) == ("", None)
    refused = await hooks.refused("testWebhook", hooks.admin(), webhook=key)
    assert refused == "WEBHOOK_REMOVED"


async def test_a_redirect_is_not_followed(hooks: Hooks) -> None:
    """It is a failure: it may lead to where nobody checked."""
    await hooks.register("FOOTPRINT_RECORDED")
    hooks.receiver.answer = lambda _: RedirectResponse(hooks.receiver.url + "/elsewhere")
    await hooks.footprint()
    await hooks.work()

    assert len(hooks.receiver.got) == 1
    [delivery] = await hooks.deliveries()
    assert delivery["log"]["nodes"][0]["status"] == 307


async def test_an_answer_is_read_to_its_bound(hooks: Hooks) -> None:
    """However long, packed or strange it is; the message arrived all the same."""
    await hooks.register("FOOTPRINT_RECORDED")
    strange = b"\x00\xff" * 5_000_000
    hooks.receiver.answer = lambda _: Response(strange, headers={"content-encoding": "gzip"})
    await hooks.footprint()
    await hooks.work()

    [delivery] = await hooks.deliveries()
    assert delivery["state"] == "DELIVERED"
    assert 0 < len(delivery["log"]["nodes"][0]["answer"]) <= 1000


async def test_private_networks_are_not_asked(database: Database, tls: Tls) -> None:
    """Whatever the name says by then: the address that was checked is the one that is asked."""
    async with hooks_over(database, tls, allow_private=False) as hooks:
        made = await hooks.register("FOOTPRINT_RECORDED")
        await hooks.do("testWebhook", hooks.admin(), webhook=made["webhook"]["id"])
        await hooks.footprint()
        await hooks.work()

        assert hooks.receiver.got == []
        found = await hooks.deliveries()
        assert [one["state"] for one in found] == ["FAILED", "FAILED"]
        assert all("private network" in one["told"] for one in found)


async def test_a_slow_receiver_holds_up_nobody(hooks: Hooks, tls: Tls) -> None:
    """It has its own few places; another webhook's message arrives meanwhile."""
    free = asyncio.Event()
    slow = _Slow(free)
    network = Network(allow_private=True, ca_file=tls.ca, seconds=20, whole=False)
    deliverer = replace(hooks.deliverer, network=network)
    async with behind_https(tls, slow) as url:
        await hooks.do(
            "registerWebhook", hooks.admin(), "secret", url=url, events=["FOOTPRINT_RECORDED"]
        )
        await hooks.register("FOOTPRINT_RECORDED")
        for _ in range(10):
            await hooks.footprint()
        running = asyncio.create_task(deliverer.run())
        try:
            async with asyncio.timeout(10):
                while len(hooks.receiver.got) < 10:  # noqa: ASYNC110  it is another server's
                    await asyncio.sleep(0.05)
            assert slow.at_once == 4
        finally:
            free.set()
            running.cancel()
            await asyncio.wait([running])


class _Slow:
    """Answers only when it may."""

    def __init__(self, free: asyncio.Event) -> None:
        self.free = free
        self.at_once = 0

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        self.at_once += 1
        await self.free.wait()
        await Response("late")(scope, receive, send)  # type: ignore[arg-type]


async def test_what_a_process_held_that_died_is_sent_by_another(hooks: Hooks) -> None:
    """After its lease; by two at once, each message once."""
    await hooks.register("FOOTPRINT_RECORDED")
    footprints = {await hooks.footprint() for _ in range(20)}
    await hooks.deliverer._begin()
    for task in list(hooks.deliverer._under_way):
        task.cancel()
    await asyncio.wait(hooks.deliverer._under_way)
    hooks.receiver.got.clear()
    hooks.clock.pass_by(minutes=6)
    second = replace(hooks.deliverer, _under_way=set())

    while sum(await asyncio.gather(hooks.work(), second.work_off())):
        pass

    told = [data["node"]["id"] for _, data in hooks.receiver.told]
    assert set(told) == footprints
    assert len(told) == len(footprints)


async def test_old_logs_are_forgotten(hooks: Hooks) -> None:
    """What ended a month ago goes, with its attempts; what waits stays."""
    await hooks.register("FOOTPRINT_RECORDED")
    await hooks.footprint()
    await hooks.work()
    await hooks.deliverer.prune()
    assert len(await hooks.deliveries()) == 1
    hooks.clock.pass_by(days=31)
    await hooks.deliverer.prune()

    assert await hooks.deliveries() == []
    assert await hooks.database.pool.fetchval("SELECT count(*) FROM webhook_attempt") == 0


async def test_every_kind_of_events_is_watched(hooks: Hooks) -> None:
    """The triggers are of the kinds that there are, with the prefixes of their subjects."""
    from consortium.webhooks.reads import SUBJECTS

    found = await hooks.database.pool.fetch(
        r"""SELECT DISTINCT c.relname, string_to_array(encode(t.tgargs, 'escape'), '\000')
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgfoid = 'webhook_occur'::regproc"""
    )

    assert {args[0] for _, args in found} == {one.value for one in SUBJECTS}
    for table, args in found:
        source = next(one for kind, one in SUBJECTS.items() if kind.value == args[0])
        assert args[1] == source.prefix
        assert table == source.table or args[4] == f"{source.table}_id"
        # A column that does not exist would never change.
        columns = await hooks.database.pool.fetch(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass", table
        )
        names = {one[0] for one in columns}
        assert {one for one in (args[2], args[4], args[5]) if one} <= names


async def test_a_receiver_that_is_away_is_told_in_words(hooks: Hooks) -> None:
    """Nothing listens there."""
    await hooks.do(
        "registerWebhook",
        hooks.admin(),
        "secret",
        url="https://127.0.0.1:1/",
        events=["FOOTPRINT_RECORDED"],
    )
    await hooks.footprint()
    await hooks.work()

    [delivery] = await hooks.deliveries()
    [attempt] = delivery["log"]["nodes"]
    assert attempt["status"] is None
    assert "could not be reached" in attempt["told"]


async def test_a_query_that_fits_no_more_is_told(hooks: Hooks) -> None:
    """Such as after the schema changed: nothing is sent, and the log says why."""
    await hooks.register("FOOTPRINT_RECORDED")
    await hooks.database.pool.execute(
        "UPDATE webhook SET query = $1", "query ($id: ID!) { node(id: $id) { gone } }"
    )
    await hooks.footprint()
    await hooks.work()

    assert hooks.receiver.got == []
    [delivery] = await hooks.deliveries()
    assert delivery["state"] == "WAITING"
    assert "gone" in delivery["told"]
