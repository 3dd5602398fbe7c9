"""What is told of an archive before anything of it comes in."""

from swarmfeed.core.archives import sentences
from swarmfeed.core.asks.archives import ArchiveView
from swarmfeed.core.asks.posts import BroughtView
from swarmfeed.core.exports.stamps import iso


def day(time_ms: int) -> str:
    """On which day a time was, by UTC."""
    return iso(time_ms)[:10]


def headline(view: ArchiveView) -> str:
    """What it is, how many posts, and from when to when."""
    if not view.posts:
        return sentences.LOOKED(name=view.name, what=view.what, posts=0)
    return sentences.LOOKED_SPAN(
        name=view.name,
        what=view.what,
        posts=view.posts,
        first=day(view.first_ms),
        last=day(view.last_ms),
    )


def counts(view: ArchiveView) -> list[str]:
    """What else can be counted, each in a few words."""
    told = (
        (view.already_there, sentences.THERE_ALREADY(posts=view.already_there)),
        (view.replies, sentences.IN_THREADS(posts=view.replies)),
        (view.media, sentences.WITH_MEDIA(media=view.media)),
        (view.media_missing, sentences.MEDIA_MISSING(media=view.media_missing)),
    )
    return [sentence for count, sentence in told if count]


def left_out(view: ArchiveView) -> str:
    """How many records will not come; empty: all do."""
    count = sum(each.count for each in view.left_out)
    return sentences.WILL_NOT_COME(count=count) if count else ""


def brought_sentence(brought: BroughtView) -> str:
    """Return one sentence on it."""
    if not brought.place:
        return sentences.BROUGHT_IN()
    return sentences.BROUGHT_FROM(place=brought.place)
