"""`rapport token`: mint a bearer token, signed with the stack's secret or RAPPORT_SECRET."""

from enum import StrEnum
from typing import Annotated

import typer

from services.cli import local
from services.problem import Problem
from services.settings import Terms, load

SECONDS_AN_HOUR, HOURS_A_DAY = 3600, 24


class Role(StrEnum):
    """Who may do what; see API.md, section Access."""

    EMITTER = "emitter"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(token)


def token(
    role: Annotated[Role, typer.Option(help="What the bearer may do.")],
    account: Annotated[list[str] | None, typer.Option(help="An account; repeat it; none means all.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="A source; repeat it; none means all.")] = None,
    subject: Annotated[str, typer.Option(help="Who bears it.")] = "rapport-cli",
    hours: Annotated[float, typer.Option(min=0.01, help="How long it lasts.")] = 12,
) -> None:
    """Print a token for one bearer."""
    from services import access  # noqa: PLC0415 -- FastAPI is slow to import, and only needed here

    terms = load(Terms)
    if hours > terms.days * HOURS_A_DAY:
        raise Problem(f"--hours: services refuse a token that is good for more than {terms.days} days.")
    minted = access.mint(
        local.secret(),
        subject=subject,
        role=role.value,
        accounts=account or "*",
        sources=source or "*",
        seconds=int(hours * SECONDS_AN_HOUR),
        terms=terms,
    )
    typer.echo(minted)
