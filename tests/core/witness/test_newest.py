"""How new a feed is by the word of those who witnessed it."""

from collections.abc import Iterable

import pytest
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.cosignature import open_cosignature, sign_cosignature
from swarmfeed.core.witness.limits import COSIGNATURES_MAX, STEP_BACK_S
from swarmfeed.core.witness.newest import (
    Newest,
    SeenBy,
    decode_newest,
    encode_newest,
    heed,
    see,
    stepped_back,
)
from swarmfeed.errors import DamageError

from tests.core.witness.test_book import head

KEYS = [SigningKey(bytes([number + 1]) * 32) for number in range(12)]
NODES = [NodeId(key.public) for key in KEYS]
NOW_S = 1_700_000_000


def said(size: int, words: Iterable[tuple[int, int]], *, time_ms: int = 1) -> Newest:
    """Words of some nodes, by number, at some second."""
    text = head(size, time_ms=time_ms)
    opened = [
        open_cosignature(
            text, sign_cosignature(text, NODES[node], NOW_S + later, KEYS[node].sign)
        )
        for node, later in words
    ]
    root = Hash(bytes(32))
    return Newest(
        signed_head=text, size=size, root=root, words={each.witness: each for each in opened}
    )


def times(newest: Newest) -> dict[int, int]:
    return {NODES.index(node): word.time_s - NOW_S for node, word in newest.words.items()}


def test_a_larger_head_takes_the_place_of_a_smaller_one_and_never_the_other_way() -> None:
    small, large = said(5, [(0, 0), (1, 3)]), said(6, [(2, 1)])
    assert heed(None, small) is small
    assert heed(small, large) is large
    assert heed(large, small) is large


def test_of_one_head_the_latest_word_of_each_counts() -> None:
    merged = heed(said(5, [(0, 0), (1, 9)]), said(5, [(0, 4), (1, 2), (2, 1)]))
    assert times(merged) == {0: 4, 1: 9, 2: 1}
    assert merged.lines[0] == merged.words[NODES[1]].line, "the latest is told first"
    assert merged.last_s == NOW_S + 9


def test_of_two_texts_of_one_head_the_one_signed_last_is_kept_with_its_words() -> None:
    one, other = said(5, [(0, 4)]), said(5, [(1, 6)], time_ms=2)
    assert heed(one, other) is other
    assert heed(other, one) is other


def test_no_more_than_a_few_are_kept_the_latest() -> None:
    newest = said(5, [(0, 0)])
    for node in range(12):
        newest = heed(newest, said(5, [(node, node)]))
    assert times(newest) == {node: node for node in range(12 - COSIGNATURES_MAX, 12)}


@pytest.mark.attack("A142")
def test_who_signs_a_smaller_head_after_a_larger_one_is_found() -> None:
    large = said(6, [(0, 10), (1, 10)])
    assert stepped_back(large, said(5, [(2, 90), (0, 10 + STEP_BACK_S)])) == NODES[0]
    assert stepped_back(large, said(5, [(1, 9 + STEP_BACK_S)])) is None, "it may have crossed"
    assert stepped_back(large, said(6, [(0, 99)])) is None
    assert stepped_back(None, said(5, [(0, 99)])) is None


@pytest.mark.attack("A146")
def test_strangers_count_for_nothing_and_one_network_once() -> None:
    networks = {NODES[0]: "a", NODES[1]: "b", NODES[2]: "b", NODES[3]: "c"}
    newest = said(5, [(0, 50), (1, 70), (2, 60), (3, 10), (4, 99), (5, 98)])
    assert see(newest, networks.get) == SeenBy(as_of_s=NOW_S + 50, networks=3)
    assert see(said(5, [(4, 1), (5, 2)]), networks.get) is None
    assert see(said(5, [(3, 7)]), networks.get) == SeenBy(as_of_s=NOW_S + 7, networks=1)
    assert see(None, networks.get) is None


def test_a_row_says_what_was_known_and_a_spoilt_one_nothing() -> None:
    newest = said(5, [(0, 1), (1, 2)])
    assert decode_newest(encode_newest(newest)) == newest
    for spoilt in (b"", b"de", encode_newest(newest)[:-1], b"d1:cle1:g0:1:ni1e1:r0:e"):
        with pytest.raises(DamageError):
            decode_newest(spoilt)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 seconds ago"),
        (1, "1 second ago"),
        (119, "119 seconds ago"),
        (120, "2 minutes ago"),
        (7_199, "119 minutes ago"),
        (7_200, "2 hours ago"),
        (172_800, "2 days ago"),
    ],
)
def test_ago_is_said_in_the_unit_that_a_person_would_take(seconds: int, words: str) -> None:
    assert sentences.ago(seconds) == words
