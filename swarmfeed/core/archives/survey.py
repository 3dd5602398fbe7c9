"""What is in an archive, before anything of it comes in: counts, samples, what will not."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.format import KeptTexts
from swarmfeed.core.archives.found import FoundMedium, FoundPost, LeftOut, Read, in_order
from swarmfeed.core.archives.limits import (
    POSTS_MAX,
    REASONS_MAX,
    SAMPLE_CHARS_MAX,
    SAMPLES_MAX,
)
from swarmfeed.core.archives.records import visible
from swarmfeed.core.asks.archives import LeftOutView, SampleView
from swarmfeed.core.asks.media import clean_alt
from swarmfeed.core.base.limits import TEXT_BYTES_MAX, WARNING_CHARS_MAX
from swarmfeed.core.base.texts import said_by
from swarmfeed.core.feed.limits import MEDIA_MAX, MEDIUM_BYTES_MAX
from swarmfeed.errors import UserError

PICTURE_SIGN = "\U0001f5bc\ufe0f"
"""A framed picture: the text of a post that is nothing but pictures, for each has one."""

Clean = Callable[[FoundPost], FoundPost]
"""Makes a post fit to be published; raises UserError."""


class Survey(Struct, frozen=True, kw_only=True):
    """All that was found."""

    posts: Sequence[FoundPost]
    """Oldest first, and clean."""
    left_out: tuple[LeftOutView, ...]
    media_missing: int

    @property
    def media(self) -> int:
        return sum(len(post.media) for post in self.posts)

    @property
    def replies(self) -> int:
        return sum(bool(post.answers) for post in self.posts)

    def samples(self) -> tuple[SampleView, ...]:
        """Some posts, from the oldest to the newest."""
        last = len(self.posts) - 1
        count = min(SAMPLES_MAX, last + 1)
        places = sorted({round(n * last / max(1, count - 1)) for n in range(count)})
        return tuple(_sample(self.posts[at]) for at in places)


class Surveying:
    """Takes what a reader finds, one after the other."""

    def __init__(self, clean: Clean, size_bytes: Callable[[str], int]) -> None:
        """
        Args:
            size_bytes: How long a file of the archive is; below 1: there is none.
        """
        self._clean = clean
        self._size_bytes = size_bytes
        self._posts: list[FoundPost] = []
        self._why: Counter[str] = Counter()
        self._about: dict[str, str] = {}
        self._missing = 0
        self._kept = KeptTexts()

    def take(self, found: Iterable[Read]) -> None:
        """Take what was read of a record.  UserError: they are more than fit into memory."""
        for each in found:
            if isinstance(each, LeftOut):
                self._leave(each.why(), each.about)
            elif len(self._posts) == POSTS_MAX:
                raise UserError(sentences.TOO_MANY_POSTS(most=POSTS_MAX))
            else:
                self._take(each)

    def end(self, name_of: Callable[[str], str]) -> Survey:
        """Return what was found, in order.

        Args:
            name_of: What a post that was answered is called.
        """
        posts, twice = in_order(self._posts)
        own = {each.src: each.text for each in posts}
        for each in twice:
            is_same = each.text == own[each.src]
            why = sentences.TWICE if is_same else sentences.EARLIER_VERSION
            self._leave(why(), each.text)
        return Survey(
            posts=[
                replace(each, answers=answered if answered in own else "")
                if (answered := name_of(each.answers))
                else each
                for each in posts
            ],
            left_out=tuple(
                LeftOutView(why=why, count=count, about=self._about.get(why, ""))
                for why, count in self._why.most_common()
            ),
            media_missing=self._missing,
        )

    # --- inside ---

    def _take(self, post: FoundPost) -> None:
        media = [each for each in map(self._medium, post.media) if each is not None]
        kept = tuple(media[:MEDIA_MAX])
        self._missing += len(post.media) - len(kept)
        text = post.text or (PICTURE_SIGN if kept else "")
        if not text.strip():
            self._leave(sentences.NO_TEXT(), "")
            return
        src, answers = visible(post.src), visible(post.answers)
        fit = _covered(replace(post, text=text, media=kept, src=src, answers=answers))
        try:
            clean = self._clean(fit)
        except UserError as error:
            self._leave(_why(error, fit.text), post.text)
            return
        of_media = (part for each in clean.media for part in (*each.members, each.alt))
        self._kept.take(clean.text, clean.cw, clean.src, clean.answers, *of_media)
        self._posts.append(clean)

    def _medium(self, medium: FoundMedium) -> FoundMedium | None:
        """The file that is meant, if it is there and not too long."""
        for member in medium.members:
            if 0 < self._size_bytes(member) <= MEDIUM_BYTES_MAX:
                return FoundMedium((member,), _fitting(medium.alt))
        return None

    def _leave(self, why: str, about: str) -> None:
        if len(self._why) >= REASONS_MAX and why not in self._why:
            why = sentences.OTHER_REASON()
        self._why[why] += 1
        words = " ".join(visible(about).split())[:SAMPLE_CHARS_MAX]
        if words:
            self._about.setdefault(why, words)


def _fitting(alt: str) -> str:
    """A description that may be published: cut, and again, where it is too long."""
    lines = "\n".join(visible(alt).splitlines())
    try:
        return clean_alt(lines)
    except UserError:
        return _fitting(lines[: len(lines) // 2])


def _covered(post: FoundPost) -> FoundPost:
    """A post whose warning is no longer than one may be: the whole of it begins the text."""
    if len(post.cw) <= WARNING_CHARS_MAX:
        return post
    begin = post.cw[: WARNING_CHARS_MAX - 1] + "…"
    return replace(post, cw=begin, text=f"{post.cw}\n\n{post.text}")


def _why(error: UserError, text: str) -> str:
    """Why a post does not come, in the same words for all for which it is the same."""
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_BYTES_MAX:
        return sentences.TOO_LONG_A_TEXT(most=TEXT_BYTES_MAX)
    return said_by(error)


def _sample(post: FoundPost) -> SampleView:
    return SampleView(
        time_ms=post.time_ms,
        text=post.text[:SAMPLE_CHARS_MAX],
        src=post.src,
        cw=post.cw,
        media=len(post.media),
    )
