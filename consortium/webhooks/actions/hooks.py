"""Webhooks: registered, changed, enabled, disabled, removed, and given another secret."""

import secrets
from datetime import date
from typing import NamedTuple

from asyncpg import Record

from consortium.audit.actions import audited
from consortium.identity.proofs.sealing import sealed
from consortium.kernel.errors import check_seen
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.webhooks.actions.selections import check_query
from consortium.webhooks.reads import WEBHOOKS
from consortium.webhooks.rules.hooks import (
    HOOKS_MAX,
    QUERY,
    QUERY_MAX,
    WebhookQueryInvalid,
    WebhookRemoved,
    WebhooksTooMany,
    checked_address,
    checked_description,
    checked_events,
    checked_overlap,
    manages_webhooks,
)
from consortium.webhooks.rules.signing import SECRET_BYTES, written_secret
from consortium.webhooks.rules.vocabulary import WebhookDisabledBecause, WebhookEventKind

# So that two do not register the last one together.
_LOCK_ORGANISATION = "SELECT id FROM organisation WHERE id = $1 FOR NO KEY UPDATE"
_COUNT = "SELECT count(*) FROM webhook WHERE organisation_id = $1 AND removed_at IS NULL"
_INSERT = """
INSERT INTO webhook (organisation_id, url, description, events, query, permissions, secret_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
_KEPT = "SELECT * FROM webhook WHERE id = $1 FOR UPDATE"
_CHANGE = """
UPDATE webhook SET version = version + 1, url = $2, description = $3, events = $4, query = $5,
    permissions = $6
WHERE id = $1
"""
_ENABLE = """
UPDATE webhook SET version = version + 1, disabled_at = NULL, disabled_because = NULL,
    failing_since = NULL
WHERE id = $1 AND disabled_at IS NOT NULL
"""
_DISABLE = """
UPDATE webhook SET version = version + 1, disabled_at = now(), disabled_because = $2
WHERE id = $1 AND disabled_at IS NULL
"""
# Its secrets are forgotten. Nothing can be sealed in their place: an empty text is no seal.
_REMOVE = """
UPDATE webhook SET version = version + 1, removed_at = now(), secret_sealed = '',
    former_secret_sealed = NULL, former_until = NULL
WHERE id = $1
"""
_GIVE_UP = """
UPDATE webhook_delivery SET state = 'FAILED', ended_at = now(), taken_until = NULL, told = $2
WHERE webhook_id = $1 AND state = 'WAITING' AND sent_at IS NOT NULL
"""
# Of what was never sent, nobody is to know that it was.
_DROP = """
DELETE FROM webhook_delivery WHERE webhook_id = $1 AND state = 'WAITING' AND sent_at IS NULL
"""
_ROTATE = """
UPDATE webhook SET version = version + 1, secret_sealed = $2, former_secret_sealed = secret_sealed,
    former_until = now() + make_interval(hours => $3)
WHERE id = $1
"""


class RegisterWebhook(NamedTuple):
    """Where to, of what, and what is told of it."""

    url: str
    events: tuple[WebhookEventKind, ...]
    query: str | None = None
    description: str | None = None


class ChangeWebhook(NamedTuple):
    """What is said of it from now on; what is left out stays. `version` as the caller saw it."""

    webhook: int
    version: int
    url: str | None = None
    events: tuple[WebhookEventKind, ...] | None = None
    query: str | None = None
    description: str | None = None


class ThisWebhook(NamedTuple):
    """The webhook that is meant; `version` as the caller saw it."""

    webhook: int
    version: int


class RotateWebhookSecret(NamedTuple):
    """Which gets another secret, and for how many hours the former one signs as well."""

    webhook: int
    version: int
    overlap_hours: int = 24


class WebhookWithSecret(NamedTuple):
    """A webhook's row, and the secret it signs with, shown this once."""

    key: int
    secret: str


async def register_webhook(
    by: Principal, command: RegisterWebhook, today: date
) -> WebhookWithSecret:
    """Let a system of the caller's organisation be told what happens, from now on.

    It reads what the organisation may see whenever it is told, and never more than the caller may.

    Raises:
        PermissionDenied: the caller does not manage webhooks of an organisation.
        WebhookInvalid, WebhookAddressInvalid, WebhookQueryInvalid, WebhooksTooMany: as they say.
    """
    organisation = manages_webhooks(by)
    url, events = checked_address(command.url), checked_events(command.events)
    description = checked_description(command.description or "")
    query = _checked_query(command.query or QUERY, by, today)
    secret = _new_secret()
    async with audited(by, "webhook:register", organisation_id=organisation) as open_:
        await open_.execute(_LOCK_ORGANISATION, organisation)
        if await open_.fetchval(_COUNT, organisation) >= HOOKS_MAX:
            raise WebhooksTooMany
        about = (organisation, url, description, events, query)
        key: int = await open_.fetchval(_INSERT, *about, _permissions(by), sealed(secret))
    return WebhookWithSecret(key, secret)


