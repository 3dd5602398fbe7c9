"""The commands of a checkout say what is wrong before they do anything."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    """Run code as a tool would run it."""
    start = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT / 'tools')!r}); sys.argv = ['tools/x']\n"
    )
    command = [sys.executable, "-c", start + code]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("program", ["check", "test", "shape"])
@pytest.mark.parametrize(("option", "code"), [("--help", 0), ("--fast", 2), ("tests", 2)])
def test_a_program_without_options_begins_nothing_when_it_gets_one(
    program: str, option: str, code: int
) -> None:
    command = [sys.executable, CHECKOUT / "tools" / program, option]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == code
    assert f"usage: tools/{program} [-h]" in ran.stdout + ran.stderr
    assert "==" not in ran.stdout


def test_an_old_python_is_told_which_one_is_needed() -> None:
    ran = run_python(
        "sys.version_info = (3, 9, 1)\nimport _venv; _venv.NEWER_PYTHONS = []\n_venv.enter()"
    )
    assert ran.returncode == 1
    assert ran.stderr == "tools/x: swarmfeed needs Python 3.11 or newer; this one is 3.9\n"


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    ran = run_python(
        "sys.modules['ensurepip'] = None\n"
        f"import _venv; _venv.VENV = {str(tmp_path / 'venv')!r}\n"
        "_venv.enter()"
    )
    assert ran.returncode == 1
    assert "apt-get install python3-venv" in ran.stderr


def test_nothing_is_installed_twice_and_changed_settings_are_installed_again(
    tmp_path: Path,
) -> None:
    ran = run_python(
        f"import _venv; _venv.VENV = _venv.CHECKOUT = {str(tmp_path)!r}\n"
        "import os; os.mkdir(_venv.VENV + '/bin')\n"
        "for name in ('bin/python', 'bin/pip', *_venv.SETTINGS):\n"
        "    open(_venv.VENV + '/' + name, 'w').close()\n"
        "_venv._install_packages = lambda python, extra: print('installed', extra)\n"
        "install = lambda extra: _venv._install('', extra)\n"
        "_venv.os.path.exists = lambda path: True\n"
        "install('test'); install('test'); install('')\n"
        "open(_venv.VENV + '/setup.cfg', 'w').write('changed')\n"
        "install('')\n"
    )
    assert (ran.stdout, ran.stderr) == ("installed test\ninstalled \n", "")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("_steps.run_step('step', sys.executable, '-c', 'raise SystemExit(3)')", "exit code 3"),
        (
            "_steps.run_side_by_side({name: [sys.executable, '-c', f'raise SystemExit({code})']"
            " for name, code in (('one', 3), ('two', 0), ('three', 1))})",
            "one, three failed",
        ),
        (
            "with _steps.beside('types', sys.executable, '-c', 'raise SystemExit(1)'):"
            " _steps.run_step('step', sys.executable, '-c', 'raise SystemExit(3)')",
            "types failed; step failed with exit code 3",
        ),
        pytest.param(
            "_steps.run_tests('none', 'e2e', 'tests/core/base')",
            "exit code 5",
            marks=pytest.mark.slow,  # pytest in pytest
        ),
    ],
)
def test_a_step_that_fails_or_finds_nothing_stops_everything(code: str, sentence: str) -> None:
    ran = run_python(f"import _steps\ntry:\n  {code}\nexcept _steps.StepFailed as e: print(e)")
    assert ran.stdout.splitlines()[-1].endswith(sentence)


def test_tests_are_counted_from_the_report_of_pytest(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="7" skipped="2" failures="1" errors="1"/></testsuites>'
    )
    ran = run_python(
        f"import _steps, pathlib\nprint(_steps._count(pathlib.Path({str(report)!r})))"
    )
    assert ran.stdout == "Tests(passed=3, skipped=2)\n"


def test_fast_tests_are_shared_by_two_and_each_is_run_once(tmp_path: Path) -> None:
    folders = [tmp_path, tmp_path / "deeper"]
    folders[1].mkdir()
    for number in range(20):
        (folders[number % 2] / f"test_{number}.py").write_text("#" * 100 * number)
    (tmp_path / "conftest.py").touch()
    ran = run_python(
        "import _steps, json, pathlib\n"
        f"parts = _steps.halves(pathlib.Path({str(tmp_path)!r}))\n"
        "print(json.dumps([[str(each) for each in part] for part in parts]))"
    )
    one, other = json.loads(ran.stdout)
    modules = [str(path) for path in tmp_path.rglob("test_*.py")]
    assert sorted([*one, *other]) == sorted(modules)
    bytes_of = [sum(Path(each).stat().st_size for each in part) for part in (one, other)]
    assert abs(bytes_of[0] - bytes_of[1]) <= 100


@pytest.mark.slow  # pytest in pytest, twice
@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("pass", "pass", ["Tests(passed=2, skipped=0)"]),
        ("pass", "assert False", ["other half of the fast tests failed", "test_other::test_x"]),
        ("assert False", "pass", ["fast tests failed with exit code 1", "test_one::test_x"]),
        ("assert False", "assert False", ["test_one::test_x", "test_other::test_x"]),
        ("__import__('pytest').skip('')", "pass", ["fast tests: no test ran"]),
        ("pass", "__import__('pytest').skip('')", ["half of the fast tests: no test ran"]),
    ],
)
def test_a_failure_in_either_half_stops_everything_and_is_named(
    tmp_path: Path, one: str, other: str, said: list[str]
) -> None:
    # The longer one is in the first half.
    (tmp_path / "test_one.py").write_text(f"def test_x():\n    {one}\n{'#' * 200}\n")
    (tmp_path / "test_other.py").write_text(f"def test_x():\n    {other}\n")
    ran = run_python(
        f"import _steps, pathlib\nfolder = pathlib.Path({str(tmp_path)!r})\n"
        "try:\n    told = str(_steps.run_fast_tests(folder))\n"
        "except _steps.StepFailed as error: told = str(error)\n"
        "print('told:', told)"
    )
    told = ran.stdout.partition("told:")[2]
    assert [each for each in said if each not in told] == []


def test_two_halves_are_not_made_of_one_module(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_x():\n    pass\n")
    ran = run_python(
        f"import _steps, pathlib\nfolder = pathlib.Path({str(tmp_path)!r})\n"
        "try:\n    _steps.run_fast_tests(folder)\n"
        "except _steps.StepFailed as error: print(error)"
    )
    assert ran.stdout == "other half of the fast tests: no test ran\n"


def test_fast_tests_have_a_folder_in_memory_where_there_is_room(tmp_path: Path) -> None:
    ran = run_python(
        f"import _steps, pathlib\nmemory = pathlib.Path({str(tmp_path)!r})\n"
        "def given(memory):\n"
        "    with _steps.folder_in_memory(memory) as folder:\n"
        "        if folder is None: return None\n"
        "        (folder / 'file').write_text('of a test')\n"
        "        return folder.parent\n"
        "_steps.MEMORY_FREE_MIN = 0\n"
        "print(given(memory) == memory, list(memory.iterdir()), given(memory / 'none'))\n"
        "_steps.MEMORY_FREE_MIN = 1 << 62\n"
        "print(given(memory), list(memory.iterdir()))\n"
    )
    assert ran.stdout == "True [] None\nNone []\n"


def test_what_runs_beside_a_step_is_heard_after_it() -> None:
    ran = run_python(
        "import _steps\n"
        "with _steps.beside('types', sys.executable, '-c', 'print(\"no issues\")'):\n"
        "    _steps.run_step('tests', sys.executable, '-c', 'print(\"passed\")')\n"
    )
    said = ran.stdout.splitlines()
    assert [*said[:2], *said[3:]] == ["== tests", "passed", "no issues", "== types: done"]


def test_the_last_words_name_the_tests_that_failed_and_why(tmp_path: Path) -> None:
    long = "&#10;".join(f"line {number}" for number in range(90))
    cases = "".join(
        f'<testcase classname="tests.test_x" name="test_{number}">{what}</testcase>'
        for number, what in enumerate(
            [
                "",
                f'<failure message="{long}">where</failure>',
                "<skipped/>",
                *(["<error>broke</error>"] * 9),
            ]
        )
    )
    report = tmp_path / "report.xml"
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    ran = run_python(
        "import _steps, pathlib\n"
        f"for line in _steps._failures(pathlib.Path({str(report)!r})): print(line)"
    )
    said = ran.stdout.splitlines()
    assert said[:3] == ["  tests.test_x::test_1", "    line 0", "    line 1"]
    assert said[6:8] == ["  tests.test_x::test_3", "    broke"]
    assert said[-1] == "  and 2 more"
    assert len(said) < 50
