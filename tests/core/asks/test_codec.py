"""Views and asks as JSON: keys that programs rely on, and back again whatever comes."""

import json
from functools import cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street.fakes.stub import declared
from swarmfeed.core.asks import feeds, history, page, people, posts, upkeep, writing
from swarmfeed.core.asks.ask import answer_type
from swarmfeed.core.asks.atoms import ATOMS
from swarmfeed.core.asks.codec import from_json, from_query, shape_of, to_json, to_query
from swarmfeed.core.asks.cursor import Cursor, parse_cursor
from swarmfeed.core.asks.posts import (
    PostView,
    SearchPosts,
    ShowPost,
    Timeline,
    page_of,
    ref_text,
)
from swarmfeed.core.asks.shape import Definitions, Whole
from swarmfeed.core.asks.writing import ImportPosts, OldPost
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.errors import BadJsonError, UserError

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
    assert to_json(post()) == {
        "author": format_author(b"a" * 32),
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
    shown = to_json(post(cw="spiders", reply_to=REF))
    assert shown["cw"] == "spiders"
    assert shown["reply_to"] == {
        "feed": format_address(b"f" * 32),
        "index": 7,
        "hash": "68" * 32,
    }


def test_a_list_goes_on_only_when_it_was_full() -> None:
    assert to_json(page_of([post()], 1))["next"] == "1700000000000-3"
    assert to_json(page_of([post()], 2))["next"] is None
    assert to_json(page_of([], 1))["next"] is None


def test_any_text_survives_json() -> None:
    text = "\x00\u202e\U0001f469‍\n\\\"'"
    assert json.loads(json.dumps(to_json(post(text=text))))["text"] == text


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


# --- every view and every ask -------------------------------------------------------------

few = settings(max_examples=settings().max_examples // 5)
"""For each of so many types: a fifth of what the profile asks."""

ASKS = [*declared(), page.NewLoginLink]
ANSWERS = sorted({answer_type(kind) for kind in ASKS}, key=lambda kind: kind.__name__)

texts = st.text(max_size=20)
numbers = st.integers(min_value=0, max_value=10**17)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    bool: st.booleans(),
    int: numbers,
    float: st.floats(allow_nan=False, allow_infinity=False),
    bytes: st.binary(max_size=40),
    Cursor: st.builds(Cursor, numbers, numbers),
    OldPost: st.builds(OldPost, st.integers(0, 10**15 - 1), texts, st.integers(0, 10**6)),
} | {
    kind: st.binary(min_size=32, max_size=32)
    for kind in ATOMS
    if hasattr(kind, "__supertype__")
}


@cache
def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that has a JSON form."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    arguments = get_args(hint)
    if get_origin(hint) is Annotated:
        bounds = [each for each in hint.__metadata__ if isinstance(each, Whole)]
        for each in bounds:
            return st.integers(each.first, each.last)
        return values_of(arguments[0])
    if get_origin(hint) is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if arguments and arguments[1] is NoneType:
        return st.none() | values_of(arguments[0])
    hints = get_type_hints(hint, include_extras=True)
    fields = {name: values_of(hints[name]) for name in hint.__struct_fields__}
    return st.builds(hint, **fields)


@pytest.mark.parametrize("kind", [*ANSWERS, *ASKS], ids=lambda kind: kind.__name__)
@few
@given(data=st.data())
def test_every_view_and_every_ask_comes_back_from_json(kind: type, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))
    assert from_json(kind, json.loads(json.dumps(to_json(value)))) == value


