"""The pages for people, over real HTTP, with a browser that keeps cookies and runs no script."""

import asyncio

import pyotp
import pytest

from consortium.identity.actions.invitations import invite
from consortium.identity.proofs.passwords import PASSWORDS
from consortium.identity.rules.roles import Role
from consortium.storage.database import Database
from consortium.web.people.browser import POLICY
from tests.people import (
    PASSWORD,
    Browser,
    account,
    acting,
    browser_at,
    browsing,
    forms_of,
    mails,
    organisation,
    rows_of,
)

SHORT = "too short"
NEW = "another ship and three stars"
OPEN_PAGES = ("/sign-in", "/sign-in/organisation", "/sign-out", "/reset", "/reset/none", "/email/x")
SECRETARY = acting(Role.SECRETARIAT)


async def reset_mail(database: Database) -> str:
    """The token of the reset that is being sent."""
    for _ in range(100):
        found = [m for m in await mails(database) if m["template"] == "password_reset"]
        if found:
            return found[-1]["token"]
        await asyncio.sleep(0.05)
    raise AssertionError


async def second_factor(browser: Browser) -> tuple[str, list[str]]:
    """Set up a second factor; its secret and the recovery codes."""
    await browser.send("/account", "/account/second-factor/begin")
    shown = await browser.open("/account/second-factor")
    secret = shown.text.partition('id="secret">')[2].partition("<")[0].replace(" ", "")
    assert "<svg" in shown.text
    done = await browser.send_from(shown, "/account/second-factor", code=pyotp.TOTP(secret).now())
    assert done.status_code == 200, done.text
    codes = [part.partition("</li>")[0] for part in done.text.split("<li>")[1:]]
    assert len(codes) == 10
    return secret, codes


async def test_an_invited_person_gets_an_account_and_a_session(database: Database) -> None:
    """The link makes the account, signs in, and works once."""
    alibaba = await organisation("Alibaba Group")
    await invite(SECRETARY, "Wei@Alibaba.example", alibaba, [Role.EDITOR])
    [mail] = await mails(database)
    link = f"/invitations/{mail['token']}"
    assert mail["to"] == "wei@alibaba.example"

    async with browsing(database) as browser:
        done = await browser.send(link, name="Wei Chen", password=PASSWORD)
        page = await browser.open("/account")
        again = await browser.open(link)

    assert done.headers["location"] == "/account"
    assert "Alibaba Group" in page.text
    assert "editor" in page.text
    assert again.status_code == 410


async def test_a_refused_password_leaves_the_invitation_unused(database: Database) -> None:
    """Too short, too common, one's own address, a null byte, a megabyte: said, and nothing made."""
    home = await organisation("Home")
    await invite(SECRETARY, "wei.chen@home.example", home, [Role.VIEWER])
    [mail] = await mails(database)
    link = f"/invitations/{mail['token']}"
    before = await rows_of(database, "account", "single_use_link", "session")

    async with browsing(database) as browser:
        for password in (
            "short",
            "Password1234",
            "wei.chen@home.example",
            "aaaaaaaaaaaaaaaa",
            "null\0null\0null\0",
            "x" * 1_000_000,
        ):
            answer = await browser.send(link, name="Wei", password=password)
            assert answer.status_code == 400
            assert 'role="alert"' in answer.text
        whole = await browser.send(link, name="Wei", password="x" * 1_100_000)
        assert whole.status_code == 413
        assert await rows_of(database, "account", "single_use_link", "session") == before
        done = await browser.send(link, name="Wei", password=PASSWORD)

    assert done.status_code == 303


async def test_of_two_uses_of_an_invitation_at_once_one_succeeds(database: Database) -> None:
    """The other finds it used; there is one account."""
    home = await organisation("Home")
    await invite(SECRETARY, "wei@home.example", home, [Role.VIEWER])
    [mail] = await mails(database)
    link = f"/invitations/{mail['token']}"

    async with browsing(database) as one, browser_at(str(one.http.base_url)) as two:
        answers = await asyncio.gather(
            one.send(link, name="One", password=PASSWORD),
            two.send(link, name="Two", password=PASSWORD),
        )

    assert sorted(answer.status_code for answer in answers) == [303, 410]
    assert await database.pool.fetchval("SELECT count(*) FROM account") == 1
    assert await database.pool.fetchval("SELECT count(*) FROM role_grant") == 1


