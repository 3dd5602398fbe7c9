"""What a process gives away of itself.  Each in a process of its own: it cannot be undone."""

import subprocess
import sys

import pytest

ASK = """
import ctypes, os, resource, sys
from swarmfeed.shell.privacy import keep_private
keep_private()
keep_private()
print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE))
if sys.platform == "linux":
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
"""


@pytest.mark.attack("A71")
def test_nothing_is_dumped_and_nothing_is_written_for_others() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True)
    said = done.stdout.splitlines()
    assert said[0] == "0o77 (0, 0)", done.stderr
    assert said[1:] == (["0"] if sys.platform == "linux" else [])
