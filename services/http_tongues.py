"""In which language an HTTP request is answered, by its `Accept-Language`, and what the answer says about that."""

from typing import Annotated

from fastapi import Depends, Request, Response

from services.projections.said import Tongue
from services.tongues import negotiated


def tongue_of(request: Request) -> Tongue:
    """Return the language that a request is to be answered in."""
    return negotiated(",".join(request.headers.getlist("accept-language")))


def headers(tongue: Tongue, *vary: str) -> dict[str, str]:
    """Return what a response says about its language, and what else than `Accept-Language` it depends on."""
    return {"Content-Language": tongue.code, "Vary": ", ".join((*vary, "Accept-Language"))}


def _told(request: Request, response: Response) -> Tongue:
    tongue = tongue_of(request)
    response.headers.update(headers(tongue))
    return tongue


Spoken = Annotated[Tongue, Depends(_told)]  # of a route: the language, which the response's headers name, too
