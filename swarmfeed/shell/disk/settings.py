"""The file ``settings`` of a home: what is kept of settings for the next starts.

There is none where nothing was chosen.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from swarmfeed.core.asks import settings_sentences as sentences
from swarmfeed.core.install.kept import format_kept, parse_kept
from swarmfeed.core.install.limits import KEPT_SETTINGS_BYTES_MAX
from swarmfeed.errors import BadEncodingError, DamageError, UserError
from swarmfeed.shell.disk.durable import read_file, write_file

NAME: Final = "settings"


class FileSettings:
    """Implements ``ports.kept_settings.KeptSettings`` on a home."""

    def __init__(self, home: Path) -> None:
        self._path = home / NAME

    def read(self) -> Mapping[str, str]:
        try:
            return parse_kept(read_file(self._path, KEPT_SETTINGS_BYTES_MAX))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (BadEncodingError, DamageError) as error:
            raise UserError(sentences.UNREADABLE(file=self._path)) from error

    def write(self, kept: Mapping[str, str]) -> None:
        write_file(self._path, format_kept(kept))
