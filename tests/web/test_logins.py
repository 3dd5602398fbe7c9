"""Who is logged in, and that it outlives the process."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.limits import (
    SESSION_AGE_S,
    SESSION_IDLE_S,
    SESSION_SEEN_EVERY_S,
    SESSIONS_MAX,
)
from webui.hosts import NAME_BYTES, machine_hosts, new_name, own_host
from webui.logins import Kept, Logins, format_kept, new_kept, parse_kept
from webui.runfile import RunFile

PORT = 8765


@dataclass
class Disk:
    """Keeps what it is given, and counts; and a clock."""

    kept: Kept = field(default_factory=lambda: new_kept(PORT))
    writes: int = 0
    now_s: float = 1_700_000_000.0

    def keep(self, kept: Kept) -> None:
        self.kept, self.writes = kept, self.writes + 1

    def start(self, port: int = PORT) -> Logins:
        """What a node finds that starts now."""
        kept = parse_kept(format_kept(self.kept), port, int(self.now_s))
        self.kept = kept
        return Logins(kept, self.keep, lambda: self.now_s)


def header(sessions: Logins, value: str) -> str:
    return f"{sessions.cookie_name}={value}"


def test_a_session_outlives_the_process() -> None:
    disk = Disk()
    before = disk.start()
    value = before.open()
    after = disk.start()
    assert after.find(header(before, value)) == value
    assert (after.name, after.cookie_name) == (before.name, before.cookie_name)
    assert after.form_key(value) == before.form_key(value), "an open form can still be sent"


def test_what_is_kept_logs_nobody_in() -> None:
    disk = Disk()
    sessions = disk.start()
    value = sessions.open()
    text = format_kept(disk.kept)
    assert value not in text
    assert sessions.find(header(sessions, disk.kept.sessions[0].proof)) is None


def test_logging_out_outlives_the_process() -> None:
    disk = Disk()
    sessions = disk.start()
    gone, stays = sessions.open(), sessions.open()
    sessions.close(gone)
    for each in (sessions, disk.start()):
        assert each.find(header(each, gone)) is None
        assert each.find(header(each, stays)) == stays


def test_a_session_ends_when_nobody_comes() -> None:
    disk = Disk()
    sessions = disk.start()
    value = sessions.open()
    disk.now_s += SESSION_IDLE_S - 1
    assert sessions.find(header(sessions, value)) == value
    disk.now_s += 1
    assert sessions.find(header(sessions, value)) is None


def test_a_session_ends_however_much_it_is_used() -> None:
    disk = Disk()
    sessions = disk.start()
    value = sessions.open()
    end_s = disk.now_s + SESSION_AGE_S
    while disk.now_s + SESSION_IDLE_S / 2 < end_s:
        disk.now_s += SESSION_IDLE_S / 2
        sessions = disk.start()
        assert sessions.find(header(sessions, value)) == value
        sessions.note_use(value)
    disk.now_s = end_s
    assert sessions.find(header(sessions, value)) is None
    assert disk.start().find(header(sessions, value)) is None


def test_use_is_written_once_in_a_while() -> None:
    disk = Disk(now_s=SESSION_SEEN_EVERY_S * 1_000.0)
    sessions = disk.start()
    value = sessions.open()
    assert disk.writes == 1
    for _ in range(100):
        disk.now_s += SESSION_SEEN_EVERY_S / 100
        sessions.note_use(value)
    assert disk.writes == 2
    sessions.note_use("nobody's")
    assert disk.writes == 2


def test_a_clock_that_was_set_back_logs_nobody_out() -> None:
    disk = Disk()
    sessions = disk.start()
    value = sessions.open()
    disk.now_s -= 400 * 24 * 3_600
    assert disk.start().find(header(sessions, value)) == value


@pytest.mark.attack("A32")
def test_the_oldest_session_ends_when_there_are_too_many() -> None:
    disk = Disk()
    sessions = disk.start()
    values = [sessions.open() for _ in range(SESSIONS_MAX + 1)]
    assert sessions.find(header(sessions, values[0])) is None
    assert sessions.find(header(sessions, values[1])) == values[1]
    assert len(disk.kept.sessions) == SESSIONS_MAX


@pytest.mark.attack("A70")
def test_another_port_knows_nobody_and_has_another_name() -> None:
    disk = Disk()
    before = disk.start()
    value = before.open()
    after = disk.start(port=PORT + 1)
    assert after.find(header(before, value)) is None
    assert after.find(header(after, value)) is None
    assert (after.name, after.cookie_name) != (before.name, before.cookie_name)
    assert disk.start().find(header(before, value)) is None, "nor does the old one afterwards"


@pytest.mark.attack("A70")
def test_a_node_where_nobody_is_logged_in_takes_another_name() -> None:
    disk = Disk()
    names = {disk.start().name for _ in range(3)}
    assert len(names) == 3


@pytest.mark.attack("A70")
def test_a_value_of_the_same_name_by_somebody_else_hides_nothing() -> None:
    disk = Disk()
    sessions = disk.start()
    value = sessions.open()
    false = header(sessions, "x")
    assert sessions.find(f"{false}; {header(sessions, value)}; {false}") == value
    assert sessions.find("; ".join([false] * 10_000)) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "null", "[" * 100_000, '{"sessions": 1}', '{"sessions": []}', "\x00", "é"],
)
def test_a_damaged_file_logs_out_and_no_more(text: str) -> None:
    assert parse_kept(text, PORT, 0).sessions == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [("secret", "short"), ("secret", "é" * 43), ("name", ""), ("name", "a.b"), ("name", 7),
     ("port", "8765"), ("port", True), ("more", 1), ("sessions", [{"proof": 1}])],
)  # fmt: skip
def test_a_changed_file_logs_out_and_no_more(key: str, value: object) -> None:
    disk = Disk()
    disk.start().open()
    changed = {**json.loads(format_kept(disk.kept)), key: value}
    found = parse_kept(json.dumps(changed), PORT, int(disk.now_s))
    assert found.sessions == ()
    assert found.name != disk.kept.name


def test_the_file_is_private_and_a_later_start_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    sessions = RunFile(folder).logins(PORT)
    value = sessions.open()
    path = folder / "logins.json"
    assert path.stat().st_mode & 0o777 == 0o600
    again = RunFile(folder).logins(PORT)
    assert again.find(header(sessions, value)) == value
    path.write_bytes(b"\xff")
    assert RunFile(folder).logins(PORT).find(header(sessions, value)) is None


def test_who_logs_out_on_a_full_disk_stays_out(tmp_path: Path) -> None:
    files = RunFile(tmp_path)
    sessions = files.logins(PORT)
    gone, other = sessions.open(), sessions.open()
    # A folder in the way of the temporary file refuses the write, for root as well.
    in_the_way = tmp_path / f".logins.json.{os.getpid()}.tmp"
    (in_the_way / "x").mkdir(parents=True)
    sessions.close(gone)
    assert sessions.find(header(sessions, other)) == other
    again = RunFile(tmp_path).logins(PORT)
    assert again.find(header(sessions, gone)) is None


def test_names_of_hosts() -> None:
    names = {new_name() for _ in range(100)}
    assert len(names) == 100
    assert {len(name) for name in names} == {NAME_BYTES * 8 // 5}
    assert all(name.isalnum() and name == name.lower() for name in names)
    assert own_host("abc", 1) == "abc.localhost:1"
    assert machine_hosts(1) == {"127.0.0.1:1", "localhost:1", "[::1]:1"}
    assert replace(new_kept(1), port=2).port == 2
