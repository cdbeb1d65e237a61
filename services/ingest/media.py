"""The media type of a body: what it is, and that it is UTF-8 and not compressed."""

from services.http_problem import HttpProblem

CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


def essence(content_type: str | None) -> str:
    """Return the media type without parameters, in lower case; 415 if a charset other than UTF-8 is named."""
    media, *parameters = (content_type or "").split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in CHARSETS:
            raise unsupported("Expected UTF-8: JSON on the wire is written in no other charset.")
    return media.strip().lower()


def refuse_compression(content_encoding: str | None) -> None:
    """Answer 415 for a compressed body: a small one may unfold into any size."""
    if (content_encoding or "identity").strip().lower() != "identity":
        raise unsupported("Expected a body without Content-Encoding.", {"Accept-Encoding": "identity"})


def unsupported(detail: str, headers: dict[str, str] | None = None) -> HttpProblem:
    """Make the 415 problem."""
    return HttpProblem(415, "unsupported-media-type", "Unsupported media type", detail, headers=headers)
