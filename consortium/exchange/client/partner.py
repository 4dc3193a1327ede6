"""A partner's system as PACT describes it: tokens, footprints by pages, events."""

import base64
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import quote_plus, urlencode
from uuid import UUID

import orjson

from consortium.exchange.rules.addresses import FOOTPRINTS_PATH, same_host
from consortium.exchange.rules.events import MEDIA_TYPE
from consortium.exchange.rules.filters import Filters
from consortium.network.http import Answer, AskingFailed, Network

PAGES_MAX = 1000
PAGE_SIZE = 1000
TOTAL_BYTES_MAX = 500_000_000
_OK, _UNAUTHORISED, _NOT_FOUND = 200, 401, 404
_DISCOVERY = "/.well-known/openid-configuration"
_TOKEN_PATH = "/auth/token"  # noqa: S105  a path
# A token is not used in its last seconds: it would expire on its way.
_SPARE = timedelta(seconds=30)
_LIVES = timedelta(minutes=5)
_TOKEN_LENGTH_MAX = 20_000
_LIFE_SECONDS_MAX = 86_400


@dataclass(frozen=True, slots=True)
class Registration:
    """What a member registered of a partner's system."""

    partner_id: int
    version: int
    base_url: str
    auth_url: str | None
    client_id: str | None
    secret: str | None = field(repr=False)
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Partners:
    """Speaks with partners' systems; their tokens are kept until they expire."""

    network: Network
    now: Callable[[], datetime]
    _tokens: dict[tuple[int, int], _Token] = field(default_factory=dict[tuple[int, int], _Token])

    async def pages(self, partner: Registration, filters: Filters) -> AsyncGenerator[list[Any]]:
        """The footprints that the partner shows, page by page, as they came.

        Raises AskingFailed: no token, no list, a link that goes round or elsewhere, too much.
        """
        query = [(name, one) for name, values in filters.wire().items() for one in values]
        start = f"{partner.base_url}{FOOTPRINTS_PATH}?{urlencode([*query, ('limit', PAGE_SIZE)])}"
        url: str | None = start
        seen: set[str] = set()
        size = 0
        while url is not None:
            if url in seen or len(seen) >= PAGES_MAX:
                told = "goes round" if url in seen else f"has more than {PAGES_MAX} pages"
                raise AskingFailed(f"The list of {partner.base_url} {told}.", final=True)
            seen.add(url)
            answer = await self._authorised(partner, "GET", url)
            size += len(answer.body)
            if size > TOTAL_BYTES_MAX:
                raise AskingFailed(f"The list of {partner.base_url} is too large.", final=True)
            yield _data(answer, list)
            url = _following(partner, answer)

    async def footprint(self, partner: Registration, pf_id: UUID) -> Any:  # noqa: ANN401  JSON of others
        """One footprint as it came; None where there is none to be seen. Raises AskingFailed."""
        url = f"{partner.base_url}{FOOTPRINTS_PATH}/{pf_id}"
        answer = await self._authorised(partner, "GET", url)
        return None if answer.status == _NOT_FOUND else _data(answer, dict)

    async def deliver(self, partner: Registration, address: str, event: Mapping[str, Any]) -> None:
        """Hand an event over at one of the partner's registered addresses. Raises AskingFailed."""
        body = orjson.dumps(event)
        answer = await self._authorised(partner, "POST", address, body=body, media_type=MEDIA_TYPE)
        if not _OK <= answer.status < 300:
            raise answer.refused()

    async def check(self, partner: Registration) -> str:
        """What a token and the first page of the list tell. Raises AskingFailed."""
        self._tokens.pop(_key(partner), None)
        answer = await self._authorised(
            partner, "GET", f"{partner.base_url}{FOOTPRINTS_PATH}?limit=1"
        )
        more = " and more" if answer.next_url else ""
        return f"It gave a token, and a list of {len(_data(answer, list))} footprints{more}."

    async def _authorised(
        self,
        partner: Registration,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        media_type: str = "application/json",
    ) -> Answer:
        """The answer to a request with a token; with another one where it is said to be no good."""
        headers = {} if body is None else {"content-type": media_type}

        async def asked(*, fresh: bool) -> Answer:
            token = await self._token(partner, fresh=fresh)
            said = {**headers, "authorization": f"Bearer {token}"}
            return await self.network.ask(method, url, headers=said, body=body)

        answer = await asked(fresh=False)
        if answer.status == _UNAUTHORISED:
            answer = await asked(fresh=True)
        if answer.status == _UNAUTHORISED:
            raise answer.refused()
        return answer

    async def _token(self, partner: Registration, *, fresh: bool) -> str:
        kept = self._tokens.get(_key(partner))
        if kept is not None and not fresh and kept.until > self.now():
            return kept.text
        made = await self._ask_token(partner)
        self._tokens[_key(partner)] = made
        return made.text

    async def _ask_token(self, partner: Registration) -> _Token:
        if not partner.client_id or not partner.secret:
            told = "There are no credentials for this partner's system: change the partner."
            raise AskingFailed(told, final=True)
        url = await self._token_endpoint(partner)
        # RFC 6749, section 2.3.1.
        proof = f"{quote_plus(partner.client_id)}:{quote_plus(partner.secret)}".encode()
        form = {"grant_type": "client_credentials"}
        if partner.scope:
            form["scope"] = partner.scope
        answer = await self.network.ask(
            "POST",
            url,
            headers={
                "authorization": f"Basic {base64.b64encode(proof).decode()}",
                "content-type": "application/x-www-form-urlencoded",
            },
            body=urlencode(form).encode(),
        )
        if answer.status != _OK:
            raise AskingFailed(f"No token: {answer.url} answered {answer.status}.")
        return _read_token(answer, self.now())

    async def _token_endpoint(self, partner: Registration) -> str:
        """As the partner's metadata say, if they are where they should be; else PACT's own path."""
        base = partner.auth_url or partner.base_url
        try:
            answer = await self.network.ask("GET", base + _DISCOVERY)
            found: Any = answer.json() if answer.status == _OK else None
        except AskingFailed:
            found = None
        named = (
            cast("dict[str, Any]", found).get("token_endpoint") if isinstance(found, dict) else 0
        )
        if not isinstance(named, str):
            return base + _TOKEN_PATH
        # Secrets go nowhere but where they were registered for.
        if not same_host(named, base):
            told = f"The metadata of {base} name a token endpoint of another host."
            raise AskingFailed(told, final=True)
        return named


