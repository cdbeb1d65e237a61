"""Reading from the read API over HTTP, as any other client does; what goes wrong is one sentence."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import httpx

from services import access
from services.access import Role
from services.cli import local
from services.http_client import asked_to_wait, client
from services.problem import Problem

TOKEN_SECONDS = 3600
PATIENCE = 120.0  # seconds: an answer over all accounts at a past moment reads the whole journal
AGAIN = 60  # times that one question is asked: a command may ask many small ones in a row, and be too fast
PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before it is asked again, whatever the read API asks for
JSON, CSV = "application/json", "text/csv"

Query = Mapping[str, str]


class Reader:
    """The read API, asked in a language with RAPPORT_TOKEN, or with a token made here for `role`."""

    def __init__(self, role: Role, language: str = "en") -> None:
        self.url = local.connection().api
        self._http = client(self.url, token_for(role, "rapport-cli"), PATIENCE)
        self._http.headers["Accept-Language"] = language

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, query: Query | None = None) -> Any:  # noqa: ANN401 -- any JSON
        """Return the JSON at `path`; raises Problem."""
        return self.response(path, query, JSON).json()

    def response(self, path: str, query: Query | None, kind: str) -> httpx.Response:
        """Return a successful response of this media type; raises Problem."""
        for _ in range(AGAIN):
            with self._told():
                response = self._http.get(path, params=dict(query or {}), headers={"Accept": kind})
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            time.sleep(min(max(asked_to_wait(response), PAUSE), LONGEST_PAUSE))
        return self._succeeded(response)

    def post(self, path: str, body: Any) -> httpx.Response:  # noqa: ANN401 -- any JSON
        """Return a successful response to this body; raises Problem."""
        with self._told():
            response = self._http.post(path, json=body, headers={"Accept": JSON})
        return self._succeeded(response)

    def bytes(self, path: str, query: Query | None = None, headers: Query | None = None) -> Iterator[bytes]:
        """Yield the body at `path` as it comes, whatever coding it came in; raises Problem."""
        with self._told(), self._http.stream("GET", path, params=query or {}, headers=headers) as response:
            if not response.is_success:
                response.read()
            yield from self._succeeded(response).iter_bytes()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise Problem(
                f"Nothing answers at {self.url}: start the stack with 'rapport up', or name another by RAPPORT_API."
            ) from error
        except httpx.HTTPError as error:
            cause = str(error) or type(error).__name__
            raise Problem(f"The read API at {self.url} does not answer as it should ({cause}).") from error

    def _succeeded(self, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        raise Refusal(response.status_code, f"The read API at {self.url} refuses: {_reason(response)}")


class Refusal(Problem):
    """The read API answered, but not with what was asked for."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def token_for(role: Role, subject: str) -> str:
    """Return RAPPORT_TOKEN, or a token made here, which is for all accounts and sources; raises Problem."""
    if given := os.environ.get("RAPPORT_TOKEN"):
        return given
    return access.mint(local.secret(), subject=subject, role=role, accounts="*", sources="*", seconds=TOKEN_SECONDS)


def _reason(response: httpx.Response) -> str:
    """Tell what an RFC 9457 problem says, or the status where there is no such document."""
    try:
        problem = response.json()
        errors = [f"{_place(error)}: {error['detail']}" for error in problem.get("errors", [])]
        return str(problem["detail"]) + (f" ({'; '.join(errors)})" if errors else "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"it answers {response.status_code}."


def _place(error: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- any JSON
    """Return where an error is: in which parameter, or where in the body."""
    return error["parameter"] if "parameter" in error else error["pointer"]
