"""The query page in a real browser: it works, under its policy, and speaks to nobody else."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from consortium.console import EXAMPLES

CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Whatever the page or the browser might ask of another machine ends here.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
LIST_VIOLATIONS: Final = """
    window.violations = [];
    addEventListener('securitypolicyviolation',
        (event) => window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""

COLOURS: Final = """
    ([text, ground]) => [
        getComputedStyle(document.querySelector(text)).color,
        getComputedStyle(document.querySelector(ground)).backgroundColor,
    ]
"""


@dataclass
class Visit:
    """A page that was opened, and what went on behind it."""

    page: Page
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def violations(self) -> list[str]:
        """What the content security policy refused."""
        found: list[str] = await self.page.evaluate("window.violations")
        return found


def chromium() -> str:
    """The machine's Chromium. Without one the test is skipped, unless it is demanded."""
    for name in CHROMIUM_NAMES:
        if program := shutil.which(name):
            return program
    if os.environ.get("CONSORTIUM_TEST_BROWSER") == "required":
        pytest.fail("CONSORTIUM_TEST_BROWSER demands a browser, and there is no Chromium here")
    pytest.skip("no Chromium on this machine")


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """A browser that has never been used before."""
    program = chromium()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=program,
            headless=True,
            args=CHROMIUM_FLAGS,
            viewport={"width": 1360, "height": 820},
        )
        yield opened
        await opened.close()


@pytest.fixture
async def visit(context: BrowserContext, page_server: Any) -> Visit:
    """The query page, open and ready to type in."""
    page = await context.new_page()
    visit = Visit(page)
    context.on("request", lambda request: visit.requested.append(request.url))
    context.on("weberror", lambda error: visit.complaints.append(str(error.error)))
    page.on("console", lambda said: visit.complaints.append(f"{said.type}: {said.text}"))
    await page.add_init_script(LIST_VIOLATIONS)
    await page.goto(f"{page_server.origin}/graphql")
    await expect(editor(page)).to_contain_text("Alibaba Group", timeout=30_000)
    return visit


def editor(page: Page) -> Any:
    """Where the query is written."""
    return page.get_by_label("Operation Editor").locator(".view-lines")


def answer(page: Page) -> Any:
    """Where the answer appears."""
    return page.locator(".graphiql-response .view-lines")


async def test_the_page_works_alone_and_within_its_policy(visit: Visit, page_server: Any) -> None:
    """Asking, an example, documentation and checking while typing need this server and no other.

    Nothing breaks the content security policy and nothing is complained of.
    """
    page = visit.page
    await expect(page).to_have_title("Consortium")
    await editor(page).click()
    await page.keyboard.press("ControlOrMeta+Enter")
    await expect(answer(page)).to_contain_text('"answered"')

    await page.get_by_role("button", name=EXAMPLES[1].title).click()
    await expect(editor(page)).to_contain_text(EXAMPLES[1].title)
    await expect(answer(page)).not_to_contain_text("AlibabaByYear")
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await expect(page.get_by_role("link", name="Query", exact=True)).to_be_visible()
    # The mark under a mistake is drawn by the worker that knows the schema.
    await editor(page).click()
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type("{ noSuchField }")
    await expect(page.locator(".squiggly-error").first).to_be_visible(timeout=15_000)

    assert [sent["query"] for sent in page_server.operations][1] == EXAMPLES[1].document
    assert page.workers
    assert {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in visit.requested} == {
        page_server.origin
    }
    assert await visit.violations() == []
    assert visit.complaints == []


async def test_the_policy_is_in_force(visit: Visit) -> None:
    """A picture from elsewhere, as an answer might name one, is refused and reported."""
    await visit.page.evaluate("new Image().src = 'https://elsewhere.example/picture.png'")
    await visit.page.wait_for_function("window.violations.length > 0")

    assert await visit.violations() == ["img-src: https://elsewhere.example/picture.png"]


async def test_an_example_leaves_written_work_alone(visit: Visit) -> None:
    """What somebody wrote stays in its tab; the example opens another one."""
    page = visit.page
    await editor(page).click()
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type("query Mine { __typename }")
    await expect(page.get_by_role("tab", name="Mine")).to_be_visible()
    await page.get_by_role("button", name=EXAMPLES[1].title).click()
    await expect(editor(page)).to_contain_text(EXAMPLES[1].title)
    await page.get_by_role("tab", name="Mine").click()

    await expect(editor(page)).to_contain_text("query Mine")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_is_readable_in_either_theme(visit: Visit, scheme: Any) -> None:
    """Text and ground differ by the 4.5 to 1 of WCAG 2.2, 1.4.3, also after the system changed.

    In the strip, and for the title of a query in the editor, which has no ground of its own.
    """
    await visit.page.emulate_media(color_scheme=scheme)

    assert await settled_contrast(visit.page, ".strip", ".strip") >= 4.5
    assert await settled_contrast(visit.page, ".view-lines .mtk1", ".graphiql-editors") >= 4.5


async def settled_contrast(page: Page, text: str, ground: str) -> float:
    """The contrast of the first elements that match, once it is enough or 5 s have passed.

    The editor draws itself anew a moment after the theme changed.
    """
    found = 0.0
    for _ in range(50):
        one, other = await page.evaluate(COLOURS, [text, ground])
        found = contrast(one, other) if one and other else 0.0
        if found >= 4.5:
            break
        await asyncio.sleep(0.1)
    return found


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours written as `rgb(r, g, b)`."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, from 0 to 1, of a colour written as `rgb(r, g, b)`."""
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
