"""Sites in folders: each file is put in its place in one step, and nothing else is touched.

A file is not synced by itself, 100,000 of them would take minutes: all are, before the listing
says that they are as they shall be.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.exports import sentences
from swarmfeed.core.exports.limits import SITE_LIST_BYTES_MAX
from swarmfeed.core.exports.site.listing import LISTING
from swarmfeed.errors import UserError
from swarmfeed.shell.outside import require_outside

FILE_MODE: Final = 0o644
FOLDER_MODE: Final = 0o755
"""Everybody may read a site: that is what it is for, whatever this process makes else."""

_ASIDE: Final = ".part"
"""Behind the name of a file that is being written."""


class FolderSites:
    """Implements ``ports.sites.Sites``."""

    def __init__(self, home: Path) -> None:
        """``home``: of the node; no site is written into it."""
        self._home = home

    @contextmanager
    def open(self, path: str, *, may_begin: bool) -> Iterator["FolderSite"]:
        place = require_outside(self._home, path)
        try:
            if not (place / LISTING).is_file():
                _begin(place, path, may_begin)
            yield FolderSite(place)
        except OSError as error:
            reason = error.strerror or error
            raise UserError(sentences.CANNOT_WRITE(path=path, reason=reason)) from error


class FolderSite:
    """Implements ``ports.sites.SiteFolder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[Path] = set()

    def listing(self) -> bytes | None:
        try:
            with self._place(LISTING).open("rb") as file:
                return file.read(SITE_LIST_BYTES_MAX)
        except FileNotFoundError:
            return None

    def keep_listing(self, raw: bytes) -> None:
        os.sync()
        self.write(LISTING, [raw])
        os.sync()

    def has(self, name: str) -> bool:
        path = self._folder / name
        return path.is_file() and not path.is_symlink()

    def write(self, name: str, parts: Iterable[bytes]) -> None:
        path = self._place(name)
        aside = path.with_name(path.name + _ASIDE)
        try:
            with aside.open("wb") as file:
                os.fchmod(file.fileno(), FILE_MODE)
                for part in parts:
                    file.write(part)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    def delete(self, name: str) -> None:
        path = self._place(name)
        path.unlink(missing_ok=True)
        path.with_name(path.name + _ASIDE).unlink(missing_ok=True)  # a kill left it
        self._made.discard(path.parent)
        with suppress(OSError):  # there is more in it
            if path.parent != self._folder:
                path.parent.rmdir()

    def _place(self, name: str) -> Path:
        """Where a file is, in folders that are there and are no links to others."""
        path = self._folder / name
        for folder in reversed(path.relative_to(self._folder).parents[:-1]):
            below = self._folder / folder
            if below in self._made:
                continue
            with suppress(FileExistsError):
                below.mkdir()
                below.chmod(FOLDER_MODE)
            if below.is_symlink():
                raise NotADirectoryError(None, "a link is in the place of a folder")
            self._made.add(below)
        return path


def _begin(place: Path, path: str, may_begin: bool) -> None:
    """Take an empty folder.  Names with a dot before them do not count: what keeps versions of
    a site, or says things to a web space, is called so."""
    if not may_begin:
        raise UserError(sentences.NO_SITE(path=path))
    if place.is_dir() and any(each.name[:1] != "." for each in place.iterdir()):
        raise UserError(sentences.NOT_EMPTY(path=path))
    if not place.is_dir():
        place.mkdir(parents=True)
        place.chmod(FOLDER_MODE)
