"""`consortium admin`: the first administrator."""

import sys
from typing import Annotated

import typer

from consortium.cli.opening import DataDir, settings_with
from consortium.cli.working import run_over

admin = typer.Typer(help="Administrators of the consortium.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(admin, name="admin")


@admin.callback()
def group() -> None:
    """Administrators of the consortium."""


@admin.command()
def create(
    email: Annotated[str, typer.Argument(help="The person's email address.")],
    organisation: Annotated[
        str | None,
        typer.Option(help="The organisation to act for; the consortium's own body without it."),
    ] = None,
    data_dir: DataDir = None,
    *,
    link: Annotated[
        bool, typer.Option("--link", help="Print a link to set a password, instead of asking.")
    ] = False,
) -> None:
    """Make an administrator of the whole consortium: ask for a password twice, or print a link."""
    from consortium.identity.actions.administrators import OWN_BODY
    from consortium.identity.rules.addresses import read_address
    from consortium.identity.rules.passwords import check_password

    read_address(email)
    # Without a terminal there is nobody to ask.
    password = None
    if not link and sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        check_password(password, email)
    settings = settings_with(data_dir=data_dir)

    async def work() -> str:
        return await _made(email, password, organisation or OWN_BODY, settings.url)

    typer.echo(run_over(settings, work))


async def _made(email: str, password: str | None, organisation: str, url: str) -> str:
    """Make the administrator; what to do next."""
    from consortium.identity.actions.administrators import (
        check_free,
        create_administrator,
        invite_administrator,
    )
    from consortium.kernel.clock import utc_now
    from consortium.storage.database import transaction
    from consortium.storage.raw import raw

    async with transaction() as client:
        await check_free(raw(client), email)
    if password is not None:
        await create_administrator(email, password, utc_now(), organisation=organisation)
        return f"{email} is an administrator. Sign in at {url}/sign-in"
    token, until = await invite_administrator(email, utc_now(), organisation=organisation)
    return f"Open this to set a password; it works once, until {until}:\n{url}/invitations/{token}"
