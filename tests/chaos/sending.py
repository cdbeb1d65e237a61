"""Senders: each tells of its accounts in one order, again until it is acknowledged, and sometimes gives up."""

import asyncio
import time
from random import Random
from typing import Protocol

import httpx

from tests.chaos.recording import Attempt, History, Outcome
from tests.chaos.truth import Request

BATCH = {"Content-Type": "application/cloudevents-batch+json"}
PATIENCE = 30.0  # seconds for an answer
GIVES_UP = 0.08  # of the requests whose outcome is unknown are not sent again
ACCEPTED, TOO_MANY = 202, 429


class Told(Protocol):
    """Who makes requests without end."""

    def request(self) -> Request:
        """Make the next."""


class Gate:
    """Lets senders go on, or waits until none of them is under way."""

    def __init__(self) -> None:
        self._open, self._under_way = asyncio.Event(), 0
        self._quiet = asyncio.Event()
        self._open.set()
        self._quiet.set()

    async def enter(self) -> None:
        """Wait until it is open; whoever entered has to leave."""
        await self._open.wait()
        self._under_way += 1
        self._quiet.clear()

    def leave(self) -> None:
        """Say that nothing is under way any more."""
        self._under_way -= 1
        if not self._under_way:
            self._quiet.set()

    async def close(self) -> None:
        """Let nobody in; returns when all have left."""
        self._open.clear()
        await self._quiet.wait()

    def open(self) -> None:
        """Let everybody in."""
        self._open.set()


class Sender:
    """One sender: `rate` is of requests a second."""

    def __init__(self, client: httpx.AsyncClient, told: Told, history: History, random: Random, rate: float) -> None:
        self._client, self._told, self._history, self._random = client, told, history, random
        self._pause = 1 / rate

    async def run(self, gate: Gate) -> None:
        """Send until cancelled."""
        while True:
            await gate.enter()
            try:
                await self.send(self._told.request())
            finally:
                gate.leave()
            await asyncio.sleep(self._pause * self._random.uniform(0.5, 1.5))

    async def send(self, request: Request) -> None:
        """Send one request until its outcome is known, or given up."""
        while (attempt := await self._attempt(request)).outcome != "ok":
            refused = attempt.outcome == "failed" and attempt.said != str(TOO_MANY)
            if refused or (attempt.outcome == "unknown" and self._random.random() < GIVES_UP):
                return
            await asyncio.sleep(self._random.uniform(0.1, 0.4))

    async def _attempt(self, request: Request) -> Attempt:
        began = time.monotonic()
        outcome: Outcome = "unknown"
        places: list[tuple[int, int]] = []
        token = ""
        try:
            answer = await self._client.post("/v1/events", json=request.events)
            said = str(answer.status_code)
            if answer.status_code == ACCEPTED:
                outcome = "ok"
                told = answer.json()
                places, token = [(each["partition"], each["offset"]) for each in told["receipts"]], told["token"]
            elif answer.is_client_error:
                outcome = "failed"
        except httpx.HTTPError as error:
            said = type(error).__name__
        attempt = Attempt(request.events, request.expected, outcome, began, time.monotonic(), said, places, token)
        self._history.attempts.append(attempt)
        return attempt


def client(base_url: str, token: str) -> httpx.AsyncClient:
    """Open a client that sends batches."""
    headers = BATCH | {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=base_url, headers=headers, timeout=PATIENCE, trust_env=False)
