"""What a page keeps in the folder ``run`` of its home, readable by its owner alone.

``page.json``, how commands find it: ``{"key": bearer key, "pid": process, "url":
"http://127.0.0.1:PORT"}``; there only while the page is served.  ``logins.json``: who is
logged in (``webui.logins``).  ``reader.key``: behind the links of torrent lists.
"""

import json
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog
from swarmfeed.core.asks import sentences
from swarmfeed.errors import UserError

from webui.logins import Kept, Logins, format_kept, parse_kept

NAME: Final = "page.json"
READER_KEY_NAME: Final = "reader.key"
LOGINS_NAME: Final = "logins.json"

logger = structlog.get_logger()


class RunFile:
    """The files a served page keeps in the run folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = self._path(NAME)

    def write(self, url: str, key: str) -> None:
        """Tell commands where the page is.  Raises UserError."""
        self._put(self.path, json.dumps({"key": key, "pid": os.getpid(), "url": url}))

    def remove(self, key: str) -> None:
        """Remove the file, unless a later node wrote it."""
        with suppress(OSError, ValueError):
            if json.loads(self.path.read_text())["key"] == key:
                self.path.unlink()

    def reader_key(self) -> str:
        """Return the secret behind torrent list links; it outlives restarts, as the
        subscriptions of BitTorrent clients have to.  Raises UserError."""
        path = self._path(READER_KEY_NAME)
        with suppress(OSError):
            if len(known := path.read_text().strip()) >= 43:
                return known
        key = secrets.token_urlsafe(32)
        self._put(path, key + "\n")
        return key

    def logins(self, port: int) -> Logins:
        """Return who is logged in to the page on this port, from now on kept here."""
        text = ""
        with suppress(OSError, ValueError):
            text = self._path(LOGINS_NAME).read_text(encoding="ascii")
        kept = parse_kept(text, port, int(time.time()))
        self._keep(kept)
        return Logins(kept, self._keep)

    def _keep(self, kept: Kept) -> None:
        """Keep who is logged in; on a disk that takes nothing, keep nobody.

        Somebody who logged out must not be logged in again by the next start.
        """
        try:
            self._put(self._path(LOGINS_NAME), format_kept(kept))
        except UserError as error:
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
            raise UserError(sentences.NOT_WRITABLE(path=path, reason=error.strerror)) from error
