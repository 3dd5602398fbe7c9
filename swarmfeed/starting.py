"""A start without a home: the page makes one, then the node runs on the same port.

Until the home is whole nothing but the folder's lock is on the disk: keys and words are in
memory, and gone when somebody thinks better of it.  While the node starts, browsers wait in
the queue of the listening sockets, which both pages share.
"""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from pathlib import Path
from threading import RLock
from typing import Any, Final, TypeVar

from msgspec.structs import replace
from webui.asgi import PageServer, Surroundings
from webui.begin import Paper, SoFar, Stage
from webui.listening import listen
from webui.pages import login
from webui.pages.start import start_pages

from swarmfeed import joining, recovering, wiring
from swarmfeed.core.asks import start_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.change import Change
from swarmfeed.core.asks.devices import check_device_name
from swarmfeed.core.asks.profile import clean_name
from swarmfeed.core.base.address import link_in, parse_link
from swarmfeed.core.base.aead import NONCE_BYTES
from swarmfeed.core.base.backup_words import seeds_of_words, what_is_wrong
from swarmfeed.core.base.papers import Papers, asked_back, seal_second
from swarmfeed.errors import SwarmfeedError, UserError
from swarmfeed.node.ground.home import Begun, Created, Invited, Joining, key_path
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.durable import make_folder
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.disk.keyfile import open_keys
from swarmfeed.shell.disk.papers import write_papers
from swarmfeed.shell.owners import Owners
from swarmfeed.wiring import NewAuthor

A = TypeVar("A")

FIRST_PEOPLE: Final = "/start/people"
"""The last step: a page of the node that runs by then."""


def run_start(
    home: Path, settings: NodeSettings, on_ready: Callable[[str], None]
) -> Begun | None:
    """Serve the pages of a first start until there is a home; None: it was told to stop.

    Args:
        on_ready: Told once, by which link a browser is logged in.

    Raises:
        UserError: The port is taken, or another process starts here.
    """
    run_folder = home / "run"
    make_folder(run_folder)
    wiring.close(home)
    # The home's own lock is for whoever makes it; this one says that somebody is at it.
    with HomeLock(run_folder):
        return asyncio.run(_run(home, settings, on_ready))


async def _run(
    home: Path, settings: NodeSettings, on_ready: Callable[[str], None]
) -> Begun | None:
    loop, ended, unwanted = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

    def leave() -> None:
        unwanted.set()
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, leave)
    start = Start(home, settings, loop, ended.set)
    sockets, owners = await listen(settings.page_port), Owners()
    kept = [each.dup() for each in sockets]
    page = PageServer(
        NoDesk(),
        home / "run",
        pages=[start_pages(start), login.PAGE],
        port=sockets,
        given=Surroundings(owner_of=owners.owner_of),
    )
    try:
        await page.start()
        on_ready(page.login_link())
        await ended.wait()
    finally:
        await start.stop()
        await page.stop()
        owners.close()
    # Also while the last page went out, with the home whole, somebody may have said to stop.
    if start.so_far().stage is Stage.DONE and not unwanted.is_set():
        return Begun(passphrase=start.passphrase, sockets=kept)
    for each in kept:
        each.close()
    return None


class NoDesk:
    """Implements ``desk.Desk`` where there is no node."""

    def ask(self, ask: Ask[A]) -> A:
        raise UserError(sentences.NOT_STARTED())

    def asks(self) -> Mapping[str, type[Ask[Any]]]:
        return {}

    async def changes(self) -> AsyncIterator[Change]:
        await asyncio.Event().wait()
        nothing: tuple[Change, ...] = ()
        for change in nothing:
            yield change


