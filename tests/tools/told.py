"""Says what a process was given, for ``test_zygote``; then ends as it is asked to."""

import atexit
import json
import os
import random
import signal
import ssl
import sys

import apsw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.utils import random as nacl_random


def draw() -> list[str]:
    """A number of each source of them that the program has."""
    with apsw.Connection(":memory:") as database:
        (of_sqlite,) = next(database.execute("SELECT hex(randomblob(8))"))
    return [
        str(random.random()),
        str(of_sqlite),
        ssl.RAND_bytes(8).hex(),
        nacl_random(8).hex(),
        Ed25519PrivateKey.generate().private_bytes_raw().hex(),
    ]


if __name__ == "__main__":
    atexit.register(print, "at the end")
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP)
    told = {
        "words": sys.argv[1:],
        "module": os.path.relpath(sys.argv[0]),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "input": sys.stdin.read(),
        "open": sorted(os.listdir("/proc/self/fd")),
        "signals": [str(signal.getsignal(each)) for each in signals],
        "group": os.getpgrp(),
        "mask": os.umask(0),
        "main": __spec__.name,
        "path": sys.path[0],
    }
    print(json.dumps(draw()), file=sys.stderr)
    print(json.dumps(told), flush=True)
    if "wait" in sys.argv:
        signal.pause()
    if "raise" in sys.argv:
        raise ValueError("as asked")
    sys.exit(int(sys.argv[-1]))
