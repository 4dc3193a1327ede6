"""Webhooks are registered, changed and ended by who may, with what can be answered."""

from typing import Any

import pytest

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Permission, Principal
from consortium.webhooks.rules.hooks import HOOKS_MAX, QUERY_MAX
from tests.asking import principal
from tests.webhooks.receiving import FOOTPRINT, Hooks

GIVEN: dict[str, Any] = {"url": "https://hooks.example/in", "events": ["CLAIM_PUBLISHED"]}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"url": "http://hooks.example/"}, "WEBHOOK_ADDRESS_INVALID"),
        ({"events": []}, "WEBHOOK_INVALID"),
        ({"description": "x" * 201}, "WEBHOOK_INVALID"),
        ({"description": "a\u0000b"}, None),
        ({"query": "{ viewer { permissions } }"}, "WEBHOOK_QUERY_INVALID"),
        ({"query": "query ($id: ID) { node(id: $id) { id } }"}, "WEBHOOK_QUERY_INVALID"),
        ({"query": "query ($id: ID!) { viewer { permissions } }"}, "WEBHOOK_QUERY_INVALID"),
        (
            {"query": "query ($id: ID!, $n: Int = 1) { node(id: $id) { id } }"},
            "WEBHOOK_QUERY_INVALID",
        ),
        ({"query": "query ($id: ID!) { node(id: $id) { nothing } }"}, "WEBHOOK_QUERY_INVALID"),
        ({"query": "query ($id: ID!) { node(id: $id) { id }"}, "WEBHOOK_QUERY_INVALID"),
        (
            {
                "query": "query A($id: ID!) { node(id: $id) { id } }"
                " query B($id: ID!) { node(id: $id) { id } }"
            },
            "WEBHOOK_QUERY_INVALID",
        ),
        (
            {"query": "mutation ($id: ID!) { testWebhook(input: {webhook: $id}) { __typename } }"},
            "WEBHOOK_QUERY_INVALID",
        ),
        ({"query": FOOTPRINT + " " * QUERY_MAX}, "WEBHOOK_QUERY_INVALID"),
    ],
)
async def test_what_cannot_be_told_is_refused(
    hooks: Hooks, changed: dict[str, Any], code: str | None
) -> None:
    """With a code of its own, and nothing is registered."""
    if code is None:
        with pytest.raises(Exception, match="NUL"):
            await hooks.do("registerWebhook", hooks.admin(), "secret", **GIVEN | changed)
        return
    assert await hooks.refused("registerWebhook", hooks.admin(), **GIVEN | changed) == code


@pytest.mark.parametrize(
    "by",
    [
        Principal(),
        principal(Role.APPROVER, organisation=1),
        principal(Role.ORGANISATION_ADMIN, organisation=None),
    ],
)
async def test_only_who_manages_webhooks_registers(hooks: Hooks, by: Principal) -> None:
    """For an organisation that it acts for."""
    assert await hooks.refused("registerWebhook", by, **GIVEN) == "PERMISSION_DENIED"


async def test_a_system_that_may_not_read_gets_nothing_by_a_webhook(hooks: Hooks) -> None:
    """A client with `webhooks:manage` alone registers one that sees what the public sees."""
    by = Principal.acting(
        frozenset({Permission.WEBHOOKS_MANAGE}), hooks.owner, is_member=True, client_id=1
    )
    made = await hooks.register("FOOTPRINT_RECORDED", by=by)
    await hooks.footprint()
    await hooks.work()

    assert hooks.receiver.got == []
    assert (await hooks.webhook(made["webhook"]["id"]))["permissions"] == ["webhooks:manage"]


async def test_it_is_changed_as_it_was_seen(hooks: Hooks) -> None:
    """What is left out stays; another version than the one that was seen is refused."""
    made = await hooks.register("CLAIM_PUBLISHED", "CLAIM_PUBLISHED", "CLAIM_CHANGED")
    key = made["webhook"]["id"]
    given = {"webhook": key, "version": 1, "events": ["INVOICE_ISSUED"]}
    await hooks.do("changeWebhook", hooks.admin(), **given)

    webhook = await hooks.webhook(key)
    assert webhook["events"] == ["INVOICE_ISSUED"]
    assert webhook["url"] == hooks.receiver.url + "/hook"
    stale = await hooks.refused("changeWebhook", hooks.admin(), **given)
    assert stale == "CHANGED_MEANWHILE"
    overlap = {"webhook": key, "version": 2, "overlapHours": 169}
    code = await hooks.refused("rotateWebhookSecret", hooks.admin(), **overlap)
    assert code == "WEBHOOK_OVERLAP_INVALID"


async def test_another_organisation_s_do_not_exist(hooks: Hooks) -> None:
    """Whatever is done to them; the secretariat's own rights reach its own only as well."""
    made = await hooks.register("CLAIM_PUBLISHED")
    this = {"webhook": made["webhook"]["id"], "version": 1}
    for by in (
        hooks.admin(hooks.other),
        principal(Role.SECRETARIAT, organisation=hooks.other),
        principal(Role.EDITOR, organisation=hooks.owner),
    ):
        for name in ("changeWebhook", "enableWebhook", "disableWebhook", "removeWebhook"):
            assert await hooks.refused(name, by, **this) == "NOT_FOUND"
        assert await hooks.refused("testWebhook", by, webhook=this["webhook"]) == "NOT_FOUND"


async def test_there_is_a_bound(hooks: Hooks) -> None:
    """One that is removed makes room."""
    made = [
        await hooks.do("registerWebhook", hooks.admin(), "webhook { id }", **GIVEN)
        for _ in range(HOOKS_MAX)
    ]
    assert await hooks.refused("registerWebhook", hooks.admin(), **GIVEN) == "WEBHOOKS_TOO_MANY"
    this = {"webhook": made[0]["webhook"]["id"], "version": 1}
    await hooks.do("removeWebhook", hooks.admin(), **this)

    again = await hooks.do("registerWebhook", hooks.admin(), "webhook { id }", **GIVEN)
    assert again["webhook"] is not None
    assert await hooks.refused("enableWebhook", hooks.admin(), **this) == "WEBHOOK_REMOVED"


async def test_what_is_done_enters_the_trail(hooks: Hooks) -> None:
    """Each action by its name; secrets are withheld."""
    made = await hooks.register("CLAIM_PUBLISHED")
    key = made["webhook"]["id"]
    await hooks.do("disableWebhook", hooks.admin(), webhook=key, version=1)
    await hooks.do("enableWebhook", hooks.admin(), webhook=key, version=2)
    await hooks.do("rotateWebhookSecret", hooks.admin(), "secret", webhook=key, version=3)
    found = await hooks.database.pool.fetch(
        """SELECT e.action, c.after ->> 'secret_sealed' FROM audit_entry e
        JOIN audit_change c ON c.entry_id = e.id WHERE c.row_table = 'webhook' ORDER BY c.id"""
    )

    assert [tuple(row) for row in found] == [
        ("webhook:register", "[withheld]"),
        ("webhook:disable", None),
        ("webhook:enable", None),
        ("webhook:rotate", "[withheld]"),
    ]