async def test_an_invitation_to_an_account_is_accepted_by_its_person(database: Database) -> None:
    """By nobody else: not without signing in, not by another account."""
    home, other = await organisation("Home"), await organisation("Other")
    await account("wei@home.example", (home, Role.VIEWER))
    await account("eve@home.example", (home, Role.VIEWER))
    await invite(SECRETARY, "wei@home.example", other, [Role.APPROVER])
    [mail] = await mails(database)
    link = f"/invitations/{mail['token']}"

    async with browsing(database) as browser:
        assert (await browser.http.get(link)).headers["location"].startswith("/sign-in?next=")
        await browser.sign_in("eve@home.example")
        assert (await browser.http.get(link)).status_code == 410
        assert await database.pool.fetchval("SELECT count(*) FROM role_grant") == 2
        await browser.send("/sign-out", "/sign-out")
        await browser.sign_in("wei@home.example")
        await browser.send(link)
        page = await browser.open("/account")

    assert "Other" in page.text
    assert "approver" in page.text


async def test_signing_in_with_a_password(database: Database) -> None:
    """The page goes to where it was asked for; a wrong password opens nothing."""
    await account("wei@home.example")

    async with browsing(database) as browser:
        sent_away = await browser.http.get("/account")
        wrong = await browser.sign_in("wei@home.example", "not my password")
        assert not await browser.is_signed_in()
        right = await browser.sign_in(" Wei@Home.example ")
        assert await browser.is_signed_in()

    assert sent_away.headers["location"] == "/sign-in?next=%2Faccount"
    assert wrong.status_code == 400
    assert right.headers["location"] == "/account"


async def test_an_unknown_account_gets_the_answer_of_a_known_one(database: Database) -> None:
    """Byte by byte, at sign-in and at reset; and the same work is done for both."""
    await account("know@home.example")
    await account("fed1@home.example", password=None)
    emails = ["know@home.example", "none@home.example", "fed1@home.example", "nul\0@home.example"]
    answers, resets, computed = [], [], []

    async with browsing(database) as browser:
        for email in emails:
            shown = await browser.http.get("/sign-in")
            before = PASSWORDS.verified
            answer = await browser.send_from(shown, "/sign-in", email=email, password="x" * 20)
            computed.append(PASSWORDS.verified - before)
            answers.append((answer.status_code, answer.text.replace(email, "")))
            shown = await browser.http.get("/reset")
            resets.append((await browser.send_from(shown, email=email)).text)

    assert computed == [1, 1, 1, 1]
    assert len(set(answers)) == 1
    assert len(set(resets)) == 1


async def test_a_disabled_account_cannot_sign_in(database: Database) -> None:
    """And is told what an unknown one is told."""
    await account("wei@home.example")
    await database.pool.execute("UPDATE account SET disabled_at = now()")

    async with browsing(database) as browser:
        answer = await browser.sign_in("wei@home.example")

    assert answer.status_code == 400
    assert await rows_of(database, "session") == [[]]


async def test_the_second_factor_is_asked_for_and_a_code_is_taken_once(database: Database) -> None:
    """Without a code there is no session; a code that was used, and a used recovery code, fail."""
    await account("wei@home.example")

    async with browsing(database) as browser:
        await browser.sign_in("wei@home.example")
        secret, codes = await second_factor(browser)
        used = pyotp.TOTP(secret).now()
        await browser.send("/sign-out", "/sign-out")

        asked = await browser.sign_in("wei@home.example")
        assert asked.headers["location"] == "/sign-in/second-factor?next=%2Faccount"
        assert not await browser.is_signed_in()
        assert (
            await database.pool.fetchval("SELECT count(*) FROM session WHERE revoked_at IS NULL")
            == 0
        )
        refused = await browser.send("/sign-in/second-factor", code=used)
        assert refused.status_code == 400
        assert not await browser.is_signed_in()

        taken = await browser.send("/sign-in/second-factor", code=codes[0].lower())
        assert taken.headers["location"] == "/account"
        assert "9 recovery codes" in (await browser.open("/account")).text
        await browser.send("/sign-out", "/sign-out")
        await browser.sign_in("wei@home.example")
        again = await browser.send("/sign-in/second-factor", code=codes[0])

    assert again.status_code == 400
    methods = await database.pool.fetch("SELECT methods FROM session ORDER BY id")
    assert [row[0] for row in methods] == ["pwd", "pwd rec mfa"]


