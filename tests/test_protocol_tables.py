"""The tables of docs/PROTOCOL.md as a stranger reads them, against the program.

The tables are written from the classes; here bytes are made from the tables, at each bound and
one beyond it, and the program has to read them as the page says.
"""

import pytest
from _message_format import PAGE, beyond, read_tables, within
from _reference_forms import bencode
from swarmfeed.core.vocabulary import PAIRING, VOCABULARY, Unknown, Vocabulary
from swarmfeed.errors import BadEncodingError

TABLES = read_tables(PAGE.read_text("utf-8"))


def test_the_page_has_a_table_of_each_message() -> None:
    words = [word for each in (VOCABULARY, PAIRING) for word in each.words]
    assert {word.name for word in words} == TABLES.keys()
    assert all(TABLES.values())


def vocabulary_of(name: str) -> Vocabulary:
    spoken = {word.name: each for each in (VOCABULARY, PAIRING) for word in each.words}
    return spoken[name]


@pytest.mark.parametrize("name", TABLES)
def test_what_the_page_allows_is_read(name: str) -> None:
    for what, fields in within(TABLES[name]):
        message = vocabulary_of(name).decode(bencode({**fields, "m": name.encode()}))
        assert not isinstance(message, Unknown), what
        assert type(message).name == name


@pytest.mark.parametrize("name", TABLES)
def test_what_the_page_does_not_allow_is_refused(name: str) -> None:
    for what, fields in beyond(TABLES[name]):
        try:
            vocabulary_of(name).decode(bencode({**fields, "m": name.encode()}))
        except BadEncodingError:
            continue
        pytest.fail(f"{name} was read with {what}")


def test_a_message_of_a_later_version_is_passed_over() -> None:
    assert isinstance(VOCABULARY.decode(bencode({"m": b"later", "x": 1})), Unknown)
