"""What a leaf wants to be told of, and whom a post concerns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Meant, Written, matches
from swarmfeed.core.supernode import interests
from swarmfeed.core.supernode.interests import Delta, Listeners
from swarmfeed.core.supernode.limits import (
    INTERESTS_MAX,
    INTERESTS_PER_MESSAGE_MAX,
    PHRASE_TERMS_MAX,
    PHRASED_TERMS_MAX,
)
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import BadEncodingError, UserError

from tests.core.words.pairs import PAIRS

SALT, OTHER_SALT = bytes(16), bytes([1]) * 16
ANN, BOB, CYD = (bytes([n]) * 32 for n in (1, 2, 3))
AUTHOR, WRITER = AuthorId(bytes([7]) * 32), AuthorId(bytes([8]) * 32)
FEED = FeedId(bytes([9]) * 32)


def listening(**wanted: str) -> Listeners:
    listeners = Listeners(SALT)
    for child, typed in {"ANN": ANN, "BOB": BOB, "CYD": CYD}.items():
        if child in wanted:
            keys = frozenset(interests.words_keys(wanted[child], SALT))
            listeners.change(typed, Delta(added=keys))
    return listeners


def told(listeners: Listeners, text: str) -> set[bytes]:
    return set(listeners.concerned(WRITER, PostBody(text)))


def test_a_key_is_what_the_format_says() -> None:
    """SHA-256 as sha256sum works it out; the last three bits say that two words are two."""
    assert interests.words_keys("#Rust", SALT) == (interests.words_keys("#rust", OTHER_SALT))
    assert f"{interests.author_key(AuthorId(bytes(32))):016x}" == "df2a0ad694361068"
    assert f"{interests.words_keys('#rust', SALT)[0]:016x}" == "94c32118fe74c788"
    assert f"{interests.words_keys('two Words', SALT)[0]:016x}" == "acde96790ae40849"


def test_a_word_a_tag_and_a_phrase_are_told_of() -> None:
    listeners = listening(ANN="Café", BOB="#music", CYD="public transport")
    assert told(listeners, "A CAFE in town") == {ANN}
    assert told(listeners, "music, and #Music") == {BOB}
    assert told(listeners, "public  TRANSPORT, café") == {ANN, CYD}
    assert told(listeners, "transport public") == told(listeners, "") == set()


def test_what_is_written_by_for_and_of_somebody_is_told() -> None:
    listeners = Listeners(SALT)
    for child, key in (
        (ANN, interests.author_key(WRITER)),
        (BOB, interests.answers_key(FEED)),
        (CYD, interests.mentions_key(AUTHOR)),
    ):
        listeners.change(child, Delta(added=frozenset([key])))
    ref = EntryRef(FEED, Hash(bytes(32)), 4)
    post = PostBody("x", reply=ref, mentions=(AUTHOR,))
    assert set(listeners.concerned(WRITER, post)) == {ANN, BOB, CYD}
    assert set(listeners.concerned(AUTHOR, PostBody("x"))) == set()


def test_words_are_salted_and_the_rest_is_not() -> None:
    assert interests.words_keys("word", SALT) != interests.words_keys("word", OTHER_SALT)
    assert interests.words_keys("a b", SALT) != interests.words_keys("a b", OTHER_SALT)


@pytest.mark.parametrize("typed", ["", "!", "日"])
def test_what_is_no_whole_word_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match="no whole word"):
        interests.words_keys(typed, SALT)


def test_a_phrase_is_bounded() -> None:
    assert interests.words_keys("a " * PHRASE_TERMS_MAX, SALT)[0] & 7 == 7
    with pytest.raises(UserError, match="at most 8 words"):
        interests.words_keys("a " * (PHRASE_TERMS_MAX + 1), SALT)


@pytest.mark.attack("A125")
def test_phrases_are_looked_for_in_the_first_words_of_the_longest_posts() -> None:
    numbers = [str(number) for number in range(PHRASED_TERMS_MAX + 2)]
    last, beyond = numbers[PHRASED_TERMS_MAX - 2 : PHRASED_TERMS_MAX], numbers[-2:]
    post, everything = PostBody(" ".join(numbers)), range(2, PHRASE_TERMS_MAX + 1)
    found = interests.keys_of_post(AuthorId(bytes(32)), post, bytes(16), everything)
    assert interests.terms_key(last, bytes(16)) in found
    assert interests.terms_key(beyond, bytes(16)) not in found
    assert interests.terms_key(beyond[-1:], bytes(16)) in found
    assert len(found) <= len(numbers) + PHRASED_TERMS_MAX * (PHRASE_TERMS_MAX - 1) + 1


def test_words_of_every_script_are_told_of_where_a_search_finds_them() -> None:
    """Those that are whole words: the same folding, the same terms."""
    for _, typed, text, _ in PAIRS:
        try:
            keys = interests.words_keys(typed, SALT)
        except UserError:
            continue
        met = set(keys) <= interests.keys_of_post(
            WRITER, PostBody(text), SALT, interests.phrases_among(keys)
        )
        written = Written(author_id=WRITER, time_ms=1, post=PostBody(text))
        query = parse_query('"' + typed.replace('"', " ") + '"')
        assert met == matches(query, written, lambda _: Meant()), (typed, text)


keys = st.sets(st.integers(0, 2**64 - 1), max_size=20)


@given(before=keys, after=keys)
def test_deltas_lead_from_one_to_the_other(before: set[int], after: set[int]) -> None:
    listeners = Listeners(SALT)
    listeners.change(ANN, Delta(added=frozenset(before)))
    for delta in interests.deltas(before, after):
        assert not delta.added & delta.removed
        read = interests.decode_keys(interests.encode_keys(delta.added))
        listeners.change(ANN, Delta(added=read, removed=delta.removed))
    assert listeners.digest_of(ANN) == interests.digest(after)
    assert listeners.keys() == frozenset(after)
    listeners.leave(ANN)
    assert listeners.keys() == frozenset()
    assert listeners.digest_of(ANN) == interests.digest(())


def test_many_keys_go_in_several_messages_and_never_pass_the_bound() -> None:
    listeners = Listeners(SALT)
    full = frozenset(range(0, 8 * INTERESTS_MAX, 8))
    for delta in (*interests.deltas((), full), *interests.deltas(full, {k + 1 for k in full})):
        assert len(delta.added | delta.removed) <= INTERESTS_PER_MESSAGE_MAX
        listeners.change(ANN, delta)
    with pytest.raises(UserError, match="4,096"):
        listeners.change(ANN, Delta(added=frozenset([4])))
    assert len(listeners.keys()) == INTERESTS_MAX
    assert not listeners.concerned(WRITER, PostBody("x"))


@given(st.binary(max_size=64))
def test_foreign_keys_are_read_or_refused(raw: bytes) -> None:
    try:
        found = interests.decode_keys(raw)
    except BadEncodingError:
        return
    assert interests.encode_keys(found) == raw


def test_too_many_keys_in_a_message_are_refused() -> None:
    raw = interests.encode_keys(range(INTERESTS_PER_MESSAGE_MAX + 1))
    with pytest.raises(BadEncodingError):
        interests.decode_keys(raw)


some_keys = st.sets(
    st.sampled_from(
        [interests.words_keys(each, SALT)[0] for each in ("word", "#rust", "of rust", "tea")]
    )
    | st.integers(0, 2**64 - 1),
    max_size=6,
)


@given(
    st.lists(st.tuples(st.sampled_from([ANN, BOB, CYD]), some_keys, st.booleans()), max_size=12)
)
def test_listeners_are_what_was_told_last(told: list[tuple[bytes, set[int], bool]]) -> None:
    """Against a dict of sets, whatever is added, removed and left in whatever order."""
    listeners, model = Listeners(SALT), dict[bytes, set[int]]()
    for child, changed, is_added in told:
        if not changed:
            listeners.leave(child)
            model.pop(child, None)
            continue
        kept = frozenset(changed)
        listeners.change(child, Delta(added=kept) if is_added else Delta(removed=kept))
        known = model.setdefault(child, set())
        model[child] = known | kept if is_added else known - kept
    assert listeners.keys() == frozenset().union(*model.values())
    for child in (ANN, BOB, CYD):
        assert listeners.digest_of(child) == interests.digest(model.get(child, ()))
    for text in ("a word of rust", "#rust"):
        post = PostBody(text)
        met = interests.keys_of_post(WRITER, post, SALT, range(2, PHRASE_TERMS_MAX + 1))
        wanted = {child for child, known in model.items() if known & met}
        assert set(listeners.concerned(WRITER, post)) == wanted
        assert {each for each in model if listeners.is_met(each, WRITER, post)} == wanted
