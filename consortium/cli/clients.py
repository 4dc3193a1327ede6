"""`consortium clients`: the programs that may ask for tokens."""

from pathlib import Path
from typing import Annotated

import typer

from consortium.cli.opening import DataDir, settings_with
from consortium.cli.working import organisation_named, run_over
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.kernel.errors import BadInput

clients = typer.Typer(
    name="clients",
    help="The programs that may ask for tokens: create, list, rotate-secret, disable.",
    no_args_is_help=True,
)

_DEFAULT_METHODS = {
    ClientKind.PUBLIC: AuthMethod.NONE,
    ClientKind.WEB: AuthMethod.CLIENT_SECRET_BASIC,
    ClientKind.SERVICE: AuthMethod.CLIENT_SECRET_BASIC,
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(clients)


@clients.command()
def create(
    name: Annotated[str, typer.Argument(help="What people are told it is.")],
    kind: Annotated[
        ClientKind,
        typer.Option(
            case_sensitive=False,
            help="SERVICE: a system of an organisation. WEB: an application with a server."
            " PUBLIC: a program in people's hands or browsers.",
        ),
    ] = ClientKind.SERVICE,
    organisation: Annotated[
        str | None, typer.Option(help="Whose it is, by name; a SERVICE client needs one.")
    ] = None,
    scope: Annotated[
        str, typer.Option(help="What it may ask for at most, separated by spaces.")
    ] = "figures:read",
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Where people come back to; may be repeated.")
    ] = None,
    post_logout_redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Where people may go after signing out.")
    ] = None,
    auth_method: Annotated[
        AuthMethod | None,
        typer.Option(case_sensitive=False, help="How it proves who it is.", show_default=False),
    ] = None,
    jwks_file: Annotated[
        Path | None, typer.Option(help="Its public keys, for PRIVATE_KEY_JWT.")
    ] = None,
    data_dir: DataDir = None,
    *,
    first_party: Annotated[
        bool, typer.Option("--first-party", help="The consortium's own: consent is not asked.")
    ] = False,
) -> None:
    """Register a client; its secret is shown this once."""
    from consortium.identity.actions.clients import ClientFacts, NewClient, create_client
    from consortium.kernel.principal import ANONYMOUS

    try:
        jwks = None if jwks_file is None else jwks_file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise BadInput(f"{jwks_file} cannot be read.") from None

    async def work() -> NewClient:
        facts = ClientFacts(
            name=name,
            kind=kind,
            auth_method=auth_method or _DEFAULT_METHODS[kind],
            scopes=tuple(scope.split()),
            organisation_id=None
            if organisation is None
            else await organisation_named(organisation),
            redirect_uris=tuple(redirect_uri or ()),
            post_logout_redirect_uris=tuple(post_logout_redirect_uri or ()),
            jwks=jwks,
            first_party=first_party,
        )
        # Whoever runs commands here could write into the database as well.
        return await create_client(ANONYMOUS, facts)

    new = run_over(settings_with(data_dir=data_dir), work)
    typer.echo(f"client_id      {new.client_id}")
    if new.secret is not None:
        typer.echo(f"client_secret  {new.secret}\n\nThe secret is not shown again.")


@clients.command("list")
def list_(data_dir: DataDir = None) -> None:
    """List all clients."""
    from consortium.identity.actions.clients import list_clients

    for one in run_over(settings_with(data_dir=data_dir), list_clients):
        state = "disabled" if one["disabled_at"] else one["auth_method"].lower()
        whose = one["organisation"] or "-"
        typer.echo(f"{one['client_id']}  {one['name']}  {whose}  {state}  {one['scopes']}")


@clients.command("rotate-secret")
def rotate(
    client_id: Annotated[str, typer.Argument(help="Its identifier.")], data_dir: DataDir = None
) -> None:
    """Give a client a new secret, shown this once; the old one stops at once."""
    from consortium.identity.actions.clients import rotate_secret
    from consortium.kernel.principal import ANONYMOUS

    new = run_over(settings_with(data_dir=data_dir), lambda: rotate_secret(ANONYMOUS, client_id))
    typer.echo(f"client_secret  {new.secret}\n\nThe secret is not shown again.")


@clients.command()
def disable(
    client_id: Annotated[str, typer.Argument(help="Its identifier.")], data_dir: DataDir = None
) -> None:
    """Withdraw a client for good, with everything that was granted to it."""
    from consortium.identity.actions.clients import disable_client
    from consortium.kernel.principal import ANONYMOUS

    run_over(settings_with(data_dir=data_dir), lambda: disable_client(ANONYMOUS, client_id))
    typer.echo(f"{client_id} is disabled; its tokens end within minutes.")
