"""Memory that was freed leaves the process."""

import subprocess
import sys

import pytest

FREE = """
import resource
from pathlib import Path
from swarmfeed.shell.heap import give_back_free_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

kept = [bytes(5_000) for _ in range(20_000)]
last = bytes(5_000)  # on top of the heap: without it all below would go back by itself
full = resident()
kept.clear()
give_back_free_memory()
print(full - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of other systems differs")
def test_whole_free_pages_go_back() -> None:
    done = subprocess.run([sys.executable, "-c", FREE], capture_output=True, text=True)
    assert int(done.stdout) > 80_000_000, done.stderr
