"""In processes of their own: a limit that was lowered stays so."""

import resource
import subprocess
import sys

import pytest
from swarmfeed.core.net.limits import OPEN_FILES_MAX

PROGRAM = """
import resource, sys
from swarmfeed.errors import UserError
from swarmfeed.shell.open_files import raise_files_max, require_files
soft, hard = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
try:
    print(raise_files_max(), *resource.getrlimit(resource.RLIMIT_NOFILE))
    require_files()
except UserError as error:
    print(error)
"""


def raised(soft: int, hard: int) -> str:
    command = [sys.executable, "-c", PROGRAM, str(soft), str(hard)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.slow
@pytest.mark.attack("A60")
def test_as_many_files_as_the_machines_owner_allows_are_asked_for() -> None:
    assert raised(256, 1_024) == "1024 1024 1024"
    assert raised(1_024, 1_024) == "1024 1024 1024"
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert raised(300, hard).split()[0] == str(min(hard, OPEN_FILES_MAX))


@pytest.mark.slow
def test_too_few_are_a_sentence_that_says_how_to_get_more() -> None:
    said = raised(100, 200).splitlines()
    assert said[0] == "200 200 200"
    assert said[1].startswith("this system lets the program have 200 files open")
    assert said[1].endswith("ulimit -n 1024")
