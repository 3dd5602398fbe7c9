"""What a fake desk answers of what its person listens to."""

from typing import Any, Final, Protocol

from msgspec.structs import replace
from swarmfeed.core.asks.listening import (
    Listening,
    Subscribe,
    Subscriptions,
    Unsubscribe,
    WhatIsListenedTo,
)
from swarmfeed.core.asks.network import KeepFound, NetworkPosts
from swarmfeed.core.asks.posts import Posts, PostView, ShowPost, page_of, ref_text
from swarmfeed.core.push.sentences import NO_SUCH_SUBSCRIPTION
from swarmfeed.core.push.subscriptions import read_subscription
from swarmfeed.errors import UserError

from street.fakes.table import Rows


class Listener(Protocol):
    """A desk with posts of others."""

    posts: list[PostView]
    subscriptions: list[str]
    parents: int
    serves: bool
    network: NetworkPosts

    def ask(self, ask: Any) -> Any: ...


def subscribe(desk: Listener, ask: Subscribe) -> Subscriptions:
    text = read_subscription(ask.what).text
    if text not in desk.subscriptions:
        desk.subscriptions.append(text)
    return told(desk)


def unsubscribe(desk: Listener, ask: Unsubscribe) -> Subscriptions:
    if ask.what not in desk.subscriptions:
        raise UserError(NO_SUCH_SUBSCRIPTION(typed=ask.what))
    desk.subscriptions.remove(ask.what)
    return told(desk)


def told(desk: Listener, _: Any = None) -> Subscriptions:
    what = tuple(sorted(desk.subscriptions))
    return Subscriptions(what=what, parents=desk.parents, serves=desk.serves)


def listening(desk: Listener, ask: Listening) -> Posts:
    wanted = [read_subscription(ask.what).text] if ask.what else desk.subscriptions
    met = [post for post in desk.posts if any(each in post.text for each in wanted)]
    newest = sorted(met, key=lambda post: post.cursor, reverse=True)
    found = [post for post in newest if ask.before is None or post.cursor < ask.before]
    return page_of(found[: ask.limit], ask.limit)


def keep_found(desk: Listener, ask: KeepFound) -> PostView:
    known = {each.ref for each in desk.posts}
    for post in desk.network.posts:
        named = ask.ref in (ref_text(post.ref), post.ref.entry_hash.hex())
        if named and post.ref not in known:
            desk.posts.append(replace(post, far=False))
    found: PostView = desk.ask(ShowPost(ref=ask.ref)).post
    return found


LISTENING: Final[Rows] = {
    Subscribe: subscribe,
    Unsubscribe: unsubscribe,
    WhatIsListenedTo: told,
    Listening: listening,
    KeepFound: keep_found,
}
"""Rows of such a desk."""
