"""Which drawers a post is in, and where a search looks: both sides agree."""

from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Meant, Written, matches
from swarmfeed.core.partition.keys import (
    COMMON,
    drawer_of_author,
    drawer_of_term,
    drawers_of,
    drawers_sought,
    read_drawers,
    spell_drawers,
)
from swarmfeed.core.partition.limits import (
    DRAWERS,
    DRAWERS_OF_POST_MAX,
    DRAWERS_SOUGHT_MAX,
)
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import UserError

from tests.examples import at_most

ANNA = AuthorId(b"a" * 32)
CROWD = frozenset(AuthorId(bytes([n]) * 32) for n in range(40))


def called(name: str) -> Meant:
    known = {"anna": Meant(authors=frozenset({ANNA})), "crowd": Meant(authors=CROWD)}
    return known.get(name, Meant())


def written(text: str) -> Written:
    return Written(author_id=ANNA, time_ms=5, post=PostBody(text))


def sought(typed: str) -> tuple[int, ...]:
    return drawers_sought(parse_query(typed), called)


def test_a_post_is_in_the_drawers_of_its_author_and_of_its_words() -> None:
    assert drawers_of(written("The green #Tea, and GREEN milk")) == {
        drawer_of_author(ANNA),
        *map(drawer_of_term, ("green", "tea", "#tea", "milk")),
    }
    many = drawers_of(written(" ".join(f"word{n}" for n in range(1_000))))
    assert len(many) <= DRAWERS_OF_POST_MAX + 1
    assert all(0 <= each < DRAWERS for each in many)
    assert drawers_of(written("the and of")) == {drawer_of_author(ANNA)}


def test_a_search_looks_where_fewest_posts_are() -> None:
    assert sought("from:anna green #tea") == (drawer_of_author(ANNA),)
    assert sought("green #tea chrysanthemum") == (drawer_of_term("#tea"),)
    assert sought('"green chrysanthemum" tea') == (drawer_of_term("chrysanthemum"),)
    assert sought("green chrysanth*") == (drawer_of_term("green"),)
    assert len(sought("from:crowd")) == DRAWERS_SOUGHT_MAX
    assert sought("from:nobody green") == ()
    assert sought("the and") == sought("green*") == sought("has:link") == ()


@settings(max_examples=at_most(100))
@given(st.text(max_size=60), st.text(max_size=20))
def test_what_a_search_asks_for_is_in_the_drawer_where_it_looks(text: str, typed: str) -> None:
    try:
        query = parse_query(typed)
    except UserError:
        return
    post = written(text)
    if matches(query, post, called):
        assert drawers_of(post).issuperset(drawers_sought(query, called))


def test_drawers_in_a_message_and_back() -> None:
    assert read_drawers(spell_drawers({900, 5, 1_023})) == [5, 900, 1_023]
    assert read_drawers(b"\xff\xff\x00\x01\x02") == [1, 2]
    assert all(term == term.lower() for term in COMMON)
