"""What people ask of what they listen to."""

import asyncio
from collections.abc import Iterable

from swarmfeed.core.asks.listening import (
    Listening,
    Subscribe,
    Subscriptions,
    Unsubscribe,
    WhatIsListenedTo,
)
from swarmfeed.core.asks.posts import Posts, PostView, page_of
from swarmfeed.core.push.subscriptions import read_subscription
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import MUTE
from swarmfeed.node.push.ears import Ears
from swarmfeed.node.push.subscribed import Subscribed


class ListeningAnswers:
    """Answers; what is found is found by the index, as any search."""

    def __init__(self, ground: Ground, subscribed: Subscribed, ears: Ears) -> None:
        self._index = ground.shells.index
        self._layer = ground.layer
        self._own = ground.identity.author_id
        self._private = ground.private
        self._subscribed = subscribed
        self._ears = ears

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(Subscribe, self.subscribe),
            in_loop(Unsubscribe, self.unsubscribe),
            in_loop(WhatIsListenedTo, self.list_all),
            in_loop(Listening, self.listening),
        )

    def subscribe(self, ask: Subscribe) -> Subscriptions:
        """Raises UserError, PassingError: all is as it was."""
        self._subscribed.add(ask.what)
        return self._told()

    def unsubscribe(self, ask: Unsubscribe) -> Subscriptions:
        """Raises UserError, PassingError: all is as it was."""
        self._subscribed.remove(ask.what)
        return self._told()

    def list_all(self, _: WhatIsListenedTo) -> Subscriptions:
        return self._told()

    async def listening(self, ask: Listening) -> Posts:
        """Raises UserError: it is nothing that could be listened to."""
        wanted = [read_subscription(ask.what)] if ask.what else self._subscribed.all()
        texts = [each.text for each in wanted]
        posts = await asyncio.to_thread(self._find, ask, texts)
        return page_of(posts, ask.limit)

    # --- inside ---

    def _told(self) -> Subscriptions:
        what = tuple(each.text for each in self._subscribed.all())
        return Subscriptions(
            what=what, parents=self._ears.count_told(), serves=self._layer.serves
        )

    def _find(self, ask: Listening, texts: Iterable[str]) -> list[PostView]:
        hidden = {self._own, *self._private.names(MUTE)}
        found = {
            post.ref: post
            for text in texts
            for post in self._index.search(text, ask.limit, ask.before)
            if post.author_id not in hidden
        }
        return sorted(found.values(), key=lambda post: post.cursor, reverse=True)[: ask.limit]
