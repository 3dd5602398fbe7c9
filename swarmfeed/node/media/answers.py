"""What people ask of media."""

import asyncio

from swarmfeed.core.asks.media import (
    FetchMedium,
    HowIsMedia,
    MediaStatus,
    MediumView,
    ReadCode,
    ShowMedium,
    Upload,
)
from swarmfeed.core.feed.medium import decode_medium
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import FETCH_ANSWER_S
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.media.attaching import Attaching
from swarmfeed.node.media.displaying import Displaying
from swarmfeed.node.media.fetching import Fetching
from swarmfeed.node.media.settings import MediaSettings
from swarmfeed.node.media.stock import Named, Stock


class MediaAnswers:
    """Answers from the parts of the role."""

    def __init__(
        self,
        ground: Ground,
        reading: Reading,
        stock: Stock,
        fetching: Fetching,
        attaching: Attaching,
        displaying: Displaying,
    ) -> None:
        self._choices = ground.choices
        self._reading = reading
        self._told = ground.media.told
        self._stock = stock
        self._fetching = fetching
        self._attaching = attaching
        self._displaying = displaying

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(Upload, self._attaching.upload),
            in_loop(ReadCode, self._attaching.read_code),
            in_loop(ShowMedium, self._displaying.show),
            in_loop(FetchMedium, self.fetch),
            in_loop(HowIsMedia, self.status),
        )

    async def fetch(self, ask: FetchMedium) -> MediumView:
        post = await asyncio.to_thread(self._reading.find, ask.ref)
        if ask.number > len(post.media):
            raise UserError(sentences.NO_SUCH_MEDIUM(count=len(post.media)))
        medium = decode_medium(post.media[ask.number - 1].named)
        await self._fetching.want_now(Named(medium, post.ref), FETCH_ANSWER_S)
        post = self._told(await asyncio.to_thread(self._reading.find, ask.ref))
        return post.media[ask.number - 1]

    def status(self, _: HowIsMedia) -> MediaStatus:
        kept = self._stock.all()
        own = [self._stock.bytes_of(each) for each in kept if each.own]
        others = [self._stock.bytes_of(each) for each in kept if not each.own]
        chosen = self._choices.of(MediaSettings)
        return MediaStatus(
            own=len(own),
            own_bytes=sum(own),
            others=len(others),
            others_bytes=sum(others),
            disk_bytes=chosen.disk_bytes,
            fetched_bytes=chosen.fetched_bytes,
        )
