"""What a machine refuses is told once, tried again, and over when all doors open."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from street.fakes.clock import FakeClock
from street.loop import VirtualLoop, settle
from street.loop import play as play_virtually
from swarmfeed.core.asks.troubles import FILES, FORBIDDEN, FULL
from swarmfeed.core.base.types import NodeId
from swarmfeed.errors import FatalError, MendingError, PassingError, UserError
from swarmfeed.node.ground.events import Events, Fatal, Relieved, Strained, listens
from swarmfeed.node.ground.fairness import Fairness, off_loop
from swarmfeed.node.ground.strain import RETRY_EVERY_S, Strain
from swarmfeed.node.ground.tasks import Tasks

pytestmark = pytest.mark.attack("A26")


class Rig:
    def __init__(self) -> None:
        self.events, self.beside = Events(), Tasks()
        self.refuses: Exception | None = None
        self.tries = 0
        self.relieved = 0
        self.fatal: list[str] = []
        self.strain = Strain(self.events, self.beside, (self.check,))
        self.events.connect(
            [
                *self.strain.rows(),
                listens(Relieved, self.on_relieved),
                listens(Fatal, lambda event: self.fatal.append(str(event.error))),
            ]
        )

    async def check(self) -> None:
        self.tries += 1
        if self.refuses is not None:
            raise self.refuses

    def on_relieved(self, _: Relieved) -> None:
        self.relieved += 1

    def refuse(self, error: PassingError) -> None:
        self.refuses = error
        self.events.tell(Strained(error))


def play(script: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        rig = Rig()
        await script(rig)
        await rig.beside.stop()

    play_virtually(run)


async def tried(times: int = 1) -> None:
    """Let the disk be tried so often."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    for _ in range(times):
        await settle()
        loop.skipped_s += RETRY_EVERY_S + 0.01
        await settle()


def test_all_is_well_and_nothing_is_tried() -> None:
    async def script(rig: Rig) -> None:
        await tried(5)
        assert rig.tries == 0 and rig.strain.now() == ()

    play(script)


def test_a_full_disk_is_said_until_it_takes_something_again() -> None:
    async def script(rig: Rig) -> None:
        rig.refuse(FULL.unsaved("a post"))
        rig.events.tell(Strained(FULL.unsaved("another")))
        assert rig.strain.now() == (FULL.state(),)
        await tried(3)
        assert rig.tries == 3 and rig.relieved == 0
        rig.refuses = None
        await tried()
        assert rig.strain.now() == () and rig.relieved == 1
        await tried(3)
        assert rig.tries == 4, "nobody tries what is not refused"

    play(script)


def test_what_is_refused_now_is_said_and_not_what_was_at_first() -> None:
    async def script(rig: Rig) -> None:
        rig.refuse(FULL.unsaved("a post"))
        rig.refuse(FILES.unread("a chunk"))
        assert rig.strain.now() == (FULL.state(), FILES.state())
        await tried()
        assert rig.strain.now() == (FILES.state(),)

    play(script)


def test_who_is_refused_again_at_once_is_heard_again() -> None:
    async def script(rig: Rig) -> None:
        def again(_: Relieved) -> None:
            if rig.relieved == 1:
                rig.events.tell(Strained(FILES.unread("a chunk")))

        rig.events.connect([listens(Relieved, again)])
        rig.events.tell(Strained(FULL.unsaved("a post")))
        await tried()
        assert rig.strain.now() == (FILES.state(),)
        await tried()
        assert rig.strain.now() == () and rig.relieved == 2

    play(script)


def test_what_is_refused_again_after_each_relief_is_tried_ever_more_seldom() -> None:
    async def script(rig: Rig) -> None:
        def again(_: Relieved) -> None:
            if forbidden:
                rig.events.tell(Strained(FORBIDDEN.unread("one journal")))

        forbidden = True
        rig.events.connect([listens(Relieved, again)])
        rig.events.tell(Strained(FORBIDDEN.unread("one journal")))
        await tried(300)  # ten minutes
        assert 5 <= rig.relieved <= 30, "each time everybody is asked for everything"
        assert rig.strain.now() == (FORBIDDEN.state(),)
        forbidden = False
        await tried(40)
        assert rig.strain.now() == ()
        await tried(40)
        before = rig.relieved
        rig.events.tell(Strained(FULL.unsaved("a post")))
        await tried()
        assert rig.relieved == before + 1, "another time it is tried soon"

    play(script)


@pytest.mark.parametrize(
    "other", [MendingError("the index is made anew"), UserError("there is no such folder")]
)
def test_a_door_that_meets_something_else_does_not_end_the_watch(other: Exception) -> None:
    async def script(rig: Rig) -> None:
        rig.refuses = other
        rig.events.tell(Strained(FULL.unsaved("a post")))
        await tried(2)
        rig.refuses = None
        await tried()
        assert rig.strain.now() == () and rig.relieved >= 1
        rig.refuse(FILES.unread("a chunk"))
        rig.refuses = None
        before = rig.relieved
        await tried()
        assert rig.relieved == before + 1, "and who is refused later is heard"

    play(script)


def test_no_peer_pays_for_what_follows_a_refusal_that_it_met_first() -> None:
    async def script(rig: Rig) -> None:
        clock = FakeClock()
        account = Fairness(clock).account(NodeId(bytes(32)))
        took_up: list[asyncio.Task[None]] = []

        async def take_up() -> None:
            await off_loop(lambda: clock.work(60))

        async def heard() -> None:
            rig.events.tell(Strained(FULL.unsaved("a post")))

        rig.events.connect(
            [listens(Relieved, lambda _: took_up.append(rig.beside.spawn(take_up())))]
        )
        before = account.seconds.left(0)
        await account.pay(heard)
        await tried()
        await asyncio.gather(*took_up)
        assert took_up and clock.busy_s() == 60
        assert account.seconds.left(0) == before

    play(script)


def test_a_disk_that_fails_for_good_meanwhile_stops_the_node() -> None:
    async def script(rig: Rig) -> None:
        rig.refuses = FatalError("the folder was not synced")
        rig.events.tell(Strained(FULL.unsaved("a post")))
        await tried(3)
        assert rig.fatal == ["the folder was not synced"] and rig.tries == 1

    play(script)
