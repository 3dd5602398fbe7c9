"""The file ``papers`` of a home: which sheets are still to be written down.

There is none where nothing is to be reminded of.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.base.papers import PAPERS_BYTES_MAX, Papers, format_papers, parse_papers
from swarmfeed.errors import DamageError
from swarmfeed.shell.disk.durable import fsync_folder, read_file, write_file

NAME: Final = "papers"


def read_papers(home: Path) -> Papers:
    """Return what is not on paper yet.  Raises PassingError when it cannot be read now."""
    try:
        return parse_papers(read_file(home / NAME, PAPERS_BYTES_MAX))
    except (FileNotFoundError, NotADirectoryError):
        return Papers()
    except DamageError:
        return parse_papers(b"")


def write_papers(home: Path, papers: Papers) -> None:
    """Remember what is not on paper yet; when all of it is, nothing stays.

    Raises:
        PassingError: Not now; all is as it was.
    """
    path = home / NAME
    if not papers.is_done:
        write_file(path, format_papers(papers))
        return
    with suppress(FileNotFoundError):
        path.unlink()
        fsync_folder(home)
