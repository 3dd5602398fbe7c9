"""What people are told about threads: what a post answers, and how much answers it."""

from collections.abc import Callable
from typing import Final

from swarmfeed.core.asks.posts import ABSENT, HERE, UNSHOWN, WITHDRAWN, Answered, PostView
from swarmfeed.core.base.limits import REPLY_COUNT_MAX, THREAD_COUNT_MAX
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import AuthorId

NOT_IN_THREAD: Final = Text(
    "That reply is not in this thread, or not any more. Start again at the first one."
)

NO_SUCH_NUMBER: Final = Text("there is no post {number} on this machine")
NO_SUCH_KIND: Final = Text("what is shown of somebody is one of these: {kinds}")
NOT_HERE: Final = Text("that post is not here; fetch its author first")

NOTHING_YET: Final = Text("Nothing here yet: follow somebody, or write.")

# --- how many there are ------------------------------------------------------------------

NO_REPLIES: Final = Text("No replies yet")
REPLIES: Final = Text("{total:1 reply|# replies}")
REPLIES_BELOW: Final = Text("{total:1 reply|# replies}, {direct:1|#} of them to this post")
NEW_REPLIES: Final = Text("Show {replies:1 new reply|# new replies}")
OR_MORE: Final = Text("{total:1 reply|# replies} or more")


def direct_replies(post: PostView) -> str:
    """How many replies a post has; nothing when it has none."""
    if post.reply_count >= REPLY_COUNT_MAX:
        return OR_MORE(total=post.reply_count)
    return REPLIES(total=post.reply_count) if post.reply_count else ""


def replies_below(post: PostView, total: int) -> str:
    """How many replies of all depths there are below a post."""
    if total >= THREAD_COUNT_MAX:
        return OR_MORE(total=total)
    if post.reply_count == total or post.reply_count >= REPLY_COUNT_MAX:
        return REPLIES(total=total) if total else NO_REPLIES()
    return REPLIES_BELOW(total=total, direct=post.reply_count)


SHOW_ALL: Final = Text("Show all, {minutes:1 minute|# minutes}")
MORE_LINES: Final = Text("... {lines:1 line|# lines} more: swarmfeed show {post}")
EARLIER_BY: Final = Text("Earlier in this conversation: swarmfeed show {post}")
GOES_ON_BY: Final = Text("More of this conversation: swarmfeed show {post}")
MORE_REPLIES_BY: Final = Text("More replies: swarmfeed show {post} --start {start}")

# --- what a post answers -----------------------------------------------------------------

ANSWERING: Final = Text("Answering {whom}: {words}")
ANSWERING_UNKNOWN: Final = Text("Answering a post that is not here")
YOU: Final = Text("you")
YOURSELF: Final = Text("yourself")
NAMELESS: Final = Text("somebody without a name")
INSTEAD_OF_WORDS: Final = {
    WITHDRAWN: Text("a post that was withdrawn"),
    UNSHOWN: Text("a post that cannot be shown here"),
    ABSENT: Text("a post that is not here"),
}
"""By what became of the post that is answered."""

GONE: Final = Text("Withdrawn by {whom}. Others may still have a copy.")
EARLIER: Final = Text("Earlier in this conversation")
ABOVE: Final = {
    WITHDRAWN: Text(
        "The post that this answers was withdrawn by {whom}. Others may still have a copy."
    ),
    UNSHOWN: Text("The post that this answers, by {whom}, cannot be shown on this machine."),
    ABSENT: Text("The post that this answers, by {whom}, is not on this machine."),
}
"""What stands above the first post of a thread, when it is not its beginning."""
ABOVE_UNKNOWN: Final = Text(
    "The post that this answers is not on this machine, and nobody here knows whose it is."
)


def answering(
    answered: Answered, *, by: AuthorId, me: AuthorId | None, mark: Callable[[str], str]
) -> str:
    """Name and first words of what a post answers, on one line.

    Args:
        by: Who wrote the answer.
        me: Who reads it; None when that is not known.
        mark: Makes what others wrote safe to show.
    """
    if answered.author_id is None:
        return ANSWERING_UNKNOWN()
    whom = _whom(answered, mark)
    if answered.author_id == me:
        whom = YOURSELF() if by == me else YOU()
    if answered.state == HERE:
        return ANSWERING(whom=whom, words=mark(answered.words))
    return ANSWERING(whom=whom, words=INSTEAD_OF_WORDS[answered.state]())


def above(answered: Answered, mark: Callable[[str], str]) -> str:
    """What stands above a post whose parent cannot be shown."""
    if answered.author_id is None:
        return ABOVE_UNKNOWN()
    return ABOVE[answered.state](whom=_whom(answered, mark))


def gone(post: PostView, mark: Callable[[str], str]) -> str:
    """What stands in place of a post that was withdrawn."""
    return GONE(whom=mark(post.author_name) if post.author_name else NAMELESS())


def _whom(answered: Answered, mark: Callable[[str], str]) -> str:
    return mark(answered.author_name) if answered.author_name else NAMELESS()
