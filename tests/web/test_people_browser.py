"""The pages in a real browser whose scripts are switched off."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import BrowserContext, async_playwright, expect

from consortium.identity.actions.invitations import invite
from consortium.identity.rules.roles import Role
from consortium.outbox.jobs.backends import ToFiles
from consortium.outbox.jobs.dispatch import Dispatcher
from consortium.storage.database import Database
from tests.people import PASSWORD, acting, organisation
from tests.served import served

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """A browser of a narrow phone, new, without scripts."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            headless=True,
            args=FLAGS,
            java_script_enabled=False,
            viewport={"width": 320, "height": 640},
        )
        opened.set_default_timeout(20_000)
        yield opened
        await opened.close()


async def test_from_the_mail_to_a_second_factor_and_back(  # noqa: PLR0915  one long story
    database: Database, context: BrowserContext, tmp_path: Path
) -> None:
    """Invited by mail, a password, a second factor, out and in again, all by forms alone."""
    home = await organisation("Alibaba Group")
    await invite(acting(Role.SECRETARIAT), "wei@alibaba.example", home, [Role.EDITOR])
    page = await context.new_page()

    async with served(database) as api:
        url = str(api.http.base_url).rstrip("/")
        mail = Dispatcher(database, ToFiles(tmp_path / "mail"), "C <c@x.example>", url)
        await mail.send_due()
        [letter] = (tmp_path / "mail").glob("*.eml")
        link = re.search(r"http\S+/invitations/\S+", letter.read_text())
        assert link

        await page.goto(link[0])
        await expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
        await page.get_by_label("Your name").fill("Wei Chen")
        await page.get_by_label("Password").fill("password1234")
        await page.get_by_role("button", name="Create account").click()
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("tried first")
        await expect(alert).to_be_focused()
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Your account")).to_be_visible()
        await expect(page.get_by_text("Alibaba Group")).to_be_visible()

        await page.get_by_role("button", name="Set up a second factor").click()
        await expect(page.locator("svg.qr")).to_be_visible()
        secret = (await page.locator("#secret").inner_text()).replace(" ", "")
        await page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
        await page.get_by_role("button", name="Turn on").click()
        await expect(page.locator(".codes li")).to_have_count(10)
        spare = await page.locator(".codes li").first.inner_text()

        await page.get_by_role("link", name="Sign out").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.goto(f"{url}/account")
        await page.get_by_label("Email address").fill("wei@alibaba.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_label("Code", exact=True).fill(spare)
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_role("heading", name="Your account")).to_be_visible()
        await expect(page.get_by_text("9 recovery codes are left")).to_be_visible()

        # A form is taken with the headers that a real browser sends.
        await page.get_by_label("Name", exact=True).fill("Wei Chen Li")
        await page.get_by_role("button", name="Change name").click()
        await expect(page.get_by_role("status")).to_have_text("Your name was changed.")
        fits = await page.locator("main").bounding_box()
        assert fits is not None
        assert fits["width"] <= 320
        # The next page goes on by itself, without a script.
        await page.goto(f"{url}/sign-in?next=/oauth/nowhere")
        await page.wait_for_url("**/oauth/nowhere")
