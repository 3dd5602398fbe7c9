"""Doors of a command that lead to Anna's desk, wherever her node is said to run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace
from swarmfeed.cli.doors import Doors, Passphrase
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.base.address import Link
from swarmfeed.core.base.backup_words import words_of_seed
from swarmfeed.node.ground.home import (
    Begun,
    Created,
    Invited,
    Joining,
    Ready,
    Restored,
    SecureAt,
)
from swarmfeed.node.ground.settings import NodeSettings

from street.fakes.anna import LINK, ME, NEXT_WORDS, NOW_MS, SHEET_LINK, WORDS
from street.fakes.annas_desk import AnnasDesk


class FakeDoors:
    """Everything a command reaches, in memory; ``doors`` goes to click as its object."""

    def __init__(self, desk: AnnasDesk) -> None:
        self.desk = desk
        self.settings: list[NodeSettings] = []
        self.created: list[tuple[str, str]] = []
        self.restored: list[tuple[str, str, str]] = []
        self.restored_by: list[Link | None] = []
        self.joined: list[tuple[str, Joining]] = []
        self.tells: tuple[Invited | str, ...] = ()
        """What a person is shown while a machine becomes a device."""
        self.ran_with: list[tuple[NodeSettings, str]] = []
        self.opened: list[str] = []
        self.sockets: list[Sequence[object]] = []
        """Of the page, that each node got."""
        self.secure: SecureAt | None = None
        """Where apps find a node by https."""
        self.begins: Begun | None = None
        """What becomes of a start on the page."""
        self.doors = Doors(
            open_desk=self._open_desk,
            page_link=lambda home: "http://127.0.0.1:1/login?token=t",
            create_home=self._create_home,
            restore_home=self._restore_home,
            join_home=self._join_home,
            run_node=self._run_node,
            run_start=self._run_start,
            open_browser=self.opened.append,
            now_ms=lambda: NOW_MS,
        )

    @contextmanager
    def _open_desk(
        self, home: Path, settings: NodeSettings, passphrase: Passphrase
    ) -> Iterator[AnnasDesk]:
        self.settings.append(settings)
        yield self.desk

    def _create_home(
        self, home: Path, name: str, passphrase: str, show: Callable[[Created], None]
    ) -> Created:
        home.mkdir(parents=True, exist_ok=True)
        self.created.append((name, passphrase))
        me = replace(ME, name=name)
        created = Created(
            whoami=me, author_words=WORDS, next_words=NEXT_WORDS, sheet_link=SHEET_LINK
        )
        show(created)
        return created

    def _restore_home(
        self,
        home: Path,
        name: str,
        passphrase: str,
        seeds: tuple[bytes, ...],
        link: Link | None,
        settings: NodeSettings,
        within_s: float,
    ) -> Restored:
        home.mkdir(parents=True, exist_ok=True)
        self.restored.append((name, passphrase, words_of_seed(seeds[0])))
        return Restored(whoami=replace(ME, name=name))

    def _join_home(
        self,
        home: Path,
        passphrase: str,
        wanted: Joining,
        show: Callable[[Invited | str], None],
    ) -> Whoami:
        self.joined.append((passphrase, wanted))
        for told in self.tells:
            show(told)
        return ME

    def _run_start(
        self, home: Path, settings: NodeSettings, on_ready: Callable[[str], None]
    ) -> Begun | None:
        on_ready("http://127.0.0.1:1/login?token=s")
        return self.begins

    def _run_node(
        self,
        home: Path,
        settings: NodeSettings,
        passphrase: str,
        on_ready: object,
        sockets: Sequence[object],
    ) -> None:
        self.ran_with.append((settings, passphrase))
        self.sockets.append(sockets)
        assert callable(on_ready)
        page = "http://127.0.0.1:1/login?token=t"
        on_ready(Ready(page_link=page, link=LINK, secure=self.secure))
        raise KeyboardInterrupt
