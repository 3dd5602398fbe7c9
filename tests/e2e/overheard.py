"""``swarmfeed``, with all that this node reads off its links written down beside its home.

Each message stands in the file as it was before it is decoded: what TLS hides from the wire it
hides no longer here.  So the file has everything that a relay can know of what it relays.
"""

import sys
from pathlib import Path

from swarmfeed.__main__ import program
from swarmfeed.core.talk.message import Message
from swarmfeed.core.vocabulary import Unknown, Vocabulary


def heard_by(home: Path) -> Path:
    """Where it stands."""
    return home.with_suffix(".heard")


def write_down(file: Path) -> None:
    """From now on, in this process."""
    heard, decode = file.open("ab", buffering=0), Vocabulary.decode

    def overheard(self: Vocabulary, data: bytes) -> Message | Unknown:
        heard.write(data)
        return decode(self, data)

    Vocabulary.decode = overheard  # type: ignore[method-assign]  # nothing else is changed


if __name__ == "__main__":
    write_down(heard_by(Path(sys.argv[sys.argv.index("--home") + 1])))
    program()
