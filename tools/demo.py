"""``tools/run --demo``: a neighbourhood of real nodes plays the main job before your eyes."""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from neighbourhood import diary
from neighbourhood.show import Show
from neighbourhood.story import Post, Story, told
from swarmfeed.cli.jsonl import Complaints, read_lines
from swarmfeed.core.asks.page import NewLoginLink
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.errors import SwarmfeedError, UserError

POSTS = 9_204
WORD = "accordion"
ENDS = (signal.SIGINT, signal.SIGTERM)
"""What ends the demo in good order."""


def main(argv: Sequence[str]) -> int:
    """Play the demo, then leave the newcomer's page open until Ctrl-C."""
    asked = _parse(argv)
    show = Show()
    for number in ENDS:
        # Set, not left as it is: a shell starts what runs in the background deaf to Ctrl-C.
        signal.signal(number, _interrupt)
    folder = Path(tempfile.mkdtemp(prefix="swarmfeed-demo-"))
    try:
        posts = _read(asked.data, asked.author) if asked.data else list(diary.posts(POSTS))
        with told(folder, show, posts, "" if asked.data else WORD) as story:
            story.play()
            if not asked.exit:
                _stay(story, show, folder, open_page=not asked.no_open)
    except KeyboardInterrupt:
        show.say("All nodes are stopped.")
    except SwarmfeedError as error:
        show.fail(str(error))
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/run --demo", description=__doc__)
    parser.add_argument("--no-open", action="store_true", help="only print the page's link")
    parser.add_argument("--exit", action="store_true", help="end after the scenario")
    parser.add_argument("--data", type=Path, metavar="FILE", help="lines of author, time, text")
    parser.add_argument("--author", help="whose posts of that file (default: the first one's)")
    return parser.parse_args(argv)


def _read(file: Path, author: str | None) -> list[Post]:
    try:
        with file.open("rb") as opened:
            complain = Complaints(bad=lambda _: None, foreign=lambda _: None)
            lines = list(read_lines(opened, complain, TIME_MS_MAX))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error
    chosen = author or (lines[0].author if lines else "")
    posts = [(line.time_ms, line.text) for line in lines if line.author == chosen]
    if not posts:
        raise UserError(f"there are no posts of {author} in {file}" if author else "no posts")
    return posts


def _stay(story: Story, show: Show, folder: Path, *, open_page: bool) -> None:
    """Show the newcomer's page and wait for Ctrl-C."""
    show.say("Now look around. This is your page; the link logs one browser in, once:")
    show.link(story.you.node.ask(NewLoginLink()).url)
    command = [sys.executable, "-m", "swarmfeed", "--home", str(story.you.home), "open"]
    if open_page:
        # Its own link, handed over in a file: arguments are seen by everybody here.
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    # Blocked from here on, so that one that comes just before the wait is not lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    show.say(f"Jonas and Lea keep running. Ctrl-C stops all of them and deletes {folder}.")
    signal.sigwait(ENDS)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