async def test_a_reset_by_mail_ends_all_sessions(database: Database) -> None:
    """The link works once; the old password no more; the second factor is still asked for."""
    await account("wei@home.example")

    async with browsing(database) as browser, browser_at(str(browser.http.base_url)) as other:
        await browser.sign_in("wei@home.example")
        await second_factor(browser)
        await other.send("/reset", email="wei@home.example")
        link = f"/reset/{await reset_mail(database)}"
        refused = await other.send(link, password=SHORT)
        done = await other.send(link, password=NEW)
        again = await other.http.get(link)

        assert (refused.status_code, done.status_code, again.status_code) == (400, 200, 410)
        assert not await browser.is_signed_in()
        assert (await other.sign_in("wei@home.example")).status_code == 400
        right = await other.sign_in("wei@home.example", NEW)

    assert right.headers["location"].startswith("/sign-in/second-factor?")
    assert "password_changed" in [mail["template"] for mail in await mails(database)]


async def test_a_changed_password_ends_other_sessions_and_rotates_this(database: Database) -> None:
    """A thief's session ends, and a cookie that was read before is of no use."""
    await account("wei@home.example")

    async with browsing(database) as browser, browser_at(str(browser.http.base_url)) as thief:
        await browser.sign_in("wei@home.example")
        await thief.sign_in("wei@home.example")
        before = browser.http.cookies["session"]
        wrong = await browser.send("/account", "/account/password", old="no" * 8, new=NEW)
        assert wrong.status_code == 400
        assert await thief.is_signed_in()
        await browser.send("/account", "/account/password", old=PASSWORD, new=NEW)

        assert browser.http.cookies["session"] != before
        assert await browser.is_signed_in()
        assert not await thief.is_signed_in()
        thief.http.cookies.set("session", before)
        assert not await thief.is_signed_in()


async def test_a_session_is_listed_and_ended_at_once(database: Database) -> None:
    """From the other browser, and only one's own."""
    await account("wei@home.example")
    await account("eve@home.example")

    async with (
        browsing(database) as browser,
        browser_at(str(browser.http.base_url)) as phone,
        browser_at(str(browser.http.base_url)) as eve,
    ):
        phone.http.headers["user-agent"] = "A telephone"
        await browser.sign_in("wei@home.example")
        await phone.sign_in("wei@home.example")
        await eve.sign_in("eve@home.example")
        listed = await browser.open("/account")
        number = await database.pool.fetchval(
            "SELECT id FROM session WHERE user_agent = 'A telephone'"
        )
        foreign = await eve.send("/account", "/account/sessions/revoke", session=str(number))
        assert foreign.status_code == 404
        assert await phone.is_signed_in()
        await browser.send("/account", "/account/sessions/revoke", session=str(number))

        assert not await phone.is_signed_in()
        assert await browser.is_signed_in()
    assert "A telephone" in listed.text


async def test_an_address_is_changed_by_a_link_to_the_new_one(database: Database) -> None:
    """The old one is told; until then nothing changes; somebody's address cannot be taken."""
    await account("wei@home.example")
    await account("eve@home.example")

    async with browsing(database) as browser:
        await browser.sign_in("wei@home.example")
        taken = await browser.send("/account", "/account/email", email="eve@home.example")
        free = await browser.send("/account", "/account/email", email="chen@home.example")
        assert taken.headers["location"] == free.headers["location"]
        first, second = await mails(database)
        assert (await browser.http.get(f"/email/{first['token']}")).status_code == 410
        assert "wei@home.example" in (await browser.open("/account")).text
        await browser.send(f"/email/{second['token']}")
        page = await browser.open("/account")

    assert "chen@home.example" in page.text
    assert [m["to"] for m in await mails(database) if m["template"] == "email_changed"] == [
        "wei@home.example"
    ]


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, "wrong"),
        ({}, ""),
        ({"origin": "https://evil.example"}, None),
        ({"origin": "null"}, None),
        ({"sec-fetch-site": "cross-site"}, None),
        ({"sec-fetch-site": "same-site"}, None),
        ({"content-type": "text/plain"}, None),
    ],
)
async def test_a_form_from_elsewhere_changes_nothing(
    database: Database, headers: dict[str, str], token: str | None
) -> None:
    """Neither signs anybody in nor changes an account."""
    await account("wei@home.example")

    async with browsing(database) as browser:
        await browser.sign_in("wei@home.example")
        form = forms_of((await browser.open("/account")).text)[0].fields | {"name": "Eve"}
        if token is not None:
            form["csrf"] = token
        before = await rows_of(database, "account", "session", "audit_entry")
        answer = await browser.http.post("/account/name", data=form, headers=headers)
        sign_in = {"email": "wei@home.example", "password": PASSWORD, "csrf": form["csrf"]}
        login = await browser.http.post(
            "/sign-in", data=sign_in, headers=headers or {"origin": "x"}
        )

    assert answer.status_code == login.status_code == 403
    assert await rows_of(database, "account", "session", "audit_entry") == before


