"""What a person listens to, and the one key by which it is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.address import Link, format_author, format_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Written
from swarmfeed.core.push.limits import SUBSCRIPTION_CHARS_MAX
from swarmfeed.core.push.subscriptions import read_subscription
from swarmfeed.core.supernode.interests import (
    author_key,
    keys_of_post,
    phrases_among,
    words_keys,
)
from swarmfeed.errors import UserError

SALT = bytes(range(16))
ANN = AuthorId(bytes([7]) * 32)
ADDRESS = format_author(ANN)


def written(text: str, author_id: AuthorId = ANN) -> Written:
    return Written(author_id=author_id, time_ms=1, post=PostBody(text))


@pytest.mark.parametrize(
    ("typed", "rarest"),
    [
        ("#Rust", "#rust"),
        ("ferry", "ferry"),
        ("the ferry is late", "ferry"),
        ('coffee "cold brew"', '"cold brew"'),
        ("coffee #brew", "#brew"),
        ("begin* late", "late"),
    ],
)
def test_its_parents_are_told_of_what_is_rarest_in_it(typed: str, rarest: str) -> None:
    assert (read_subscription(typed).key(SALT),) == words_keys(rarest, SALT)


def test_all_of_it_has_to_be_true_of_a_post() -> None:
    both = read_subscription("  coffee   house -tea ")
    assert both.text == "coffee house -tea"
    assert both.is_met(written("a house of coffee"))
    assert not both.is_met(written("a house of coffee and tea"))
    assert not both.is_met(written("coffee"))


def test_somebody_is_listened_to_by_link_or_address() -> None:
    for typed in (ADDRESS, format_link(Link(author_id=ANN)), f"from:{ADDRESS}"):
        subscription = read_subscription(typed)
        assert subscription.text == f"from:{ADDRESS}"
        assert subscription.key(SALT) == author_key(ANN)
        assert subscription.is_met(written("anything"))
        assert not subscription.is_met(written("anything", AuthorId(bytes(32))))


@pytest.mark.parametrize(
    "typed", ["", "  ", "begin*", "-tea", "has:link", "lang:de", "from:Ann", "x" * 121, "!?"]
)
def test_what_has_no_key_is_refused(typed: str) -> None:
    assert len("x" * 121) > SUBSCRIPTION_CHARS_MAX
    with pytest.raises(UserError):
        read_subscription(typed)


WORD = st.sampled_from(["tea", "Milk", "#brew", '"cold brew"', "ice", '"iced tea with"'])


@given(st.lists(WORD, min_size=1, max_size=4), st.lists(WORD, max_size=8))
def test_a_post_that_meets_it_meets_its_key(wanted: list[str], said: list[str]) -> None:
    """So a parent, who knows the key alone, leaves nothing out."""
    subscription = read_subscription(" ".join(wanted))
    post = written(" ".join(said).replace('"', ""))
    key = subscription.key(SALT)
    met = keys_of_post(ANN, post.post, SALT, phrases_among([key]))
    if subscription.is_met(post):
        assert key in met
