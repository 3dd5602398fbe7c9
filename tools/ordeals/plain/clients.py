"""Real BitTorrent clients on loopback: qBittorrent without a window, and rtorrent.

Each has an address of its own, and looks for nobody outside: no tracker, no local discovery, no
router.  DHT nodes are those it is told of.
"""

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")

READY_S: Final = 60
STOP_S: Final = 20
ANSWER_S: Final = 20

AGAIN_S: Final = 30
"""After so long without what it waits for, a person has a client ask for peers once more.  By
itself qBittorrent dials a peer that it lost after two minutes, a second time after three, and
asks the DHT again after a quarter of an hour: more than a test waits."""

GIVEN_UP_S: Final = 90
"""After so long a person removes a torrent of which nothing came, and adds its link again: what
libtorrent could not reach three times it does not dial any more, whoever names it again."""

LOG_LINES_MAX: Final = 100
"""Of a client's own log, in the words of a failure."""

QBITTORRENT: Final = "qbittorrent-nox"
RTORRENT: Final = "rtorrent"

_SETTINGS: Final = """\
[BitTorrent]
Session\\AddTorrentStopped=false
Session\\DHTEnabled=true
Session\\DefaultSavePath={folder}
Session\\Interface=lo
Session\\InterfaceAddress={host}
Session\\InterfaceName=lo
Session\\LSDEnabled=false
Session\\Port={port}
Session\\QueueingSystemEnabled=false

[LegalNotice]
Accepted=true

[Network]
PortForwardingEnabled=false

[Preferences]
WebUI\\Address=127.0.0.1
WebUI\\CSRFProtection=false
WebUI\\HostHeaderValidation=false
WebUI\\LocalHostAuth=false
WebUI\\Port={page}
WebUI\\UseUPnP=false

[RSS]
AutoDownloader\\EnableProcessing=true
Session\\EnableProcessing=true
Session\\RefreshInterval=1
"""


_networks = itertools.count(1)


def new_network() -> str:
    """An address on loopback in a /24 of its own: of one network clients take one DHT node."""
    number = next(_networks)
    return f"127.{os.getpid() % 60 + 132}.{number % 250}.1"


class ClientFailed(Exception):
    """A client did not do what it was to do."""


def need(program: str) -> str:
    """Where a program is.

    Raises:
        ClientFailed: It is not installed.
    """
    found = shutil.which(program)
    if found is None:
        raise ClientFailed(f"{program} is missing: apt-get install {program}")
    return found


class QBittorrent:
    """A running qBittorrent; its torrents land in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.host = new_network()
        self.port = free_port(self.host)
        self.folder = folder / "downloads"
        self.begun_again = 0
        """Links that had to be added a second time."""
        self._added_again: set[str] = set()
        self._links: dict[str, None] = {}
        """All that were added, in their order."""
        self._page = free_port("127.0.0.1")
        config = folder / "qBittorrent" / "config" / "qBittorrent.conf"
        config.parent.mkdir(parents=True)
        self.folder.mkdir()
        config.write_text(
            _SETTINGS.format(
                folder=self.folder, host=self.host, port=self.port, page=self._page
            )
        )
        data = folder / "qBittorrent" / "data"
        self._list = data / "BT_backup"
        self._own_log = data / "logs" / "qbittorrent.log"
        self._log = (folder / "qbittorrent.log").open("wb")
        self._command = [need(QBITTORRENT), f"--profile={folder}", f"--webui-port={self._page}"]
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        wait_for("qBittorrent's page", self._version, READY_S)
        return process

    def add(self, magnets: Sequence[str]) -> None:
        """Add torrents by their magnet links, as somebody who pastes them."""
        self._links.update(dict.fromkeys(magnets))
        self._ask("torrents/add", urls="\n".join(magnets))

    def subscribe(self, rss: str) -> None:
        """Take whatever an RSS feed lists, from now on."""
        preferences = {"rss_processing_enabled": True, "rss_auto_downloading_enabled": True}
        self._ask("app/setPreferences", json=json.dumps(preferences))
        rule = {"enabled": True, "mustContain": "", "affectedFeeds": [rss]}
        self._ask("rss/setRule", ruleName="all of it", ruleDef=json.dumps(rule))
        self._ask("rss/addFeed", url=rss, path="swarmfeed")

    @property
    def at(self) -> tuple[str, int]:
        """Where its swarm listens."""
        return self.host, self.port

    def torrents(self) -> list[dict[str, Any]]:
        """What it has: ``name``, ``progress``, ``state`` and more."""
        found: list[dict[str, Any]] = json.loads(self._ask("torrents/info"))
        return found

    def holds(self) -> set[str]:
        """Names of the torrents that are whole."""
        return {each["name"] for each in self.torrents() if each["progress"] == 1}

    def wait_until(
        self,
        what: str,
        look: Callable[[], bool],
        seconds: float,
        magnets: Sequence[str] = (),
    ) -> None:
        """Wait as a patient person does, who tells it now and then to ask again.

        Args:
            magnets: Links of which none may be forgotten, or stand still for good.

        Raises:
            ClientFailed: ``look`` is not true in time.
        """
        asks = itertools.count(1)
        started_s, due_s = time.monotonic(), AGAIN_S * next(asks)

        def look_on() -> bool:
            nonlocal due_s
            if time.monotonic() - started_s > due_s:
                due_s = AGAIN_S * next(asks)
                self.ask_again()
                self._begin_again(magnets)
            return look()

        try:
            wait_for(what, look_on, seconds)
        except ClientFailed as failed:
            raise ClientFailed(f"{failed}\n{self._states()}") from None

    def ask_again(self) -> None:
        """What a person can click: update the RSS feed, and ask the DHT for peers now."""
        self._ask("torrents/reannounce", hashes="all")
        for feed in json.loads(self._ask("rss/items")):
            self._ask("rss/refreshItem", itemPath=feed)

    def _begin_again(self, magnets: Sequence[str]) -> None:
        """Add links that it has not; remove those that are given up, to be added next time.

        Rarely version 4.5 loses a torrent between its list and libtorrent, and takes every
        further link to it for one that is being added, after a start too: then it is started
        with an empty list, and given all links, as a person would do.
        """
        there = {each["infohash_v1"]: each for each in self.torrents()}
        for magnet in magnets:
            found = there.get(hash_in(magnet).hex())
            if found is None and magnet in self._added_again:
                self._start_over()
                return
            if found is None:
                self.begun_again += 1
                self._added_again.add(magnet)
                self.add([magnet])
            elif found["progress"] == 0 and found["time_active"] > GIVEN_UP_S:
                self._ask("torrents/delete", hashes=found["hash"], deleteFiles="true")

    def _start_over(self) -> None:
        """What it has downloaded it keeps."""
        end(self._process)
        shutil.rmtree(self._list, ignore_errors=True)
        self._process = self._start()
        self._added_again.clear()
        self.add(list(self._links))

    def said(self) -> str:
        """Each torrent's state, and the end of its own log: for the words of a failure."""
        return f"qBittorrent:\n{self._states()}\n{last_lines(self._own_log)}"

    def _states(self) -> str:
        return "\n".join(
            f"{each['name']}: {each['state']}, {each['progress']:.0%}, "
            f"{each['num_seeds']} seeds, {each['num_leechs']} others"
            for each in self.torrents()
        )

    def transfer(self) -> dict[str, Any]:
        """``dht_nodes`` and more."""
        found: dict[str, Any] = json.loads(self._ask("transfer/info"))
        return found

    def version(self) -> str:
        return self._ask("app/version")

    def end(self) -> None:
        end(self._process)
        self._log.close()

    def _version(self) -> str:
        try:
            return self.version()
        except OSError:
            return ""

    def _ask(self, what: str, **form: str) -> str:
        connection = HTTPConnection("127.0.0.1", self._page, timeout=ANSWER_S)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", f"/api/v2/{what}", urlencode(form), headers)
            response = connection.getresponse()
            content = response.read().decode()
        finally:
            connection.close()
        if response.status != 200:
            raise ClientFailed(f"{what}: {response.status} {content[:200]}")
        return content


