"""The file of settings: what is written is read, and nothing else is taken for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.install.kept import format_kept, parse_kept
from swarmfeed.core.install.limits import KEPT_SETTINGS_BYTES_MAX
from swarmfeed.errors import BadEncodingError


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=5))
def test_what_is_written_is_read_as_it_was(kept: dict[str, str]) -> None:
    assert parse_kept(format_kept(kept)) == kept


def test_a_person_can_read_it() -> None:
    assert (
        format_kept({"--disk": "20 GB"}) == b'{\n "settings": {\n  "--disk": "20 GB"\n }\n}\n'
    )


@given(st.binary(max_size=200))
def test_garbage_is_refused_by_the_one_error(content: bytes) -> None:
    with pytest.raises(BadEncodingError):
        parse_kept(content)


@pytest.mark.parametrize(
    "content",
    [{}, {"settings": ["--disk"]}, {"settings": {"--disk": 20}}, {"settings": None}, []],
)
def test_another_form_is_refused(content: object) -> None:
    with pytest.raises(BadEncodingError):
        parse_kept(json.dumps(content).encode())


def test_a_file_that_is_too_long_or_too_deep_is_refused() -> None:
    for content in (b" " * KEPT_SETTINGS_BYTES_MAX + b"{}", b"[" * 60_000):
        with pytest.raises(BadEncodingError):
            parse_kept(content)
