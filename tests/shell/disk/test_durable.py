"""Durable files and the lock of a home folder."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from swarmfeed.errors import DamageError, FatalError, InUseError, PassingError, UserError
from swarmfeed.shell.disk import homelock
from swarmfeed.shell.disk.durable import (
    create_file,
    drop_temporary,
    fsync_file,
    fsync_folder,
    make_folder,
    read_file,
    sync_file_system,
    write_file,
)
from swarmfeed.shell.disk.homelock import HomeLock, lock_holder

LIMIT_BYTES = 1_000


@pytest.fixture
def system_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records the calls that make a file durable, in order, and still makes them."""
    calls: list[str] = []

    def record(name: str) -> None:
        original: Callable[..., object] = getattr(os, name)

        def recorded(*arguments: object, **named: object) -> object:
            target = arguments[0]
            kind = name
            if isinstance(target, int):
                folder = stat.S_ISDIR(os.fstat(target).st_mode)
                kind = f"{name} folder" if folder else f"{name} file"
            calls.append(kind)
            return original(*arguments, **named)

        monkeypatch.setattr(os, name, recorded)

    for name in ("fsync", "replace", "link"):
        record(name)
    return calls


def fail(number: int) -> Callable[..., object]:
    def failing(*_: object, **__: object) -> object:
        raise OSError(number, os.strerror(number))

    return failing


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_file(tmp_path / "head", b"one")
    write_file(tmp_path / "head", b"two")
    assert read_file(tmp_path / "head", LIMIT_BYTES) == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["head"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o400])
def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path, mode: int) -> None:
    before = os.umask(0o077)
    try:
        write_file(tmp_path / "head", b"one", mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "head").stat().st_mode) == mode


def test_a_file_is_synced_before_it_is_in_place_and_its_folder_after(
    tmp_path: Path, system_calls: list[str]
) -> None:
    write_file(tmp_path / "head", b"one")
    assert system_calls == ["fsync file", "replace", "fsync folder"]


def test_a_created_file_is_synced_the_same_way(tmp_path: Path, system_calls: list[str]) -> None:
    create_file(tmp_path / "keys", b"one")
    assert system_calls == ["fsync file", "link", "fsync folder"]


def test_create_never_overwrites(tmp_path: Path) -> None:
    create_file(tmp_path / "keys", b"one")
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "keys", b"two")
    assert read_file(tmp_path / "keys", LIMIT_BYTES) == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_create_does_not_follow_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "keys").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "keys", b"one")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, PassingError),
        (errno.EDQUOT, PassingError),
        (errno.EACCES, PassingError),
        (errno.EMFILE, PassingError),
        (errno.EIO, PassingError),
    ],
)
@pytest.mark.attack("A26")
def test_a_failed_write_leaves_the_old_file_and_no_other(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
    error: type[Exception],
) -> None:
    write_file(tmp_path / "head", b"old")
    if (call, number) == ("replace", errno.EIO):
        error = FatalError  # the step itself: a failing disk may have made half of it
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail(number))
        with pytest.raises(error):
            write_file(tmp_path / "head", b"new")
    assert read_file(tmp_path / "head", LIMIT_BYTES) == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["head"]


@pytest.mark.attack("A26")
def test_a_file_that_does_not_fit_is_reported_and_the_old_one_stays(tmp_path: Path) -> None:
    write_file(tmp_path / "head", b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(PassingError, match="disk is full"):
            write_file(tmp_path / "head", b"x" * 101)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert read_file(tmp_path / "head", LIMIT_BYTES) == b"old"
    write_file(tmp_path / "head", b"x" * 101)


def test_a_missing_folder_is_the_persons_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_file(tmp_path / "missing" / "head", b"one")


def test_a_folder_that_cannot_be_synced_is_fatal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", fail(errno.EIO))
    with pytest.raises(FatalError):
        fsync_folder(tmp_path)


@pytest.mark.attack("A26")
def test_a_file_is_not_put_in_place_where_its_folder_could_not_be_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file(tmp_path / "head", b"old")
    opened = os.open

    def out_of_descriptors(path: Path, flags: int, *mode: int) -> int:
        if flags & os.O_DIRECTORY:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return opened(path, flags, *mode)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", out_of_descriptors)
        with pytest.raises(PassingError, match="too many files are open"):
            write_file(tmp_path / "head", b"new")
    assert read_file(tmp_path / "head", LIMIT_BYTES) == b"old"


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EACCES, errno.EIO, errno.ENOMEM])
@pytest.mark.attack("A26")
def test_what_cannot_be_read_now_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    write_file(tmp_path / "head", b"one")
    for act in (lambda path: read_file(path, LIMIT_BYTES), fsync_file):
        with monkeypatch.context() as patch:
            patch.setattr(os, "open", fail(number))
            with pytest.raises(PassingError, match="was not read"):
                act(tmp_path / "head")
    assert read_file(tmp_path / "head", LIMIT_BYTES) == b"one"


