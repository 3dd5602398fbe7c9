"""How commands find the page of a running node: ``run/page.json`` in its home.

``{"key": bearer key, "pid": process, "url": "http://127.0.0.1:PORT"}``, readable by its
owner alone.  It is there only while the page is served.
"""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.asks import sentences
from swarmfeed.errors import UserError

NAME: Final = "page.json"
READER_KEY_NAME: Final = "reader.key"


class RunFile:
    """The files a served page keeps in the run folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / NAME

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
        path = self._folder / READER_KEY_NAME
        with suppress(OSError):
            if len(known := path.read_text().strip()) >= 43:
                return known
        key = secrets.token_urlsafe(32)
        self._put(path, key + "\n")
        return key

    def _put(self, path: Path, text: str) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(temporary, flags, 0o600), "w") as file:
                file.write(text)
            temporary.replace(path)
        except OSError as error:
            raise UserError(sentences.NOT_WRITABLE(path=path, reason=error.strerror)) from error
