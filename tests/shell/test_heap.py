"""Memory that was freed leaves the process, and threads share what there is of it."""

import subprocess
import sys

import pytest
from swarmfeed.shell.heap import ARENAS_MAX

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


THREADS = """
import ctypes, threading
from swarmfeed.shell.heap import keep_heap_small
keep_heap_small()
together = threading.Barrier(8)

def allocate():
    together.wait(30)
    kept = [bytes(5_000) for _ in range(2_000)]
    together.wait(30)

threads = [threading.Thread(target=allocate) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


HOLES = """
import ctypes
from swarmfeed.shell.heap import MAPPED_BYTES, keep_heap_small
keep_heap_small()

class Usage(ctypes.Structure):
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Usage
before, kept = libc.mallinfo2().arena, []
for _ in range(100):
    large = [bytes(MAPPED_BYTES) for _ in range(8)]
    kept.append(bytes(1_000))  # on top of a large block, if that is in the heap
print(libc.mallinfo2().arena - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of other systems differs")
def test_large_blocks_leave_no_holes_among_small_ones() -> None:
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True)
    assert int(done.stdout) < 400_000, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of other systems differs")
def test_threads_share_two_arenas() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True)
    assert done.stdout.count("<heap nr=") == ARENAS_MAX, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of other systems differs")
def test_whole_free_pages_go_back() -> None:
    done = subprocess.run([sys.executable, "-c", FREE], capture_output=True, text=True)
    assert int(done.stdout) > 80_000_000, done.stderr