async def test_a_form_of_another_browser_is_refused(database: Database) -> None:
    """The token is bound to the browser and the session (login CSRF)."""
    await account("wei@home.example")

    async with browsing(database) as browser, browser_at(str(browser.http.base_url)) as eve:
        form = forms_of((await eve.open("/sign-in")).text)[0].fields
        form |= {"email": "wei@home.example", "password": PASSWORD}
        await browser.open("/sign-in")
        answer = await browser.http.post("/sign-in", data=form)
        bare = await browser.http.post("/sign-in", data=form, headers={"cookie": ""})

    assert (answer.status_code, bare.status_code) == (403, 403)
    assert await rows_of(database, "session") == [[]]


async def test_a_form_from_this_site_is_taken_as_browsers_send_it(database: Database) -> None:
    """With `no-referrer` a browser says `Origin: null`, and that the site is the same."""
    await account("wei@home.example")

    async with browsing(database) as browser:
        browser.http.headers.update({"origin": "null", "sec-fetch-site": "same-origin"})
        assert (await browser.sign_in("wei@home.example")).status_code == 303


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "///evil.example",
        "evil.example",
    ],
)
async def test_next_stays_on_this_site(database: Database, to: str) -> None:
    """Whatever is asked for, one is sent to one's account."""
    await account("wei@home.example")

    async with browsing(database) as browser:
        shown = await browser.http.get("/sign-in", params={"next": to})
        form = forms_of(shown.text)[0].fields
        assert form["next"] == "/account"
        form |= {"next": to, "email": "wei@home.example", "password": PASSWORD}
        answer = await browser.http.post("/sign-in", data=form)
        there = await browser.http.get("/sign-in", params={"next": to})

    assert answer.headers["location"] == there.headers["location"] == "/account"


async def test_every_page_is_safe_from_framing_and_script(database: Database) -> None:
    """Headers on every page, errors included; no script in any."""
    await account("wei@home.example")

    async with browsing(database) as browser:
        answers = [await browser.http.get(path) for path in OPEN_PAGES]
        await browser.sign_in("wei@home.example")
        answers.append(await browser.http.get("/account"))

    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text
        assert " style=" not in answer.text
        assert '<html lang="en">' in answer.text


async def test_cookies_are_for_this_site_alone(database: Database) -> None:
    """On https they have names that no other site can set, and never leave encryption."""
    async with browsing(database, public_url="https://data.example.org") as browser:
        [secure] = (await browser.http.get("/sign-in")).headers.get_list("set-cookie")
    async with browsing(database) as browser:
        [plain] = (await browser.http.get("/sign-in")).headers.get_list("set-cookie")

    assert secure.startswith("__Host-browser=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(secure.split("; "))
    assert plain.startswith("browser=")
    assert "Domain" not in secure + plain
    assert "HttpOnly" in plain


async def test_a_hundred_guesses_are_slowed_and_nobody_is_locked_out(database: Database) -> None:
    """Few reach the password; the answer says when to come back; a known browser is not held up."""
    await account("wei@home.example")

    async with browsing(database) as browser, browser_at(str(browser.http.base_url)) as eve:
        await browser.sign_in("wei@home.example")
        await browser.send("/sign-out", "/sign-out")
        before = PASSWORDS.verified
        answers = [await eve.sign_in("wei@home.example", "guess" * 3) for _ in range(100)]
        checked = PASSWORDS.verified - before
        right = await eve.sign_in("wei@home.example")
        known = await browser.sign_in("wei@home.example")

    slowed = [answer for answer in answers if answer.status_code == 429]
    assert checked < 12
    assert len(slowed) == 100 - checked
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in slowed)
    assert right.status_code == 429
    assert known.status_code == 303


