"""Guessing is slowed, for one guesser and for a thousand at once."""

import asyncio
from datetime import timedelta

import pytest

from consortium.identity.actions.sessions import Browser
from consortium.identity.actions.sign_in import Attempt, SignInRefused, check_sign_in
from consortium.identity.proofs.passwords import Passwords
from consortium.identity.rules.throttling import TooManyAttempts
from consortium.storage.database import Database
from tests.people import NOW, PASSWORD, account


def attempt(number: int, email: str = "wei@home.example") -> Attempt:
    """A guess from an address that has not been seen before."""
    return Attempt(email, f"guess number {number}", Browser(f"192.0.2.{number}"))


@pytest.mark.parametrize("email", ["wei@home.example", "nobody@home.example"])
async def test_of_ten_thousand_guesses_few_are_checked(database: Database, email: str) -> None:
    """One each second, from ever new addresses: known account or not, one in the end each 15 min.

    After the first five the wait doubles up to a quarter of an hour: 10 000 s leave room for 5, ten
    doublings, and then one each 900 s.
    """
    await account("wei@home.example")
    passwords = Passwords()
    refused, waits = 0, set[int]()

    for number in range(10_000):
        try:
            await check_sign_in(attempt(number, email), NOW + timedelta(seconds=number), passwords)
        except SignInRefused:
            refused += 1
        except TooManyAttempts as error:
            waits.add(error.retry_after)

    assert passwords.verified == refused
    assert refused <= 26
    assert (min(waits), max(waits)) == (1, 899)
    assert await database.pool.fetchval("SELECT count(*) FROM session") == 0


@pytest.mark.usefixtures("database")
async def test_guesses_at_once_are_counted_each() -> None:
    """A hundred that come together are no hundred free ones."""
    await account("wei@home.example")
    passwords = Passwords()

    answers = await asyncio.gather(
        *(check_sign_in(attempt(number), NOW, passwords) for number in range(100)),
        return_exceptions=True,
    )

    assert passwords.verified == 5
    assert sum(isinstance(answer, TooManyAttempts) for answer in answers) == 95


@pytest.mark.usefixtures("database")
async def test_many_accounts_from_one_address_are_slowed_too() -> None:
    """Thirty attempts are free, and what succeeds is not counted."""
    await account("wei@home.example")
    passwords = Passwords()
    here = Browser("198.51.100.7")
    right = Attempt("wei@home.example", PASSWORD, here)

    for _ in range(3):
        await check_sign_in(right, NOW, passwords)
    for number in range(30):
        with pytest.raises(SignInRefused):
            await check_sign_in(Attempt(f"a{number}@home.example", "x", here), NOW, passwords)
    with pytest.raises(TooManyAttempts):
        await check_sign_in(right, NOW, passwords)
    elsewhere = Attempt("wei@home.example", PASSWORD, Browser("203.0.113.1"))
    await check_sign_in(elsewhere, NOW, passwords)


async def test_the_right_password_is_taken_after_the_wait(database: Database) -> None:
    """Nobody is locked out for good, and the count begins anew."""
    account_id = await account("wei@home.example")
    passwords = Passwords()
    for number in range(5):
        with pytest.raises(SignInRefused):
            await check_sign_in(attempt(number), NOW, passwords)
    right = Attempt("wei@home.example", PASSWORD, Browser("192.0.2.9"))
    with pytest.raises(TooManyAttempts) as told:
        await check_sign_in(right, NOW, passwords)

    later = NOW + timedelta(seconds=told.value.retry_after)
    assert (await check_sign_in(right, later, passwords)).account_id == account_id
    assert await database.pool.fetchval("SELECT count(*) FROM sign_in_failure") == 5


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("password", ["x" * 1_000_000, "nu\0ll", "\udce9", ""])
async def test_a_password_that_nobody_can_have_costs_the_same(password: str) -> None:
    """It is refused like any other, after the same work and no more."""
    await account("wei@home.example")
    passwords = Passwords()

    with pytest.raises(SignInRefused):
        await check_sign_in(Attempt("wei@home.example", password, Browser()), NOW, passwords)

    assert passwords.verified == 1


async def test_a_hash_of_old_parameters_is_renewed(database: Database) -> None:
    """At sign-in, when the password is known."""
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    await account("wei@home.example")
    await database.pool.execute("UPDATE account SET password_hash = $1", weak.hash(PASSWORD))
    right = Attempt("wei@home.example", PASSWORD, Browser())

    await check_sign_in(right, NOW)
    renewed = await database.pool.fetchval("SELECT password_hash FROM account")
    await check_sign_in(right, NOW)

    assert "m=65536" in renewed
    assert await database.pool.fetchval("SELECT password_hash FROM account") == renewed
