"""Signing in from the query page, in a real browser, against the real server."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import BrowserContext, Page, expect

from consortium.identity.rules.roles import Role
from consortium.storage.database import Database
from tests.console.test_page import LIST_VIOLATIONS, answer, context, editor
from tests.factories import create_claim, create_membership
from tests.people import PASSWORD, account, organisation
from tests.served import served

__all__ = ["context"]

QUERY = "{ viewer { organisation { name } } claims { totalCount } }"


async def ask(page: Page) -> None:
    """Run the query that the address has brought."""
    await expect(editor(page)).to_contain_text("viewer")
    await editor(page).click()
    await page.keyboard.press("ControlOrMeta+Enter")


async def test_who_signs_in_sees_what_is_private(
    database: Database,
    context: BrowserContext,
    dist: Path,  # noqa: ARG001  built by it
) -> None:
    """A visitor sees what is public; signed in, the organisation's own; signed out, as before."""
    home = await organisation("Alibaba Group")
    await account("wei@alibaba.example", (home, Role.VIEWER))
    await create_membership(database.pool, home, status="MEMBER")
    await create_claim(database.pool, home, visibility="PRIVATE")
    page = await context.new_page()
    await page.add_init_script(LIST_VIOLATIONS)

    async with served(database) as api:
        await page.goto(f"{api.http.base_url}/?{urlencode({'query': QUERY})}")
        await ask(page)
        await expect(answer(page)).to_contain_text('"totalCount": 0')
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_label("Email").fill("wei@alibaba.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("link", name="Wei Chen")).to_be_visible(timeout=30_000)
        assert "code=" not in page.url

        await ask(page)
        await expect(answer(page)).to_contain_text('"totalCount": 1')
        await expect(answer(page)).to_contain_text("Alibaba Group")
        await page.reload()
        await expect(page.get_by_role("link", name="Wei Chen")).to_be_visible(timeout=30_000)
        assert await page.evaluate("window.violations") == []

        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=30_000)
        await ask(page)
        await expect(answer(page)).to_contain_text('"totalCount": 0')

    ended = "SELECT bool_and(revoked_at IS NOT NULL) FROM oauth_grant"
    assert await database.pool.fetchval(ended) is True


@pytest.mark.parametrize("address", ["?code=forged&state=forged", "?error=access_denied&state=1"])
async def test_an_answer_nobody_asked_for_is_nothing(
    database: Database,
    context: BrowserContext,
    dist: Path,  # noqa: ARG001  built by it
    address: str,
) -> None:
    """A code that comes by a link from elsewhere is never redeemed (RFC 9700, section 4.7)."""
    page = await context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    async with served(database) as api:
        await page.goto(f"{api.http.base_url}/{address}")
        await expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=30_000)

    assert not [url for url in sent if "/oauth/" in url]
