"""The tests' own proxy does to a connection what a network does, and no more."""

import asyncio
import gc
import socket
import struct
import time
from contextlib import asynccontextmanager

import psutil
import pytest

from tests.link import Link

LONG = b"x" * 32_000_000  # more than the link and both sockets hold


class Echo:
    """Answers each byte with itself, and knows what it was told."""

    def __init__(self) -> None:
        self.heard, self.callers, self.broken, self.left = bytearray(), 0, 0, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.callers += 1
        try:
            while data := await reader.read(65_536):
                self.heard += data
                writer.write(data)
                await writer.drain()
            self.left += 1
        except OSError:
            self.broken += 1
        writer.close()


@asynccontextmanager
async def echoing():
    echo = Echo()
    async with await asyncio.start_server(echo.serve, "127.0.0.1", 0) as server:
        yield echo, server.sockets[0].getsockname()[1]


@pytest.fixture
async def echoed():
    async with echoing() as (echo, port), Link("127.0.0.1", port) as link:
        yield echo, link


class Caller:
    """One connection by plain socket: what was received before a reset can still be read."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def say(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def hear(self, size: int) -> bytes:
        """Read so much, or less if it ends before; raises ConnectionResetError."""
        heard = bytearray()
        while len(heard) < size and (data := await asyncio.get_running_loop().sock_recv(self._socket, 65_536)):
            heard += data
        return bytes(heard)

    async def ask(self, data: bytes) -> bytes:
        await self.say(data)
        return await self.hear(len(data))

    async def silent(self) -> bool:
        """Nothing can be read at present, not even an end."""
        await asyncio.sleep(0.1)  # for what might come
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        return False

    def leave(self, *, broken: bool = False) -> None:
        if broken:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


@pytest.fixture
def call():
    opened = list[Caller]()

    async def called(link: Link) -> Caller:
        connected = socket.socket()
        opened.append(Caller(connected))
        connected.setblocking(False)  # noqa: FBT003  its name
        await asyncio.get_running_loop().sock_connect(connected, ("127.0.0.1", link.port))
        return opened[-1]

    yield called
    for each in opened:
        each.leave()


async def until(condition) -> None:
    while not condition():  # noqa: ASYNC110  another task says when
        await asyncio.sleep(0.01)


async def test_a_link_carries_both_ways_unchanged_and_passes_on_who_leaves(echoed, call):
    echo, link = echoed
    caller = await call(link)
    data = bytes(range(256)) * 4_000
    saying = asyncio.create_task(caller.say(data))
    assert await caller.hear(len(data)) == data
    await saying
    caller.leave()
    await until(lambda: echo.left == 1)
    other = await call(link)
    assert await other.ask(b"x") == b"x"
    other.leave(broken=True)
    await until(lambda: echo.broken == 1)


async def test_a_late_link_brings_each_way_later_and_none_the_slower(echoed, call):
    _, link = echoed
    caller = await call(link)
    link.delay(1.0)
    begun = time.monotonic()
    for _ in range(50):
        await caller.say(b"x")
        await asyncio.sleep(0.01)  # so that each goes by itself
    assert await caller.hear(50) == b"x" * 50
    assert link.troubled >= 2  # what is waiting is read at once
    assert 2 <= time.monotonic() - begun < 15  # one after another would take 17 seconds for one way


async def test_a_throttled_link_shares_its_rate_among_its_connections(echoed, call):
    _, link = echoed
    callers = [await call(link) for _ in range(2)]
    link.throttle(200_000)
    begun = time.monotonic()
    for each in callers:
        assert await each.ask(b"x" * 30_000) == b"x" * 30_000
    assert time.monotonic() - begun >= 0.25  # 60,000 bytes at 200,000 a second, but for the first portions


async def test_what_a_silent_link_held_arrives_once_it_is_mended(echoed, call):
    echo, link = echoed
    caller = await call(link)
    assert await caller.ask(b"before") == b"before"
    link.hold()
    await caller.say(b"during")
    late = await call(link)
    await late.say(b"late")
    await until(lambda: link.troubled == 2)
    assert await caller.silent()
    assert await late.silent()
    assert bytes(echo.heard) == b"before"
    assert link.troubled == 2
    link.mend()
    assert await caller.hear(6) == b"during"
    assert await late.hear(4) == b"late"


async def test_a_silent_link_brings_what_was_sent_by_one_who_left_but_not_one_who_was_never_let_through(echoed, call):
    echo, link = echoed
    caller = await call(link)
    assert await caller.ask(b"a") == b"a"
    link.hold()
    await caller.say(b"b")
    caller.leave()
    before = asyncio.all_tasks()
    late = await call(link)
    await late.say(b"never")
    late.leave()
    # Both are held, and of the late one's two tasks that which read to the end is done.
    await until(lambda: link.troubled == 2 and len(asyncio.all_tasks() - before) == 1)
    link.mend()
    await until(lambda: echo.left + echo.broken == 1)
    assert (await (await call(link)).ask(b"c")) == b"c"
    assert bytes(echo.heard) == b"abc"
    assert echo.callers == 2


async def test_a_connection_with_bytes_that_waited_too_long_is_reset_an_idle_one_goes_on(echoed, call):
    echo, link = echoed
    caller, idle = await call(link), await call(link)
    assert await caller.ask(b"a") == await idle.ask(b"a")
    link.hold(patience=0.05)
    await caller.say(b"lost")
    await until(lambda: link.troubled == 1)  # from now on it waits
    assert await caller.silent()
    link.mend()
    with pytest.raises(ConnectionResetError):
        await caller.hear(1)
    assert await idle.ask(b"b") == b"b"
    await until(lambda: echo.broken == 1)
    assert bytes(echo.heard) == b"aab"


async def test_a_link_that_forgets_its_connections_is_silent_to_them_and_carries_those_to_come(echoed, call):
    echo, link = echoed
    old = await call(link)
    assert await old.ask(b"a") == b"a"
    link.forget()
    await old.say(b"b")
    link.mend()
    new = await call(link)
    await new.say(b"c")
    assert await new.hear(1) == b"c"
    assert (bytes(echo.heard), echo.left, echo.broken) == (b"ac", 0, 0)


async def test_a_cut_link_resets_both_sides_and_who_comes_until_it_is_mended(echoed, call):
    echo, link = echoed
    caller = await call(link)
    assert await caller.ask(b"a") == b"a"
    link.cut()
    with pytest.raises(ConnectionResetError):
        await caller.hear(1)
    await until(lambda: echo.broken == 1)
    with pytest.raises(ConnectionResetError):
        await (await call(link)).hear(1)
    assert link.troubled == 2
    link.mend()
    assert await (await call(link)).ask(b"b") == b"b"
    assert (echo.callers, link.troubled) == (2, 2)


@pytest.mark.parametrize("size", [0, 4])
async def test_a_link_that_cuts_answers_brings_the_question_and_so_many_bytes_of_the_answer(echoed, call, size):
    echo, link = echoed
    open_already = await call(link)
    assert await open_already.ask(b"before") == b"before"
    link.cut_answers(size)
    for caller in (open_already, await call(link)):
        await caller.say(b"question")
        assert await caller.hear(size) == b"question"[:size]
        with pytest.raises(ConnectionResetError):
            await caller.hear(1)
    assert bytes(echo.heard) == b"beforequestionquestion"
    assert link.troubled == 2
    link.mend()
    assert await (await call(link)).ask(b"question") == b"question"


async def test_a_link_can_lead_to_another_server_behind_the_same_address(echoed, call):
    first, link = echoed
    caller = await call(link)
    assert await caller.ask(b"first") == b"first"
    async with echoing() as (second, port):
        link.lead_to(port)
        with pytest.raises(ConnectionResetError):
            await caller.hear(1)
        caller = await call(link)
        assert await caller.ask(b"second") == b"second"
        assert (bytes(first.heard), bytes(second.heard)) == (b"first", b"second")
        link.cut()


async def test_a_server_that_is_away_is_a_reset(echoed, call):
    _, link = echoed
    async with echoing() as (_, gone):
        pass
    link.lead_to(gone)
    with pytest.raises(ConnectionResetError):
        await (await call(link)).hear(1)


async def test_what_is_under_way_is_bounded_a_sender_is_held_up(echoed, call):
    echo, link = echoed
    caller = await call(link)
    assert await caller.ask(b"a") == b"a"
    link.hold()
    before = psutil.Process().memory_info().rss
    saying = asyncio.create_task(caller.say(LONG))
    done, _ = await asyncio.wait([saying], timeout=2)
    assert not done
    assert psutil.Process().memory_info().rss - before < 10_000_000
    link.mend()
    assert await caller.hear(len(LONG)) == LONG
    await saying
    assert len(echo.heard) == len(LONG) + 1


async def test_a_link_that_ends_leaves_nothing_behind(call, caplog, recwarn):
    gc.collect()  # what other tests of this process left behind
    recwarn.clear()
    caplog.clear()
    before = asyncio.all_tasks()
    async with echoing() as (echo, port):
        async with Link("127.0.0.1", port) as link:
            caller, held = await call(link), await call(link)
            assert await caller.ask(b"a") == await held.ask(b"a")
            link.hold()
            await held.say(b"b")
        with pytest.raises(ConnectionResetError):
            await caller.hear(1)
        await until(lambda: echo.broken == 2)
        await until(lambda: asyncio.all_tasks() <= before)
    gc.collect()
    assert [each.getMessage() for each in caplog.records if each.name == "asyncio"] == []
    assert [str(each.message) for each in recwarn] == []
