"""Files of media in a home.

media/
    files/<name>.medium     whole, verified; ``<name>.said`` beside it is what is known of it
    incoming/               on their way, or being made
    shown/<name>-small      pictures made anew of them for a page; can be made again
    uploads/<random>        handed over, for a post that is not written yet
    drafts/<random>         the same, sealed: as long as a draft names it
"""

import mmap
import os
import secrets
import shutil
from collections import defaultdict
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.limits import MEDIUM_BYTES_MAX
from swarmfeed.core.feed.medium import ENDING, medium_name
from swarmfeed.core.feed.metainfo import Pieces, hash_pieces
from swarmfeed.core.media import sentences
from swarmfeed.core.media.drafted import HANDED_NAME_BYTES, is_handed_name
from swarmfeed.core.media.limits import UPLOADS_MAX
from swarmfeed.errors import BadEncodingError, DamageError, UserError
from swarmfeed.ports.media import KeptMedium
from swarmfeed.shell.disk.durable import (
    fsync_file,
    make_folder,
    move_file,
    read_file,
    unread,
    unsaved,
    write_file,
)

SAID: Final = ".said"
SAID_BYTES_MAX: Final = 64 * 1024
_CODEC: Final = codec_of(KeptMedium)


class DiskMedia:
    """Implements ``ports.media.MediaFiles``."""

    def __init__(self, home: Path) -> None:
        """Nothing is made before it is needed."""
        self._home = home
        self.folder: Final = home / "files"
        self.incoming: Final = home / "incoming"
        self._shown: Final = home / "shown"
        self._uploads: Final = home / "uploads"
        self._drafts: Final = home / "drafts"

    def read(self) -> list[KeptMedium]:
        self._make()
        found = []
        with unread(self.folder):
            names = {each.name for each in self.folder.iterdir()}
        for name in sorted(each for each in names if each.endswith(SAID)):
            with suppress(BadEncodingError, DamageError, FileNotFoundError):
                said = read_file(self.folder / name, SAID_BYTES_MAX)
                kept = _CODEC.read(decode_fields(said, "medium", limit_bytes=SAID_BYTES_MAX))
                if medium_name(kept.id) in names:
                    found.append(kept)
                else:  # a crash came between the two
                    self.drop([kept.id])
        self._drop_made_of_others(names)
        return found

    def free_bytes(self) -> int:
        with unread(self._home):
            return shutil.disk_usage(
                self._home if self._home.exists() else self._home.parent
            ).free

    def hash(self, path: Path) -> Pieces:
        with unread(path), path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise UserError(sentences.EMPTY_FILE())
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return hash_pieces(content)

    def keep(self, path: Path, kept: KeptMedium) -> None:
        self._make()
        fsync_file(path)
        # What is known comes first: without it nobody finds the file.
        self.remember(kept)
        move_file(path, self.folder / medium_name(kept.id))

    def remember(self, kept: KeptMedium) -> None:
        write_file(self._said(kept.id), encode(_CODEC.write(kept)))

    def drop(self, ids: Iterable[Hash]) -> None:
        for each in ids:
            for path in (
                self.folder / medium_name(each),
                self._said(each),
                *(self._made(each, form) for form in ("whole", "small")),
            ):
                with unsaved(path):
                    path.unlink(missing_ok=True)

    def drop_incoming(self, medium_id: Hash) -> None:
        path = self.incoming / medium_name(medium_id)
        with unsaved(path):
            path.unlink(missing_ok=True)

    def write_incoming(self, name: str, content: Iterable[bytes]) -> Path:
        self._make()
        path = self.incoming / name
        with unsaved(path), path.open("wb") as file:
            file.writelines(content)
        return path

    def shown(self, medium_id: Hash, form: str) -> Path | None:
        path = self._made(medium_id, form)
        return path if path.exists() else None

    def made_bytes(self) -> dict[str, int]:
        sizes: dict[str, int] = defaultdict(int)
        with unread(self._shown), suppress(FileNotFoundError):
            for path in self._shown.iterdir():
                sizes[_name_of(path)] += path.stat().st_size
        return sizes

    def write_shown(self, medium_id: Hash, form: str, content: bytes) -> None:
        self._make()
        path = self._made(medium_id, form)
        aside = self.incoming / secrets.token_hex(HANDED_NAME_BYTES)
        with unsaved(path):
            aside.write_bytes(content)
            aside.replace(path)

    # --- what is handed over ---

    def begin_upload(self) -> str:
        self._make()
        name = secrets.token_hex(HANDED_NAME_BYTES)
        with unsaved(self._uploads):
            waiting = sorted(self._uploads.iterdir(), key=lambda each: each.stat().st_mtime_ns)
            for path in waiting[: max(0, len(waiting) - UPLOADS_MAX + 1)]:
                path.unlink(missing_ok=True)
            (self._uploads / name).touch(mode=0o600)
        return name

    def add_part(self, upload: str, data: bytes) -> int:
        path = self.upload(upload)
        with unsaved(path), path.open("ab") as file:
            if file.tell() + len(data) > MEDIUM_BYTES_MAX:
                raise UserError(sentences.FILE_TOO_LONG(most=MEDIUM_BYTES_MAX // 2**20))
            file.write(data)
            return file.tell()

    def upload(self, name: str) -> Path:
        path = self._uploads / name
        if not is_handed_name(name) or not path.is_file():
            raise UserError(sentences.NO_SUCH_UPLOAD())
        return path

    def put_upload(self, name: str, content: Iterable[bytes]) -> None:
        made = self.write_incoming(secrets.token_hex(HANDED_NAME_BYTES), content)
        with unsaved(made):
            made.replace(self._uploads / name)

    def drop_upload(self, name: str) -> None:
        with suppress(UserError):
            self.upload(name).unlink(missing_ok=True)

    def drop_uploads_before(self, time_s: float) -> None:
        for folder in (self._uploads, self.incoming):
            with unread(folder), suppress(FileNotFoundError):
                for path in folder.iterdir():
                    if path.stat().st_mtime < time_s:
                        path.unlink(missing_ok=True)

    # --- of drafts ---

    def drafted(self) -> list[str]:
        with unread(self._drafts), suppress(FileNotFoundError):
            return sorted(path.name for path in self._drafts.iterdir())
        return []

    def keep_drafted(self, name: str, sealed: Iterable[bytes]) -> None:
        made = self.write_incoming(secrets.token_hex(HANDED_NAME_BYTES), sealed)
        fsync_file(made)
        move_file(made, self.drafted_path(name))

    def drafted_path(self, name: str) -> Path:
        return self._drafts / name

    def drop_drafted(self, names: Iterable[str]) -> None:
        for name in names:
            with unsaved(self._drafts):
                self.drafted_path(name).unlink(missing_ok=True)

    # --- inside ---

    def _make(self) -> None:
        make_folder(self._home)
        own = (self.folder, self.incoming, self._shown, self._uploads, self._drafts)
        for folder in own:
            make_folder(folder)

    def _drop_made_of_others(self, names: Container[str]) -> None:
        """Delete what was made of files that are gone: a crash came between the two."""
        with unsaved(self._shown):
            for path in self._shown.iterdir():
                if _name_of(path) not in names:
                    path.unlink(missing_ok=True)

    def _said(self, medium_id: Hash) -> Path:
        return self.folder / (medium_name(medium_id).removesuffix(ENDING) + SAID)

    def _made(self, medium_id: Hash, form: str) -> Path:
        return self._shown / f"{medium_name(medium_id).removesuffix(ENDING)}-{form}"


def _name_of(made: Path) -> str:
    """What the file is called that something was made of."""
    return made.name.partition("-")[0] + ENDING
