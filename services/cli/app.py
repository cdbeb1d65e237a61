"""The one typer app, and how it speaks to people."""

import typer

app = typer.Typer(
    name="rapport",
    help="Who decides, who supports us, how that changed and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a Problem is a sentence; anything else is a bug and keeps its traceback
)


def say(sentence: str) -> None:
    """Tell a person something that is no part of the answer: on stderr, at once."""
    typer.echo(sentence, err=True)