@pytest.mark.attack("A26")
def test_a_home_on_a_disk_that_can_only_be_read_can_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HomeLock(tmp_path):
        pass
    opened = os.open

    def read_only(path: Path, flags: int, *mode: int) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, *mode)

    monkeypatch.setattr(os, "open", read_only)
    with HomeLock(tmp_path), pytest.raises(InUseError):
        HomeLock(tmp_path).acquire()


def test_who_has_a_home_can_be_seen_without_taking_it(tmp_path: Path) -> None:
    assert lock_holder(tmp_path) is None
    with HomeLock(tmp_path):
        assert lock_holder(tmp_path) == os.getpid()
    assert lock_holder(tmp_path) is None
    assert lock_holder(tmp_path / "missing") is None


@pytest.mark.parametrize(("length", "fits"), [(0, True), (LIMIT_BYTES, True), (1_001, False)])
def test_a_file_longer_than_the_limit_is_refused(
    tmp_path: Path, length: int, fits: bool
) -> None:
    write_file(tmp_path / "head", b"x" * length)
    if fits:
        assert len(read_file(tmp_path / "head", LIMIT_BYTES)) == length
    else:
        with pytest.raises(DamageError, match="longer"):
            read_file(tmp_path / "head", LIMIT_BYTES)


def test_a_missing_file_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "head", LIMIT_BYTES)


def test_links_pipes_and_folders_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder"):
        with pytest.raises(DamageError):
            read_file(tmp_path / name, LIMIT_BYTES)


def test_a_second_lock_on_a_home_names_the_process_that_has_it(tmp_path: Path) -> None:
    with (
        HomeLock(tmp_path),
        pytest.raises(InUseError, match=rf"process {os.getpid()}\b.*{tmp_path}"),
    ):
        HomeLock(tmp_path).acquire()


def test_a_lock_can_be_taken_again_after_it_was_released(tmp_path: Path) -> None:
    with HomeLock(tmp_path) as lock:
        pass
    lock.release()
    with HomeLock(tmp_path):
        pass


def test_homes_do_not_lock_each_other(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with HomeLock(tmp_path / "a"), HomeLock(tmp_path / "b"):
        pass


def test_a_lock_in_a_missing_home_is_the_persons_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        HomeLock(tmp_path / "missing").acquire()


HOLDER = """
import sys
from pathlib import Path
from swarmfeed.shell.disk.homelock import HomeLock
HomeLock(Path(sys.argv[1])).acquire()
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Homes whose file systems were synced, one after the other."""
    calls, sync = list[Path](), homelock.sync_file_system

    def watched(descriptor: int, path: Path) -> None:
        sync(descriptor, path)
        calls.append(path)

    monkeypatch.setattr(homelock, "sync_file_system", watched)
    return calls


@pytest.mark.attack("A28")
def test_after_an_end_by_an_error_all_is_synced_first_and_after_a_good_one_not(
    tmp_path: Path, synced: list[Path]
) -> None:
    for _ in range(2):
        with HomeLock(tmp_path):
            pass
    with suppress(RuntimeError), HomeLock(tmp_path):
        raise RuntimeError("who knows what was synced")
    assert not synced
    for _ in range(2):
        with HomeLock(tmp_path):
            assert synced == [tmp_path]


def test_a_file_system_that_cannot_be_synced_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match=f"the disk of {tmp_path} was not synced: Bad file"):
        sync_file_system(-1, tmp_path)


@pytest.mark.slow
@pytest.mark.attack("A28")
def test_a_killed_process_leaves_no_lock_behind_and_nothing_unsynced(
    tmp_path: Path, synced: list[Path]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(UserError, match=f"process {holder.pid}"):
            HomeLock(tmp_path).acquire()
        holder.kill()
        holder.wait(60)
        assert not synced
    with HomeLock(tmp_path):
        assert synced == [tmp_path]


def test_folders_are_made_durable_from_the_top_down(
    tmp_path: Path, system_calls: list[str]
) -> None:
    make_folder(tmp_path / "a" / "b")
    assert system_calls == ["fsync folder", "fsync folder"]
    make_folder(tmp_path / "a" / "b")
    assert len(system_calls) == 2
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_in_the_place_of_a_folder_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    for path in (tmp_path / "a" / "b", tmp_path / "a"):
        with pytest.raises(UserError, match=r"no folder|cannot be written"):
            make_folder(path)


def test_only_what_was_never_put_in_place_is_dropped(tmp_path: Path) -> None:
    for name in (".head.abc.tmp", "head", ".other", "x.tmp"):
        (tmp_path / name).write_bytes(b"")
    drop_temporary(tmp_path)
    drop_temporary(tmp_path / "nowhere")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other", "head", "x.tmp"]


def test_a_file_of_another_program_is_synced_but_no_link(
    tmp_path: Path, system_calls: list[str]
) -> None:
    (tmp_path / "chunk").write_bytes(b"")
    fsync_file(tmp_path / "chunk")
    assert system_calls == ["fsync file"]
    (tmp_path / "link").symlink_to(tmp_path / "chunk")
    for name in ("link", "nothing"):
        with pytest.raises(DamageError):
            fsync_file(tmp_path / name)