@pytest.mark.parametrize(
    "kind", [kind for kind in ASKS if not kind.changes], ids=lambda kind: kind.__name__
)
@few
@given(data=st.data())
def test_every_question_comes_back_from_a_query(kind: type, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))
    assert from_query(kind, to_query(value)) == value


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", [*ANSWERS, *ASKS], ids=lambda kind: kind.__name__)
@few
@given(data=st.data())
def test_foreign_json_is_a_value_or_the_one_error(kind: type, data: st.DataObject) -> None:
    """Anything at all, and what is almost right: one key replaced or gone."""
    written = to_json(data.draw(values_of(kind)))
    if written and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(written)))
        value: object = {**written, key: data.draw(json_values)}
        if data.draw(st.booleans()):
            value = {other: written[other] for other in written if other != key}
    else:
        value = data.draw(json_values)
    try:
        read = from_json(kind, value)
    except BadJsonError:
        return
    assert from_json(kind, to_json(read)) == read


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (writing.WritePost, {}, '"text" has to be a text.'),
        (writing.WritePost, {"text": 5}, '"text" has to be a text.'),
        (writing.WritePost, {"text": "x", "reply_to": None}, '"reply_to" has to be a text.'),
        (ImportPosts, {}, '"posts" has to be a list of [time_ms, text].'),
        (ImportPosts, {"posts": "x"}, '"posts" has to be a list of [time_ms, text].'),
        (ImportPosts, {"posts": [[1]]}, 'Each of "posts" has to be [time_ms, text].'),
        (ImportPosts, {"posts": [[-1, "x"]]}, 'Each of "posts" has to be [time_ms, text].'),
        (ImportPosts, {"posts": [[True, "x"]]}, 'Each of "posts" has to be [time_ms, text].'),
        (
            ImportPosts,
            {"posts": [[1, "x", False]]},
            'Each of "posts" has to be [time_ms, text].',
        ),
        (history.ChooseHistory, {"scope": "open", "disk_bytes": True},
         '"disk_bytes" has to be a number of bytes.'),
        (history.ChooseHistory, {"scope": "open", "disk_bytes": 2**50 + 1},
         '"disk_bytes" has to be a number of bytes.'),
        (upkeep.Wellbeing, {"sentence": "x", "running": 1},
         '"running" has to be true or false.'),
        (upkeep.DiskUse, {"bytes": 1.5}, '"bytes" has to be a number.'),
        (upkeep.OwnSafety, {"safety": 1}, '"safety" has to be an object.'),
        (feeds.HeldFeeds, {"feeds": {}}, '"feeds" has to be a list of objects.'),
        (people.AboutAuthor, {"author": "x"}, "An address has 56 characters, this one has 1."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence_that_names_the_key(
    kind: type, value: object, sentence: str
) -> None:
    with pytest.raises(BadJsonError) as raised:
        from_json(kind, value)
    assert str(raised.value) == sentence


def test_a_key_that_is_not_known_is_passed_over() -> None:
    assert from_json(posts.NewPosts, {"count": 1, "later": 2}) == posts.NewPosts(count=1)


def test_a_node_of_before_says_a_cost_without_who_holds_it() -> None:
    cost = people.Cost(
        author_id=AuthorId(b"a" * 32),
        entry_count=3,
        bytes_total=40,
        unpacked_bytes=100,
        exact=True,
        sentences=("They wrote 3 entries.",),
    )
    said = to_json(cost)
    del said["held_by"]
    assert from_json(people.Cost, said) == cost


@pytest.mark.parametrize(
    "query",
    [
        {"limit": ""}, {"limit": "0"}, {"limit": "1001"}, {"limit": "2.0"}, {"limit": "-1"},
        {"limit": "²"}, {"limit": "9" * 30}, {"author": "me"}, {"before": "soon"},
        {"before": "٣-1"},
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadJsonError):
        from_query(Timeline, query)


def test_what_a_query_leaves_out_has_its_default() -> None:
    assert from_query(Timeline, {"author": "", "before": ""}) == Timeline()
    assert from_query(SearchPosts, {}) == SearchPosts(words="")
    assert from_query(ShowPost, {}) == ShowPost(ref="")
    assert to_query(SearchPosts(words="a", limit=7)) == {"q": "a", "limit": "7"}


def test_a_type_without_a_json_form_is_a_bug_and_says_so() -> None:
    for kind in (dict[str, str], set, tuple[int, str], int | str):
        with pytest.raises(TypeError, match="JSON form"):
            shape_of(kind)


def test_a_schema_names_what_it_is_made_of() -> None:
    definitions = Definitions(describe=lambda kind: {"name": kind.__name__}, found={})
    shape_of(history.Explanations).schema(definitions)
    explanation = definitions.found["Explanation"]
    assert {"author", "feed", "quota_bytes", "holders"} <= set(explanation["properties"])
    assert "HistoryFeed" not in definitions.found, "its keys stand beside the others"
    assert definitions.found["HolderOutlook"]["required"][0] == "node"
