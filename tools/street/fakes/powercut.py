"""A disk that loses power: records what a program asked of it, and tells what may be left.

What was synced stays.  Of what was not, anything may be missing: sectors of data, the length
of a file, the newest names in a folder.  Rules (POSIX, and ext4 or XFS at their worst):

    data     each sector of an unsynced write is there, or reads as before, or as zeros
    length   grows with a write that is kept, and perhaps with one that is not
    names    of each folder, the oldest of the unsynced changes are there and the rest is not
    fsync    of a file says nothing about its name; that takes an fsync of its folder
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

import pytest
from msgspec import Struct, field

SECTOR_BYTES = 512


class Event(Struct):
    """One thing asked of the disk: ``what``, and its arguments."""

    what: str
    folder: Path = Path()
    name: str = ""
    file: int = 0
    at: int = 0
    data: bytes = b""
    gone: str = ""
    """Name that a rename took away."""


class _File(Struct):
    content: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)


class _Folder(Struct):
    names: dict[str, int] = field(default_factory=dict)
    """File numbers; 0 for a folder."""
    pending: list[Event] = field(default_factory=list)


class Recorder:
    """Records changes under a folder while they really happen."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events: list[Event] = []
        self._files: dict[Path, int] = {}
        self._open: dict[int, tuple[int, bool]] = {}
        self._next = 1
        self._opening = Lock()
        """Files are written side by side."""
        self.real: dict[str, Callable[..., Any]] = {}
        for path in sorted(root.rglob("*")):
            self._find(path)

    def _find(self, path: Path) -> None:
        """Something that was there, durable, before the recording."""
        if path.is_dir():
            self.events.append(Event("mkdir", path.parent, path.name))
        else:
            number = self._create(path)
            self.events.append(Event("write", file=number, data=path.read_bytes()))
            self.events.append(Event("sync", file=number))
        self.events.append(Event("sync folder", path.parent))

    def acknowledge(self, size: int) -> None:
        self.events.append(Event("acknowledge", at=size))

    # --- what replaces the functions of ``os`` ---

    def open(self, path: Any, flags: int, *rest: Any, **named: Any) -> int:
        at = Path(os.fsdecode(path)) if not isinstance(path, int) else Path()
        with self._opening:
            is_new = self._is_ours(at) and not at.exists()
            descriptor: int = self.real["open"](path, flags, *rest, **named)
            if self._is_ours(at) and not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                number = self._create(at) if is_new else self._files[at]
                self._open[descriptor] = (number, bool(flags & os.O_APPEND))
        return descriptor

    def close(self, descriptor: int) -> None:
        self._open.pop(descriptor, None)
        self.real["close"](descriptor)

    def write(self, descriptor: int, data: Any) -> int:
        content = bytes(data)
        if descriptor in self._open:
            number, _ = self._open[descriptor]
            end = os.fstat(descriptor).st_size
            self.events.append(Event("write", file=number, at=end, data=content))
        written: int = self.real["write"](descriptor, content)
        assert written == len(content)
        return written

    def pwrite(self, descriptor: int, data: Any, at: int) -> int:
        content = bytes(data)
        if descriptor in self._open:
            number, _ = self._open[descriptor]
            self.events.append(Event("write", file=number, at=at, data=content))
        written: int = self.real["pwrite"](descriptor, content, at)
        assert written == len(content)
        return written

    def ftruncate(self, descriptor: int, length: int) -> None:
        if descriptor in self._open:
            self.events.append(Event("cut", file=self._open[descriptor][0], at=length))
        self.real["ftruncate"](descriptor, length)

    def fsync(self, descriptor: int) -> None:
        if descriptor in self._open:
            self.events.append(Event("sync", file=self._open[descriptor][0]))
        elif stat.S_ISDIR(os.fstat(descriptor).st_mode):
            folder = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
            self.events.append(Event("sync folder", folder))
        self.real["fsync"](descriptor)

    def mkdir(self, path: Any, *rest: Any, **named: Any) -> None:
        self.real["mkdir"](path, *rest, **named)
        if self._is_ours(Path(path)):
            self.events.append(Event("mkdir", Path(path).parent, Path(path).name))

    def unlink(self, path: Any, *rest: Any, **named: Any) -> None:
        self.real["unlink"](path, *rest, **named)
        if self._files.pop(Path(path), None) is not None:
            self.events.append(Event("unlink", Path(path).parent, Path(path).name))

    def replace(self, source: Any, target: Any) -> None:
        source, target = Path(source), Path(target)
        assert source.parent == target.parent, "only renames within a folder are modelled"
        self.real["replace"](source, target)
        number = self._files[target] = self._files.pop(source)
        self.events.append(
            Event("rename", target.parent, target.name, number, gone=source.name)
        )

    def fdopen(self, descriptor: int, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if descriptor in self._open and mode == "wb":
            return _Writer(self, descriptor)
        return self.real["fdopen"](descriptor, mode, *rest, **named)

    # --- inside ---

    def _is_ours(self, path: Path) -> bool:
        return path != self.root and self.root in path.parents

    def _create(self, path: Path) -> int:
        number = self._files[path] = self._next
        self._next += 1
        self.events.append(Event("create", path.parent, path.name, number))
        return number


class _Writer:
    """What ``os.fdopen(..., "wb")`` gives: no buffer, so every write is seen."""

    def __init__(self, recorder: Recorder, descriptor: int) -> None:
        self._recorder = recorder
        self._descriptor = descriptor

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, data: bytes) -> int:
        return os.write(self._descriptor, data)

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def recording(root: Path) -> Iterator[Recorder]:
    """Record everything that is done to files under ``root`` through ``os``."""
    recorder = Recorder(root)
    names = (
        "open",
        "close",
        "write",
        "pwrite",
        "ftruncate",
        "fsync",
        "mkdir",
        "unlink",
        "replace",
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in (*names, "fdopen"):
            recorder.real[name] = getattr(os, name)
            patch.setattr(os, name, getattr(recorder, name))
        recorder.real["fdatasync"] = os.fdatasync
        patch.setattr(os, "fdatasync", recorder.fsync)
        yield recorder


class Survivor:
    """What is on the disk after the power went at some moment."""

    def __init__(self, root: Path, events: list[Event]) -> None:
        self._root = root
        self._files: dict[int, _File] = {}
        self._folders: dict[Path, _Folder] = {root: _Folder()}
        for event in events:
            self._take(event)

    def write_to(self, target: Path, keep: Callable[[], bool]) -> None:
        """Make a folder of what is left; ``keep`` decides for each unsynced part."""
        self._write_folder(self._root, target, keep)

    def _take(self, event: Event) -> None:
        match event.what:
            case "write" | "cut":
                self._files[event.file].pending.append(event)
            case "sync":
                file = self._files[event.file]
                file.content, file.pending = _written(file, lambda: True), []
            case "sync folder" if event.folder in self._folders:
                folder = self._folders[event.folder]
                folder.names, folder.pending = _named(folder, len(folder.pending)), []
            case "create" | "mkdir" | "unlink" | "rename":
                self._folders[event.folder].pending.append(event)
                if event.what == "create":
                    self._files[event.file] = _File()
                elif event.what == "mkdir":
                    self._folders[event.folder / event.name] = _Folder()

    def _write_folder(self, path: Path, target: Path, keep: Callable[[], bool]) -> None:
        target.mkdir(mode=0o700)
        folder = self._folders[path]
        kept = 0
        while kept < len(folder.pending) and keep():
            kept += 1
        for name, number in _named(folder, kept).items():
            if number:
                (target / name).write_bytes(_written(self._files[number], keep))
            else:
                self._write_folder(path / name, target / name, keep)


def _named(folder: _Folder, count: int) -> dict[str, int]:
    """Names in a folder after the first ``count`` of its pending changes."""
    names = dict(folder.names)
    for event in folder.pending[:count]:
        if event.what == "unlink":
            names.pop(event.name, None)
        else:
            names.pop(event.gone, None)
            names[event.name] = event.file
    return names


def _written(file: _File, keep: Callable[[], bool]) -> bytearray:
    content = bytearray(file.content)
    for event in file.pending:
        if event.what == "cut":
            if keep():
                del content[event.at :]
            continue
        _write_sectors(content, event, keep)
    return content


def _write_sectors(content: bytearray, event: Event, keep: Callable[[], bool]) -> None:
    end = event.at + len(event.data)
    if keep():
        content.extend(bytes(max(end - len(content), 0)))
    at = event.at
    while at < end:
        stop = min(at - at % SECTOR_BYTES + SECTOR_BYTES, end)
        if keep():
            content.extend(bytes(max(stop - len(content), 0)))
            content[at:stop] = event.data[at - event.at : stop - event.at]
        at = stop


def choices(random: Random, count: int) -> Iterator[Callable[[], bool]]:
    """Nothing unsynced is left, all of it is, and ``count`` mixtures."""
    yield lambda: False
    yield lambda: True
    for _ in range(count):
        share = random.choice([0.2, 0.5, 0.8, 0.95])
        yield lambda share=share: random.random() < share  # type: ignore[misc]  # mypy#11335
