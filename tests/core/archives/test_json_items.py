"""Long JSON is read item by item, however its bytes are cut."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.archives import json_items
from swarmfeed.core.archives.json_items import items, whole


def nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)


SINGLE = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=5)
VALUES = st.recursive(SINGLE, nested, max_leaves=8)


def cut(raw: bytes, size: int) -> list[bytes]:
    return [raw[at : at + size] for at in range(0, len(raw), size)]


@given(st.lists(VALUES, max_size=6), st.integers(1, 9), st.booleans())
def test_items_are_those_of_the_whole(values: list[object], size: int, pretty: bool) -> None:
    raw = json.dumps(values, indent=2 if pretty else None, ensure_ascii=not pretty).encode()
    assert list(items(cut(raw, size))) == values
    assert list(items(cut(b"window.YTD.a.part0 = " + raw, size))) == values
    inside = b'{"a": {"x": [1]}, "b" : 5,\n"list": ' + raw + b', "after": 1}'
    assert list(items(cut(inside, size), "list")) == values
    assert whole(cut(raw, size)) == values


@pytest.mark.parametrize(
    "raw", [b"", b"[", b"[1", b"[1,", b"[1 2]", b"{}", b"nothing", b"[1,\xff]", b"[" * 5_000]
)
def test_what_is_no_list_is_an_error_and_no_other(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(items([raw]))


@given(st.binary(max_size=60))
def test_garbage_is_a_value_error(raw: bytes) -> None:
    for key in ("", "list"):
        with suppress(ValueError):
            list(items(cut(raw, 7), key))


@pytest.mark.attack("A281")
def test_a_record_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_items, "RECORD_CHARS_MAX", 1_000)
    taken = iter([b'["', *[b"x" * 100] * 1_000])
    with pytest.raises(ValueError, match="longer than"):
        list(items(taken))
    assert len(list(taken)) > 980, "no more is read than that"