@contextmanager
def qbittorrent(folder: Path) -> Iterator[QBittorrent]:
    """A qBittorrent that runs for as long as the block lasts."""
    client = QBittorrent(folder)
    try:
        with telling(client.said):
            yield client
    finally:
        client.end()


@contextmanager
def rtorrent(folder: Path, links: Sequence[str]) -> Iterator[Path]:
    """An rtorrent without a terminal on magnet links; gives the folder it downloads into.

    It knows no DHT: on loopback 0.9.8 finds nobody in one.
    """
    host, downloads = new_network(), folder / "downloads"
    (folder / "session").mkdir(parents=True)
    downloads.mkdir()
    port, config = free_port(host), folder / "rtorrent.rc"
    options = [
        "system.daemon.set = true",
        f"directory.default.set = {downloads}",
        f"session.path.set = {folder / 'session'}",
        "dht.mode.set = off",
        "protocol.pex.set = no",
        f"network.port_range.set = {port}-{port}",
        f'log.open_file = "said", {folder / "said.log"}',
        *(f'log.add_output = "{each}", "said"' for each in ("info", "tracker_debug")),
    ]
    config.write_text("\n".join(options) + "\n")
    with (folder / "rtorrent.log").open("wb") as log:
        process = subprocess.Popen(
            [need(RTORRENT), "-n", "-b", host, "-o", f"import={config}", *links],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        with telling(lambda: f"rtorrent:\n{last_lines(folder / 'said.log')}"):
            yield downloads
    finally:
        end(process)


@contextmanager
def telling(said: Callable[[], str]) -> Iterator[None]:
    """What fails in the block tells, as a note, what this one has to say about it."""
    try:
        yield
    except Exception as error:
        # What has failed may have nothing to say any more, which is no failure of its own.
        with suppress(Exception):
            error.add_note(said())
        raise


def last_lines(log: Path) -> str:
    """The end of a log; nothing, where there is none."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES_MAX:])


def hash_in(magnet: str) -> bytes:
    """The v1 info-hash that a magnet link names."""
    return bytes.fromhex(magnet.partition("btih:")[2][:40])


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a client to stop; killed, if it does not."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port(host: str) -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(what: str, look: Callable[[], T | None], seconds: float) -> T:
    """Return what ``look`` finds as soon as it is true.

    Raises:
        ClientFailed: It is not in time.
    """
    deadline_s = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline_s:
            raise ClientFailed(f"no sign of {what} in {seconds:.0f} s")
        time.sleep(0.1)
    return found
