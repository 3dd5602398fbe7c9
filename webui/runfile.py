"""What a page keeps in the folder ``run`` of its home, readable by its owner alone.

``page.json``, how commands find it: ``{"key": bearer key, "pid": process, "url":
"http://127.0.0.1:PORT"}``; there only while the page is served.  ``logins.json``: who is
logged in (``webui.logins``).  ``apps.json``: which apps were let in (``webui.apps``).
``reader.key``: behind the links of torrent lists.
"""

import asyncio
import json
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.troubles import refusal
from swarmfeed.errors import PassingError, UserError

from webui.apps import AppBook, format_book, parse_book
from webui.logins import Kept, Logins, format_kept, parse_kept

NAME: Final = "page.json"
READER_KEY_NAME: Final = "reader.key"
LOGINS_NAME: Final = "logins.json"
APPS_NAME: Final = "apps.json"
SPARE_NAME: Final = ".page.spare"

SPARE_BYTES: Final = 4_096
"""Room that is kept for the page's file: a block of most file systems."""

RETRY_EVERY_S: Final = 2.0
"""How often writing is tried again that the disk refused."""

logger = structlog.get_logger()


class RunFile:
    """The files a served page keeps in the run folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = self._path(NAME)
        self._spare = self._path(SPARE_NAME)
        self._waiting: asyncio.TimerHandle | None = None

    def write(self, url: str, key: str) -> None:
        """Tell commands where the page is: at once, or as soon as the disk takes it.

        Called in a loop that runs.  Raises UserError.
        """
        text = json.dumps({"key": key, "pid": os.getpid(), "url": url})
        try:
            self._put(self.path, text)
            self._keep_spare()
        except PassingError as error:
            if not self._use_spare(text):
                logger.warning(sentences.NOT_FOUND_YET(reason=error))
                again = asyncio.get_running_loop().call_later
                self._waiting = again(RETRY_EVERY_S, self.write, url, key)

    def remove(self, key: str) -> None:
        """Remove the file, unless a later node wrote it."""
        if self._waiting is not None:
            self._waiting.cancel()
        with suppress(OSError, ValueError):
            if json.loads(self.path.read_text())["key"] == key:
                self._give_back()

    def reader_key(self) -> str:
        """Return the secret behind torrent list links; it outlives restarts, as the
        subscriptions of BitTorrent clients have to.  Raises UserError.

        Where it cannot be read or kept now, it is another one until the next start.
        """
        path = self._path(READER_KEY_NAME)
        key = secrets.token_urlsafe(32)
        try:
            with suppress(FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
                if len(known := path.read_text().strip()) >= 43:
                    return known
            self._put(path, key + "\n")
        except PassingError as error:
            logger.warning(str(error))
        except OSError as error:
            logger.warning(str(refusal(error, path) or error))
        return key

    def logins(self, port: int) -> Logins:
        """Return who is logged in to the page on this port, from now on kept here."""
        text = ""
        with suppress(OSError, ValueError):
            text = self._path(LOGINS_NAME).read_text(encoding="ascii")
        kept = parse_kept(text, port, int(time.time()))
        self._keep(kept)
        return Logins(kept, self._keep)

    def apps(self, port: int) -> AppBook:
        """Return which apps were let in to the page on this port, from now on kept here."""
        path, text = self._path(APPS_NAME), ""
        with suppress(OSError, ValueError):
            text = path.read_text(encoding="ascii")
        book = parse_book(text, port)
        return AppBook(book, lambda changed: self._put(path, format_book(changed, port)))

    def _keep(self, kept: Kept) -> None:
        """Keep who is logged in; on a disk that takes nothing, keep nobody.

        Somebody who logged out must not be logged in again by the next start.
        """
        try:
            self._put(self._path(LOGINS_NAME), format_kept(kept))
        except (UserError, PassingError) as error:
            logger.warning("logins are not kept", reason=str(error))
            with suppress(OSError):
                self._path(LOGINS_NAME).unlink(missing_ok=True)
                self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _put(self, path: Path, text: str) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(temporary, flags, 0o600), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            self._sync_folder()
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            elsewhere = UserError(sentences.NOT_WRITABLE(path=path, reason=error.strerror))
            raise refusal(error, path) or elsewhere from error

    def _keep_spare(self) -> None:
        """Have room for the page's file also on a disk that is full by the next start."""
        with suppress(UserError, PassingError):
            if not self._spare.exists():
                self._put(self._spare, " " * SPARE_BYTES)

    def _use_spare(self, text: str) -> bool:
        """Write into room that there is already; returns whether there was.

        That of a node that was killed does as well: nobody reads its file any more.
        """
        for path in (self._spare, self.path):
            with suppress(OSError):
                _fill(path, text)
                path.replace(self.path)
                return True
        return False

    def _give_back(self) -> None:
        """Remove the page's file, and keep its room if there is no other."""
        if self._spare.exists():
            self.path.unlink()
        else:
            self.path.replace(self._spare)
            _fill(self._spare, "")


def _fill(path: Path, text: str) -> None:
    """Write over a file that is there, in the room it has."""
    with path.open("r+") as file:
        file.write(text.ljust(SPARE_BYTES))
