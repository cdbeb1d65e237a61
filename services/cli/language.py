"""In which language a command tells what it is asked for."""

import os
from enum import Enum
from typing import Annotated

import typer

from services.projections.said import Tongue
from services.tongues import tongue

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as POSIX says


class Language(Enum):
    """What may be asked for."""

    EN = "en"
    ZH = "zh"


Asked = Annotated[
    Language | None, typer.Option(help="Of sentences and descriptions; else as LC_ALL, LC_MESSAGES or LANG say.")
]


def spoken(asked: Language | None) -> Tongue:
    """Return the language asked for, else the environment's."""
    if asked is not None:
        return tongue(asked.value)
    return tongue(next((code for name in VARIABLES if (code := os.environ.get(name))), "en"))