async def test_changed_rights_rotate_the_session(database: Database) -> None:
    """The cookie of before is of no use once a role was given."""
    from consortium.identity.actions.roles import grant_role

    home = await organisation("Home")
    account_id = await account("wei@home.example")

    async with browsing(database) as browser:
        await browser.sign_in("wei@home.example")
        before = browser.http.cookies["session"]
        await grant_role(SECRETARY, account_id, home, Role.EDITOR)
        await browser.open("/account")
        assert browser.http.cookies["session"] != before
        assert await browser.is_signed_in()
        assert await database.pool.fetchval("SELECT count(*) FROM session") == 1


async def test_who_comes_from_a_provider_cannot_set_a_password_beside_it(
    database: Database,
) -> None:
    """Leaving the organisation would not end it. The answer is that of everybody."""
    who = await account("li@home.example", password=None)
    home = await organisation("Home")
    await database.pool.execute(
        "WITH p AS (INSERT INTO identity_provider (organisation_id, name, issuer, client_id)"
        " VALUES ($1, 'Own', 'https://id.example', 'x') RETURNING id)"
        " INSERT INTO federated_identity (account_id, provider_id, subject)"
        " SELECT $2, id, 'li' FROM p",
        home,
        who,
    )

    async with browsing(database) as browser:
        answer = await browser.send("/reset", email="li@home.example")
        await asyncio.sleep(0.5)

    assert answer.status_code == 200
    assert await mails(database) == []


async def test_a_page_that_was_asked_for_is_reached_through_the_second_factor(
    database: Database,
) -> None:
    """`next` goes all the way, and stays on this site."""
    await account("wei@home.example")

    async with browsing(database) as browser:
        await browser.sign_in("wei@home.example")
        _, codes = await second_factor(browser)
        await browser.send("/sign-out", "/sign-out")
        shown = await browser.open("/account/second-factor")
        asked = await browser.send_from(
            shown, "/sign-in", email="wei@home.example", password=PASSWORD
        )
        shown = await browser.http.get(asked.headers["location"])
        there = await browser.send_from(shown, code=codes[0])
        await browser.send("/sign-out", "/sign-out")
        await browser.sign_in("wei@home.example")
        shown = await browser.http.get("/sign-in/second-factor?next=//evil.example")
        away = await browser.send_from(shown, code=codes[1], next="//evil.example")

    assert there.headers["location"] == "/account/second-factor"
    assert away.headers["location"] == "/account"


async def test_a_person_takes_their_data_along_and_is_forgotten(database: Database) -> None:
    """A file, a question, and then nobody; an old sign-in is asked for its password first."""
    who = await account("wei@home.example")
    await account("eve@home.example")

    async with browsing(database) as browser:
        await browser.sign_in("wei@home.example")
        data = await browser.send("/account", "/account/export")
        old = "UPDATE session SET authenticated_at = authenticated_at - interval '1 hour'"
        await database.pool.execute(old)
        asked = await browser.send("/account", "/account/export")
        assert asked.headers["location"].startswith("/sign-in?")
        before = await rows_of(database, "account")
        assert (await browser.http.get("/account/erase")).status_code == 303
        assert await rows_of(database, "account") == before
        await browser.send("/sign-in?again=1", email="wei@home.example", password=PASSWORD)
        done = await browser.send("/account/erase", "/account/erase")
        assert not await browser.is_signed_in()

    assert data.headers["content-disposition"].startswith("attachment")
    assert data.json()["account"]
    assert done.status_code == 200
    row = await database.pool.fetchrow("SELECT email, name FROM account WHERE id = $1", who)
    assert row is not None
    assert tuple(row) == (None, "")


async def test_the_last_administrator_is_not_forgotten(database: Database) -> None:
    """The page says why, and nothing changes."""
    home = await organisation("Home")
    await account("wei@home.example", (home, Role.ORGANISATION_ADMIN))

    async with browsing(database) as browser:
        await browser.sign_in("wei@home.example")
        before = await rows_of(database, "account", "role_grant", "session", "audit_entry")
        refused = await browser.send("/account/erase", "/account/erase")

    assert refused.status_code == 409
    assert await rows_of(database, "account", "role_grant", "session", "audit_entry") == before
