"""Views as JSON: keys that commands and the page's API rely on."""

import json

import pytest
from swarmfeed.core.asks.views import Cursor, PostView, parse_cursor
from swarmfeed.core.asks.views_json import post_json, posts_json, ref_text
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.errors import UserError

REF = EntryRef(FeedId(b"f" * 32), Hash(b"h" * 32), 7)


def post(**changes: object) -> PostView:
    values: dict[str, object] = {
        "ref": REF,
        "author_id": AuthorId(b"a" * 32),
        "author_name": "Ada",
        "time_ms": 1_700_000_000_000,
        "text": "hello",
        "cursor": Cursor(1_700_000_000_000, 3),
    }
    return PostView(**(values | changes))  # type: ignore[arg-type]  # built from a dict


def test_a_post_has_the_keys_programs_rely_on() -> None:
    assert post_json(post()) == {
        "author": format_address(b"a" * 32),
        "name": "Ada",
        "feed": format_address(b"f" * 32),
        "index": 7,
        "time_ms": 1_700_000_000_000,
        "text": "hello",
        "hash": "68" * 32,
        "cursor": "1700000000000-3",
        "reply_count": 0,
        "held_by": 0,
    }


def test_a_reply_names_its_parent_and_a_warning_is_kept() -> None:
    shown = post_json(post(cw="spiders", reply_to=REF))
    assert shown["cw"] == "spiders"
    assert shown["reply_to"] == {
        "feed": format_address(b"f" * 32),
        "index": 7,
        "hash": "68" * 32,
    }


def test_a_list_goes_on_only_when_it_was_full() -> None:
    assert posts_json([post()], 1)["next"] == "1700000000000-3"
    assert posts_json([post()], 2)["next"] is None
    assert posts_json([], 1)["next"] is None


def test_any_text_survives_json() -> None:
    text = "\x00\u202e\U0001f469‍\n\\\"'"
    assert json.loads(json.dumps(post_json(post(text=text))))["text"] == text


def test_an_entry_is_named_by_feed_and_index() -> None:
    assert ref_text(REF) == f"{format_address(b'f' * 32)}/7"


@pytest.mark.parametrize("cursor", [Cursor(0, 0), Cursor(10**15 - 1, 2**40)])
def test_a_cursor_is_read_back(cursor: Cursor) -> None:
    assert parse_cursor(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text", ["", "1", "1-", "-1", "1-2-3", "-1-2", "a-b", "1 -2", "١-٢", "1-" + "9" * 19]
)
def test_junk_is_no_cursor(text: str) -> None:
    with pytest.raises(UserError, match="start again at the top"):
        parse_cursor(text)
