"""``autostart`` and ``desktop``: the files, and what the system is told of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from street.fakes.anna import LINK
from street.fakes.doors import FakeDoors
from swarmfeed.cli.commands import run as run_module
from swarmfeed.shell.disk import launching

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody whose systemd notes down what it is told."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "not/absolute")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("systemctl", "launchctl"):
        program = programs / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> "{tmp_path}/told"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    return tmp_path


def told(person: Path) -> list[str]:
    return (person / "told").read_text().splitlines()


def unit_of(person: Path) -> Path:
    return person / ".config/systemd/user/swarmfeed.service"


def test_autostart_writes_a_unit_for_this_home_and_has_it_started(
    run: Run, person: Path, home: Path
) -> None:
    assert json.loads(run("autostart", "status", "--json").stdout)["on"] is False
    done = json.loads(run("autostart", "on", "--json").stdout)
    assert done == {"on": True, "file": str(unit_of(person)), "refused": ""}
    text = unit_of(person).read_text()
    assert f'"--home" "{home}" "run" "--no-open"' in text
    assert f'ReadWritePaths="{home}"' in text
    assert home.is_dir(), "what systemd lets it write to has to be there"
    assert told(person) == [
        "systemctl --user daemon-reload",
        "systemctl --user enable swarmfeed.service",
        "systemctl --user restart --no-block swarmfeed.service",
    ]
    assert json.loads(run("autostart", "status", "--json").stdout) == {
        "on": True,
        "ours": True,
        "file": str(unit_of(person)),
    }


def test_a_node_that_runs_is_not_started_again(
    run: Run, person: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Running:
        def close(self) -> None:
            pass

    monkeypatch.setattr("swarmfeed.cli.commands.launching.find_running", lambda home: Running())
    run("autostart", "on")
    assert not any("restart" in each for each in told(person))


def test_off_leaves_nothing_behind_and_may_be_said_twice(run: Run, person: Path) -> None:
    run("autostart", "on")
    for _ in range(2):
        result = run("autostart", "off")
        assert (result.exit_code, result.stderr) == (0, "")
        assert not unit_of(person).exists()
    assert "systemctl --user disable --now swarmfeed.service" in told(person)


def test_what_another_home_starts_is_told_apart(run: Run, person: Path, tmp_path: Path) -> None:
    run("--home", str(tmp_path / "other"), "autostart", "on")
    found = json.loads(run("autostart", "status", "--json").stdout)
    assert (found["on"], found["ours"]) == (True, False)
    assert "another home" in run("autostart", "status").stdout


def test_where_systemd_cannot_be_told_the_file_is_there_and_it_is_said(
    run: Run, person: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person / "bin/systemctl").write_text("#!/bin/sh\necho no bus here >&2\nexit 1\n")
    result = run("autostart", "on")
    assert result.exit_code == 0
    assert "no bus here" in result.stderr and "next login" in result.stderr
    assert unit_of(person).exists()
    monkeypatch.setenv("PATH", str(person / "nowhere"))
    assert "systemctl is not here" in run("autostart", "on").stderr


def test_on_macos_launchd_has_it(
    run: Run, person: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert run("autostart", "on").exit_code == 0
    agent = person / "Library/LaunchAgents/org.swarmfeed.node.plist"
    assert f"<string>{home}</string>" in agent.read_text()
    assert [each.split()[1] for each in told(person)] == ["bootout", "bootstrap"]
    run("autostart", "off")
    assert not agent.exists()
    assert "on Linux only" in run("desktop", "on").stderr


def test_elsewhere_it_is_said_how_to_start_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    result = run("autostart", "on")
    assert (result.exit_code, "swarmfeed run" in result.stderr) == (1, True)


def test_the_menu_has_an_entry_and_its_icon_until_they_are_taken_away(
    run: Run, person: Path, home: Path
) -> None:
    share = person / ".local/share"
    assert json.loads(run("desktop", "status", "--json").stdout)["on"] is False
    run("desktop", "on")
    entry = (share / "applications/swarmfeed.desktop").read_text()
    assert f'"--home" "{home}" "run" "--or-open"\n' in entry
    icon = share / "icons/hicolor/scalable/apps/swarmfeed.svg"
    assert icon.read_text().startswith("<svg")
    assert json.loads(run("desktop", "status", "--json").stdout)["on"] is True
    run("desktop", "off")
    assert not icon.exists() and not (share / "applications/swarmfeed.desktop").exists()
    assert run("desktop", "off").exit_code == 0


def test_a_home_with_a_line_break_in_its_name_is_refused(run: Run, tmp_path: Path) -> None:
    for words in (("autostart", "on"), ("desktop", "on")):
        result = run("--home", str(tmp_path / "a\nb"), *words)
        assert (result.exit_code, "line break" in result.stderr) == (1, True)


def test_the_program_is_started_by_its_own_name_where_it_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert launching.program() == [str(tmp_path / "python"), "-m", "swarmfeed"]
    (tmp_path / "swarmfeed").touch()
    assert launching.program() == [str(tmp_path / "swarmfeed")]


def test_a_click_opens_the_page_of_a_node_that_runs(
    run: Run, fake: FakeDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "_is_running", lambda home: True)
    result = run("run", "--or-open", "--no-open")
    assert (result.exit_code, result.stdout) == (0, "page: http://127.0.0.1:1/login?token=t\n")
    assert fake.ran_with == [] and LINK not in result.stdout
