"""Whatever stands in a path, the system reads the words again that were meant."""

import configparser
import os
import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.install.launching import (
    AGENT,
    desktop_entry,
    launch_agent,
    systemd_unit,
)

WORDS = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1),
    min_size=1,
    max_size=4,
)
AWKWARD = ['/opt/my apps/50% "off"/sw$arm\\feed', "--home", "/home/ä `b`", "run", "--no-open"]


def values(text: str) -> dict[str, str]:
    """The keys of all groups of an INI file, as systemd and desktops have them."""
    found = configparser.ConfigParser(interpolation=None, strict=True, delimiters=("=",))
    found.optionxform = str  # type: ignore[method-assign,assignment]  # keys as they stand
    found.read_string(text)
    return {key: value for group in found.sections() for key, value in found[group].items()}


def quoted(text: str) -> list[str]:
    """The words of a line on which each stands in double quotes, their escapes undone."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    return [re.sub(r"\\(.)", r"\1", each) for each in found]


def read_by_systemd(text: str) -> list[str]:
    return [each.replace("%%", "%").replace("$$", "$") for each in quoted(text)]


def read_by_a_desktop(text: str) -> list[str]:
    return [each.replace("%%", "%") for each in quoted(text.replace("\\\\", "\\"))]


@given(WORDS, st.text('ab %$"\\é', min_size=1))
def test_a_unit_runs_the_words_it_was_given(words: list[str], home: str) -> None:
    found = values(systemd_unit(words, home))
    by_shell = ["/bin/sh", "-c", 'exec "$0" "$@"']
    assert read_by_systemd(found["ExecStart"]) == [*by_shell, *words]
    assert [each.replace("%%", "%") for each in quoted(found["ReadWritePaths"])] == [home]


@given(WORDS)
def test_an_entry_runs_the_words_it_was_given(words: list[str]) -> None:
    assert read_by_a_desktop(values(desktop_entry(words))["Exec"]) == words


@given(WORDS)
def test_an_agent_runs_the_words_it_was_given(words: list[str]) -> None:
    found = plistlib.loads(launch_agent(words))
    assert found["ProgramArguments"] == words
    assert (found["Label"], found["RunAtLoad"]) == (AGENT, True)
    assert found["KeepAlive"] == {"SuccessfulExit": False}, "who stopped it meant it"


def test_a_unit_may_write_to_nothing_but_the_home_and_gains_no_rights() -> None:
    found = values(systemd_unit(AWKWARD, "/home/ann/swarm"))
    bound = {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ReadWritePaths": '"/home/ann/swarm"',
        "MemoryMax": "2G",
        "UMask": "0077",
        "Restart": "on-failure",
        "WantedBy": "default.target",
    }
    assert {key: found[key] for key in bound} == bound


def test_an_entry_has_what_a_menu_needs() -> None:
    found = values(desktop_entry(["/usr/bin/swarmfeed"]))
    said = (found["Type"], found["Name"], found["Icon"])
    assert said == ("Application", "swarmfeed", "swarmfeed")
    assert (found["Terminal"], found["Categories"]) == ("false", "Network;News;")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_with_a_unit(tmp_path: Path) -> None:
    unit = tmp_path / "swarmfeed.service"
    unit.write_text(systemd_unit(AWKWARD, AWKWARD[0]))
    assert verified(unit) == (0, "")
    unit.write_text(unit.read_text().replace("LockPersonality", "LockPersonalty"))
    assert "Unknown key" in verified(unit)[1], "it does look"


def verified(unit: Path) -> tuple[int, str]:
    run_folder = {"HOME": str(unit.parent), "XDG_RUNTIME_DIR": str(unit.parent)}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(unit)],
        capture_output=True,
        text=True,
        env={**os.environ, **run_folder},
    )
    return done.returncode, done.stdout + done.stderr


def test_what_systemd_runs_becomes_the_program_with_its_words(tmp_path: Path) -> None:
    said = values(systemd_unit(["/usr/bin/printf", "%s|", *AWKWARD], "/"))["ExecStart"]
    done = subprocess.run(read_by_systemd(said), capture_output=True, text=True)
    assert done.stdout.split("|")[:-1] == AWKWARD
