"""A burst is taken in piece by piece, and a reader that has enough is given no more."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from street.loop import play as play_in_virtual_time
from swarmfeed.core.talk.limits import READ_BYTES
from swarmfeed.shell.wire.inlet import Inlet


@dataclass
class Line:
    """A transport that notes whether it is read, and a reader with so much room."""

    taken: list[bytes] = field(default_factory=list)
    is_read: bool = True
    room: int = 10**9

    def __post_init__(self) -> None:
        self.inlet = Inlet(self, self.taken.append, self.is_full)  # type: ignore[arg-type]

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    def is_full(self) -> bool:
        return len(self.taken) >= self.room


def play(scene: Callable[[Line], Awaitable[None]]) -> None:
    async def script() -> None:
        await scene(Line())

    play_in_virtual_time(script)


def test_what_is_short_is_passed_on_at_once() -> None:
    async def scene(line: Line) -> None:
        line.inlet.put(b"one")
        line.inlet.put(b"two")
        assert line.taken == [b"one", b"two"] and line.is_read

    play(scene)


def test_a_burst_lets_others_in_after_each_piece() -> None:
    async def scene(line: Line) -> None:
        burst = bytes(range(256)) * (READ_BYTES // 64)
        line.inlet.put(burst)
        seen = []
        while len(line.taken) < len(burst) // READ_BYTES:
            seen.append(len(line.taken))
            assert not line.is_read, "nothing more comes before that is taken in"
            await asyncio.sleep(0)
        assert seen == list(range(1, len(burst) // READ_BYTES))
        assert b"".join(line.taken) == burst and line.is_read

    play(scene)


def test_a_reader_that_has_enough_is_given_no_more_until_it_asks() -> None:
    async def scene(line: Line) -> None:
        line.room = 2
        line.inlet.put(bytes(5 * READ_BYTES))
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(line.taken) == 2 and not line.is_read
        line.room = 10
        line.inlet.go_on()
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(line.taken) == 5 and line.is_read

    play(scene)


def test_what_comes_while_a_burst_waits_comes_behind_it() -> None:
    async def scene(line: Line) -> None:
        line.inlet.put(b"a" * READ_BYTES + b"b")
        line.inlet.put(b"c")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert b"".join(line.taken) == b"a" * READ_BYTES + b"bc"

    play(scene)


def test_at_the_end_all_that_was_said_is_heard() -> None:
    async def scene(line: Line) -> None:
        line.room = 1
        line.inlet.put(bytes(3 * READ_BYTES))
        line.inlet.empty()
        assert sum(map(len, line.taken)) == 3 * READ_BYTES
        await asyncio.sleep(0)
        assert len(line.taken) == 3

    play(scene)


def test_who_answers_or_says_anything_else_is_not_taken_for_gone() -> None:
    async def scene(line: Line) -> None:
        pongs: list[asyncio.Future[float]] = []

        async def ping() -> asyncio.Future[float]:
            pongs.append(asyncio.get_running_loop().create_future())
            return pongs[-1]

        watching = asyncio.create_task(line.inlet.until_silent(ping, 0.001, 0.005))
        while not pongs:
            await asyncio.sleep(0.001)
        line.room = 0
        line.inlet.put(b"not read yet")
        await asyncio.sleep(0.02)
        assert not watching.done(), "its answer lies behind what it said"
        pongs[0].set_result(0.1)
        while len(pongs) < 2:
            await asyncio.sleep(0.001)
        line.room = 10
        line.inlet.go_on()
        await watching
        assert not pongs[-1].done(), "neither an answer nor anything else"

    play(scene)


def test_who_says_a_last_word_behind_a_ping_is_given_up_as_long_after_that_word() -> None:
    """Pings each 5 s, patience 10 s: a word at 9 s, behind the first ping, and no more."""

    async def scene() -> None:
        line, loop = Line(), asyncio.get_running_loop()
        begun_s = loop.time()
        loop.call_later(9, line.inlet.put, b"no answer, but a word")

        async def ping() -> asyncio.Future[float]:
            return loop.create_future()

        await line.inlet.until_silent(ping, 5, 10)
        assert loop.time() - begun_s == pytest.approx(19)

    play_in_virtual_time(scene)


def test_who_is_only_not_read_yet_is_not_silent() -> None:
    async def scene(line: Line) -> None:
        line.room = 0
        line.inlet.put(b"here")
        assert not line.inlet.is_silent(0)
        line.room = 10
        line.inlet.go_on()
        assert line.inlet.is_silent(0)
        assert not line.inlet.is_silent(60)

    play(scene)


@pytest.mark.attack("A40")
def test_who_could_not_be_heard_while_the_reader_was_busy_is_not_silent() -> None:
    async def scene(line: Line) -> None:
        line.room = 1
        line.inlet.put(b"all of it taken in, and no room for more")
        assert not line.inlet.is_silent(0), "the socket is not read now"
        await asyncio.sleep(0.02)
        line.taken.clear()
        line.inlet.go_on()
        assert not line.inlet.is_silent(0.01), "its answer may be read only from now on"

    play(scene)