async def change_webhook(by: Principal, command: ChangeWebhook, today: date) -> int:
    """Say something else of a webhook; returns its id. It reads as the caller may from now on.

    Raises NotFound, PermissionDenied, ChangedMeanwhile, WebhookRemoved, WebhookInvalid,
    WebhookAddressInvalid, WebhookQueryInvalid.
    """
    async with audited(by, "webhook:change", organisation_id=by.organisation_id) as open_:
        kept = await _seen(open_, by, ThisWebhook(command.webhook, command.version), today)
        given = command.description
        await open_.execute(
            _CHANGE,
            command.webhook,
            checked_address(command.url or kept["url"]),
            kept["description"] if given is None else checked_description(given),
            kept["events"] if command.events is None else checked_events(command.events),
            _checked_query(command.query or kept["query"], by, today),
            _permissions(by),
        )
    return command.webhook


async def enable_webhook(by: Principal, command: ThisWebhook, today: date) -> int:
    """Let it be told again, of what happens from now on; returns its id.

    Raises NotFound, PermissionDenied, ChangedMeanwhile, WebhookRemoved.
    """
    async with audited(by, "webhook:enable", organisation_id=by.organisation_id) as open_:
        await _seen(open_, by, command, today)
        await open_.execute(_ENABLE, command.webhook)
    return command.webhook


async def disable_webhook(by: Principal, command: ThisWebhook, today: date) -> int:
    """Let it rest: what waits is given up, and nothing more is kept for it; returns its id.

    Raises NotFound, PermissionDenied, ChangedMeanwhile, WebhookRemoved.
    """
    async with audited(by, "webhook:disable", organisation_id=by.organisation_id) as open_:
        await _seen(open_, by, command, today)
        await disable(open_, command.webhook, WebhookDisabledBecause.ASKED)
    return command.webhook


async def remove_webhook(by: Principal, command: ThisWebhook, today: date) -> int:
    """End it, and forget its secrets; its log stays as long as any. Returns its id.

    Raises NotFound, PermissionDenied, ChangedMeanwhile, WebhookRemoved.
    """
    async with audited(by, "webhook:remove", organisation_id=by.organisation_id) as open_:
        await _seen(open_, by, command, today)
        await open_.execute(_REMOVE, command.webhook)
        await give_up(open_, command.webhook, "The webhook was removed.")
    return command.webhook


async def rotate_webhook_secret(
    by: Principal, command: RotateWebhookSecret, today: date
) -> WebhookWithSecret:
    """Give it another secret; the former one signs as well for a time.

    Raises NotFound, PermissionDenied, ChangedMeanwhile, WebhookRemoved, WebhookOverlapInvalid.
    """
    hours, secret = checked_overlap(command.overlap_hours), _new_secret()
    async with audited(by, "webhook:rotate", organisation_id=by.organisation_id) as open_:
        await _seen(open_, by, ThisWebhook(command.webhook, command.version), today)
        await open_.execute(_ROTATE, command.webhook, sealed(secret), hours)
    return WebhookWithSecret(command.webhook, secret)


async def webhook_of(connection: Connection, by: Principal, key: int, today: date) -> Record:
    """A webhook of the caller's organisation, locked.

    Raises NotFound, PermissionDenied, WebhookRemoved.
    """
    await require_visible(connection, WEBHOOKS, key, by, today)
    manages_webhooks(by)
    [kept] = await connection.fetch(_KEPT, key)
    if kept["removed_at"] is not None:
        raise WebhookRemoved
    return kept


async def disable(connection: Connection, webhook: int, because: WebhookDisabledBecause) -> None:
    """Let a webhook rest, and give up what waits for it."""
    await connection.execute(_DISABLE, webhook, because.value)
    await give_up(connection, webhook, "The webhook was disabled.")


async def give_up(connection: Connection, webhook: int, told: str) -> None:
    """End what waits for a webhook."""
    await connection.execute(_GIVE_UP, webhook, told)
    await connection.execute(_DROP, webhook)


async def _seen(connection: Connection, by: Principal, meant: ThisWebhook, today: date) -> Record:
    kept = await webhook_of(connection, by, meant.webhook, today)
    check_seen(meant.version, kept["version"], "version")
    return kept


def _checked_query(query: str, by: Principal, today: date) -> str:
    if len(query) > QUERY_MAX:
        message = f"A webhook's query has at most {QUERY_MAX} characters."
        raise WebhookQueryInvalid(message).at("query")
    check_query(query, by, today)
    return query


def _permissions(by: Principal) -> list[str]:
    return sorted(by.rights.permissions)


def _new_secret() -> str:
    return written_secret(secrets.token_bytes(SECRET_BYTES))
