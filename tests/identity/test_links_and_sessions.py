"""Links and sessions end when they should."""

import asyncio
from datetime import timedelta

import pyotp
import pytest

from consortium.identity.actions.administrators import (
    OWN_BODY,
    create_administrator,
    invite_administrator,
)
from consortium.identity.actions.housekeeping import tidy
from consortium.identity.actions.invitations import accept_as_new
from consortium.identity.actions.links import LinkInvalid
from consortium.identity.actions.passwords import request_reset, reset_password
from consortium.identity.actions.second_factors import (
    CodeRefused,
    begin_second_factor,
    check_second_factor,
    confirm_second_factor,
)
from consortium.identity.actions.sessions import Browser, SignedIn, find_session
from consortium.identity.actions.sign_in import sign_in
from consortium.identity.proofs.sealing import Sealer
from consortium.identity.rules.links import LIFETIMES, LinkPurpose
from consortium.identity.rules.roles import Role
from consortium.identity.rules.sessions import ABSOLUTE_MAX, IDLE_MAX
from consortium.identity.rules.throttling import TooManyAttempts
from consortium.storage.database import Database
from tests.people import NOW, PASSWORD, account, mails, rows_of

SEALER = Sealer("A" * 43 + "=")
SECOND = timedelta(seconds=1)


async def signed_in(email: str = "wei@home.example") -> SignedIn:
    """A session of a new account."""
    token = await sign_in(await account(email, at=NOW), ("pwd",), Browser(), NOW)
    found = await find_session(token, NOW)
    assert found is not None
    return found


async def reset_token(database: Database) -> str:
    """Of the latest reset."""
    return [m["token"] for m in await mails(database) if m["template"] == "password_reset"][-1]


async def test_an_expired_link_changes_nothing(database: Database) -> None:
    """It works until its last second, and not after."""
    await account("wei@home.example", at=NOW)
    await request_reset("wei@home.example", "192.0.2.1", NOW)
    token = await reset_token(database)
    end = NOW + LIFETIMES[LinkPurpose.PASSWORD_RESET]
    before = await rows_of(database, "account", "single_use_link")

    with pytest.raises(LinkInvalid):
        await reset_password(token, "another long password", end)
    assert await rows_of(database, "account", "single_use_link") == before
    await reset_password(token, "another long password", end - SECOND)


async def test_a_link_is_of_one_purpose(database: Database) -> None:
    """An invitation's token resets no password, and the reverse."""
    await account("wei@home.example", at=NOW)
    await request_reset("wei@home.example", "192.0.2.1", NOW)
    token = await reset_token(database)

    with pytest.raises(LinkInvalid):
        await accept_as_new(token, "Eve", PASSWORD, NOW)
    assert await database.pool.fetchval("SELECT count(*) FROM account") == 1


async def test_of_two_resets_at_once_one_succeeds(database: Database) -> None:
    """And a newer link ends an older one."""
    await account("wei@home.example", at=NOW)
    await request_reset("wei@home.example", "192.0.2.1", NOW)
    old = await reset_token(database)
    await request_reset("wei@home.example", "192.0.2.1", NOW)
    token = await reset_token(database)

    with pytest.raises(LinkInvalid):
        await reset_password(old, "an old long password", NOW)
    answers = await asyncio.gather(
        *(reset_password(token, f"a long password {n}", NOW) for n in range(4)),
        return_exceptions=True,
    )

    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, LinkInvalid) for answer in answers) == 3


async def test_a_mailbox_is_not_flooded(database: Database) -> None:
    """The third mail goes; then one waits, whether there is an account or not."""
    await account("wei@home.example", at=NOW)

    for email in ("wei@home.example", "nobody@home.example"):
        for _ in range(3):
            await request_reset(email, "192.0.2.1", NOW)
        with pytest.raises(TooManyAttempts):
            await request_reset(email, "192.0.2.1", NOW)

    assert len(await mails(database)) == 3


async def test_a_session_ends_when_idle_and_when_old(database: Database) -> None:
    """Fourteen days without use, sixty in all."""
    token = await sign_in(await account("wei@home.example", at=NOW), ("pwd",), Browser(), NOW)

    assert await find_session(token, NOW + IDLE_MAX) is None
    at = NOW
    while at + timedelta(days=10) < NOW + ABSOLUTE_MAX:
        at += timedelta(days=10)
        assert await find_session(token, at) is not None
    assert await find_session(token, NOW + ABSOLUTE_MAX) is None
    await tidy(NOW + ABSOLUTE_MAX + timedelta(days=31))
    assert await rows_of(database, "session") == [[]]


async def test_a_code_is_taken_once_within_its_step(database: Database) -> None:
    """One step early and late is taken, two are not; of two uses at once one succeeds."""
    person = await signed_in()
    secret = await begin_second_factor(person, SEALER)
    codes = pyotp.TOTP(secret)
    with pytest.raises(CodeRefused):
        await confirm_second_factor(person, "000000x", SEALER, NOW)
    assert secret not in str(await rows_of(database, "account"))
    await confirm_second_factor(person, codes.at(NOW), SEALER, NOW)
    who = person.account_id

    async def taken(drift: int, minutes: int) -> bool:
        at = NOW + timedelta(minutes=minutes)
        code = codes.at(at + timedelta(seconds=drift))
        try:
            return await check_second_factor(who, code, SEALER, at) == "otp"
        except CodeRefused:
            return False

    assert not await taken(0, 0)
    assert await taken(-30, 10)
    assert await taken(30, 20)
    assert not await taken(-60, 30)
    assert not await taken(60, 40)
    assert sorted(await asyncio.gather(taken(0, 50), taken(0, 50))) == [False, True]


async def test_guessing_the_second_factor_is_slowed(database: Database) -> None:
    """A thief who knows the password tries five codes, then waits."""
    person = await signed_in()
    secret = await begin_second_factor(person, SEALER)
    await confirm_second_factor(person, pyotp.TOTP(secret).at(NOW), SEALER, NOW)

    for _ in range(5):
        with pytest.raises(CodeRefused):
            await check_second_factor(person.account_id, "nothing", SEALER, NOW)
    with pytest.raises(TooManyAttempts):
        await check_second_factor(person.account_id, "nothing", SEALER, NOW)
    assert await database.pool.fetchval("SELECT totp_last_step IS NOT NULL FROM account")


async def test_the_first_administrator(database: Database) -> None:
    """With a password, or with a link; the consortium's own body is made once."""
    await create_administrator("one@home.example", PASSWORD, NOW)
    token, _ = await invite_administrator("two@home.example", NOW)
    await accept_as_new(token, "Two", PASSWORD, NOW)

    rows = await database.pool.fetch(
        "SELECT a.email, r.role, o.name FROM role_grant r JOIN account a ON a.id = r.account_id"
        " JOIN organisation o ON o.id = r.organisation_id ORDER BY a.id"
    )
    assert [tuple(row) for row in rows] == [
        ("one@home.example", Role.SECRETARIAT.value, OWN_BODY),
        ("two@home.example", Role.SECRETARIAT.value, OWN_BODY),
    ]
    assert await mails(database) == []
