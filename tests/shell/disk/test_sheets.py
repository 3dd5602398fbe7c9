"""The file of what both sheets say in the DHT."""

from pathlib import Path

import pytest
from street.authors import author_of, moved
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.talk.sheets import sign_sheets
from swarmfeed.shell.disk.sheets import SHEETS, read_sheets, write_sheets

ANNA = author_of(b"\x01" * 32)
ITEMS = sign_sheets(ANNA, moved(ANNA).signing)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert read_sheets(tmp_path) == ()
    write_sheets(tmp_path, ITEMS)
    assert read_sheets(tmp_path) == ITEMS
    write_sheets(tmp_path, ITEMS[:1])
    assert read_sheets(tmp_path) == ITEMS[:1]


@pytest.mark.parametrize(
    "content", [b"", b"le", b"de", b"li1ee", encode([{}]), b"x" * 9_999, encode([{}] * 3)]
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SHEETS).write_bytes(content)
    assert read_sheets(tmp_path) == ()
