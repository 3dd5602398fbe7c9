"""swarmfeed's log, as a program that appends; nodes are measured as they are (``member``)."""

import argparse
from pathlib import Path

from benchmarks.append import Appender
from benchmarks.bench import encode_post
from benchmarks.peers.programs.common import Answer, answer, read_posts


def main() -> None:
    """Answer until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("host")
    asked = parser.parse_args()

    def append(file: str, batch: int) -> Answer:
        """Append to a new feed; each batch is on disk, and its signed head, before the next."""
        stored = [encode_post(sample) for sample in read_posts(file)]
        batches = [stored[at : at + batch] for at in range(0, len(stored), batch)]
        return {"seconds": Appender(asked.folder).append(batches), "count": len(stored)}

    answer({}, {"append": append})


if __name__ == "__main__":
    main()