def _key(partner: Registration) -> tuple[int, int]:
    return partner.partner_id, partner.version


def _data(answer: Answer, kind: type[Any]) -> Any:  # noqa: ANN401  JSON of others
    """What a successful answer holds under `data`. Raises AskingFailed."""
    if answer.status != _OK:
        raise answer.refused()
    said = answer.json()
    data: Any = cast("dict[str, Any]", said).get("data") if isinstance(said, dict) else None
    if not isinstance(data, kind):
        meant = "a list" if kind is list else "a footprint"
        raise AskingFailed(f"{answer.url} answered JSON without {meant} under `data`.")
    return data


def _following(partner: Registration, answer: Answer) -> str | None:
    """The next page, which is at the same host. Raises AskingFailed."""
    if answer.next_url is not None and not same_host(answer.next_url, partner.base_url):
        told = f"The list of {partner.base_url} goes on at another host."
        raise AskingFailed(told, final=True)
    return answer.next_url


def _visible(text: str) -> bool:
    """Whether a text can stand in a header as it is."""
    return text.isascii() and text.isprintable() and " " not in text


def _read_token(answer: Answer, now: datetime) -> _Token:
    said = answer.json()
    given = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    text, seconds = given.get("access_token"), given.get("expires_in")
    if not isinstance(text, str) or not 0 < len(text) <= _TOKEN_LENGTH_MAX or not _visible(text):
        raise AskingFailed(f"{answer.url} answered without an `access_token`.")
    lives = _LIVES
    if isinstance(seconds, int) and 0 < seconds <= _LIFE_SECONDS_MAX:
        lives = timedelta(seconds=seconds)
    return _Token(text, now + max(lives - _SPARE, lives / 2))
