"""What the person listens to: rows of private state, which all their devices share."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.matching import Written
from swarmfeed.core.push.limits import SUBSCRIPTIONS_MAX
from swarmfeed.core.push.sentences import NO_SUCH_SUBSCRIPTION, TOO_MANY_SUBSCRIPTIONS
from swarmfeed.core.push.subscriptions import Subscription, read_subscription
from swarmfeed.errors import UserError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import LISTEN, ON


class Subscribed:
    """The subscriptions; may be read from any thread."""

    def __init__(self, ground: Ground) -> None:
        self._private = ground.private

    def all(self) -> Sequence[Subscription]:
        """What is listened to, in the order of its letters; bounded, whatever devices wrote."""
        found = []
        for key in sorted(self._private.names(LISTEN))[:SUBSCRIPTIONS_MAX]:
            with suppress(UserError, UnicodeDecodeError):  # another version may have more
                found.append(_read(key.decode()))
        return found

    def met_by(self, written: Written) -> bool:
        """Whether any subscription asks for a post."""
        return any(each.is_met(written) for each in self.all())

    def names(self, author_id: AuthorId) -> bool:
        """Whether the person listens to somebody by their address."""
        address = format_author(author_id)
        return any(address in each.query.wanted.authors for each in self.all())

    def add(self, typed: str) -> Subscription:
        """Listen to something.

        Raises:
            UserError: It is nothing to listen to, or there are too many.
            PassingError: Not now; all is as it was.
        """
        wanted = read_subscription(typed)
        known = self._private.names(LISTEN)
        if wanted.text.encode() not in known:
            if len(known) >= SUBSCRIPTIONS_MAX:
                raise UserError(TOO_MANY_SUBSCRIPTIONS(most=SUBSCRIPTIONS_MAX))
            self._private.set(LISTEN, {wanted.text.encode(): ON})
        return wanted

    def remove(self, typed: str) -> str:
        """Listen to something no longer; returns what.

        Raises:
            UserError: It was not listened to.
            PassingError: Not now; all is as it was.
        """
        text = " ".join(typed.split())
        with suppress(UserError):
            text = read_subscription(typed).text
        if text.encode() not in self._private.names(LISTEN):
            raise UserError(NO_SUCH_SUBSCRIPTION(typed=text))
        self._private.set(LISTEN, {text.encode(): b""})
        return text


@lru_cache(maxsize=2 * SUBSCRIPTIONS_MAX)
def _read(text: str) -> Subscription:
    return read_subscription(text)