class Start:
    """Implements ``webui.begin.Beginner`` on a folder that has no home yet."""

    def __init__(
        self,
        home: Path,
        settings: NodeSettings,
        loop: asyncio.AbstractEventLoop,
        done: Callable[[], None],
    ) -> None:
        """Nothing is made.

        Args:
            loop: Where what takes long is done.
            done: Called in the loop once the home is whole, or its keys are open.
        """
        self._home = home
        self._settings = settings
        self._loop = loop
        self._done = done
        self._lock = RLock()
        self._task: asyncio.Task[None] | None = None
        self._seeds: list[bytes] = []
        """Of words that were typed, while they are tried."""
        self._author: NewAuthor | None = None
        self._sheets: tuple[Paper, ...] = ()
        self._due: list[Paper] = []
        """Those that were put off."""
        self._name = ""
        self.passphrase = ""
        """Of the home, once there is one."""
        first = Stage.CLOSED if key_path(home).exists() else Stage.NEW
        self._first = self._now = SoFar(stage=first)

    def so_far(self) -> SoFar:
        with self._lock:
            sheet = self._sheets[0] if self._now.stage is Stage.SHEETS else None
            return replace(self._now, sheet=sheet)

    def unlock(self, passphrase: str) -> None:
        self._require(Stage.CLOSED)
        open_keys(key_path(self._home), passphrase)
        self._finish(passphrase)

    def draw(self, name: str, passphrase: str) -> None:
        with self._lock:
            self._require(Stage.NEW)
            self._name, self.passphrase = clean_name(name), passphrase
            self._author = author = NewAuthor.drawn()
            self._due = []
            self._sheets = tuple(
                Paper(
                    words=tuple(words.split()),
                    asked=asked_back(secrets.token_bytes(64)),
                    link=author.sheet_link,
                    is_second=number == 1,
                )
                for number, words in enumerate(author.words)
            )
            self._now = SoFar(stage=Stage.SHEETS)

    def practise(self, typed: Mapping[int, str]) -> Mapping[int, str]:
        with self._lock:
            self._require(Stage.SHEETS)
            sheet = self._sheets[0]
            said = {
                number: what_is_wrong(typed.get(number, ""), sheet.words[number - 1])
                for number in sheet.asked
            }
            wrong = {number: each for number, each in said.items() if each}
            if not wrong:
                self._next_sheet()
            return wrong

    def put_off(self) -> None:
        with self._lock:
            self._require(Stage.SHEETS)
            self._due.append(self._sheets[0])
            self._next_sheet()

    def restore(self, words: str, link: str, passphrase: str) -> None:
        seeds = self._seeds = self._seeds or seeds_of_words(words)
        # What stands below the words on the sheet may have been typed with them.
        whose = parse_link(link) if link else link_in(words)

        def look() -> None:
            recovering.restore(
                *(self._home, "", passphrase, seeds, whose, self._settings),
                recovering.LOOK_UP_S,
            )

        self._begin(
            SoFar(
                stage=Stage.LOOKING,
                said=sentences.LOOKING(),
                has_words=True,
                leads_to="/start/restore",
            ),
            asyncio.to_thread(look),
            passphrase,
        )

    def wait_for_device(self, name: str, passphrase: str) -> None:
        wanted = Joining(
            device=check_device_name(name) if name else "",
            listen=self._settings.listen,
            port=0,
            at=(),
        )
        self._begin(
            SoFar(stage=Stage.WAITING, leads_to="/start/device"),
            joining.join_here(self._home, passphrase, wanted, self._show),
            passphrase,
        )

    def start_over(self) -> None:
        with self._lock:
            if self._now.stage in (Stage.LOOKING, Stage.DONE):
                raise UserError(sentences.WORKING())  # a home may be there any moment
            if self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)
            self._author, self._sheets, self._due, self.passphrase = None, (), [], ""
            self._seeds = []
            self._now = self._first

    async def stop(self) -> None:
        """End what is waited for; in the loop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # --- inside ---

    def _require(self, stage: Stage) -> None:
        if self._now.stage is not stage:
            raise UserError(sentences.WORKING())

    def _next_sheet(self) -> None:
        if len(self._sheets) > 1:
            self._sheets = self._sheets[1:]
            return
        assert self._author is not None, "there are sheets of somebody"
        wiring.create_home(
            self._home, self._name, self.passphrase, self._note_papers, author=self._author
        )
        self._finish(self.passphrase, FIRST_PEOPLE)

    def _note_papers(self, created: Created) -> None:
        """Remember what was put off: just before there is a home."""
        author = self._author
        assert author is not None, "a home of somebody is made"
        sealed = b""
        if any(each.is_second for each in self._due):
            sealed = seal_second(
                author.seed, author.next_seed, secrets.token_bytes(NONCE_BYTES)
            )
        is_first_due = any(not each.is_second for each in self._due)
        write_papers(self._home, Papers(first=is_first_due, second=sealed))

    def _show(self, told: Invited | str) -> None:
        with self._lock:
            if isinstance(told, str):
                self._now = replace(self._now, said=told)
            else:
                self._now = replace(self._now, device_link=told.link)

    def _begin(self, now: SoFar, work: Coroutine[Any, Any, object], passphrase: str) -> None:
        """Do in the loop what takes long, and say meanwhile what is done."""
        with self._lock:
            if self._now.stage is not Stage.NEW:
                work.close()
                raise UserError(sentences.WORKING())
            self._now = now

        async def begin() -> None:
            self._task = asyncio.create_task(self._see_through(work, passphrase))

        asyncio.run_coroutine_threadsafe(begin(), self._loop).result()

    async def _see_through(self, work: Coroutine[Any, Any, object], passphrase: str) -> None:
        try:
            await work
        except (SwarmfeedError, OSError) as error:
            self._fail(str(error))
        except asyncio.CancelledError:
            self._fail("")
            raise
        else:
            self._finish(passphrase)

    def _fail(self, trouble: str) -> None:
        with self._lock:
            self._now = replace(self._now, stage=Stage.NEW, trouble=trouble, said="")

    def _finish(self, passphrase: str, leads_to: str = "/") -> None:
        with self._lock:
            self.passphrase, self._author = passphrase, None
            self._sheets, self._seeds = (), []
            self._now = SoFar(stage=Stage.DONE, said=sentences.STARTING(), leads_to=leads_to)
        self._loop.call_soon_threadsafe(self._done)
