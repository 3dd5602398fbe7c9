"""Files that the person hands over become media of a post."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from swarmfeed.core.asks.media import (
    Attached,
    CodeLink,
    ReadCode,
    Upload,
    Uploaded,
    clean_alt,
    clean_file_name,
)
from swarmfeed.core.base.address import SCHEME
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.feed.limits import MEDIA_MAX
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.metainfo import pieces_root
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import PART_BYTES, PUBLISHED_SIDE
from swarmfeed.core.media.sealing import seal_parts
from swarmfeed.core.media.sniffing import is_picture, type_of
from swarmfeed.errors import UserError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.media import LetterName
from swarmfeed.node.media.drafting import Drafting, first_bytes, parts_of
from swarmfeed.node.media.giving import Giving
from swarmfeed.node.media.stock import Named, Stock, named_by_letter
from swarmfeed.ports.media import KeptMedium
from swarmfeed.ports.pictures import MadePicture


class Attaching:
    """Makes media of what was handed over; belongs to the node's loop."""

    def __init__(
        self, ground: Ground, stock: Stock, giving: Giving, drafting: Drafting
    ) -> None:
        self._files = ground.shells.media
        self._pictures = ground.shells.pictures
        self._dice = ground.shells.dice
        self._clock = ground.shells.clock
        self._stock = stock
        self._giving = giving
        self._drafting = drafting

    async def upload(self, ask: Upload) -> Uploaded:
        """Take the next part of a file."""
        return await off_loop(lambda: self._upload(ask))

    async def read_code(self, ask: ReadCode) -> CodeLink:
        """Return the first link of a person in a picture, which is dropped."""
        texts = await off_loop(lambda: self._codes_of(ask.upload))
        if not texts:
            raise UserError(sentences.NO_CODE())
        links = (each.strip() for each in texts)
        link = next((each for each in links if each.lower().startswith(SCHEME)), "")
        if not link:
            raise UserError(sentences.FOREIGN_CODE())
        return CodeLink(link=link)

    async def attach(
        self, attached: Sequence[Attached], *, is_protected: bool
    ) -> tuple[Medium, ...]:
        """As ``ground.media.Media.attach``."""
        if len(attached) > MEDIA_MAX:
            raise UserError(sentences.TOO_MANY_MEDIA(most=MEDIA_MAX))
        await self._drafting.bring_out(attached)
        made = []
        for each in attached:
            medium, kept = await off_loop(partial(self._make, each, is_protected=is_protected))
            await self._stock.add(kept)
            made.append(medium)
        return tuple(made)

    async def portray(self, attached: Attached, side: int) -> Medium:
        """As ``ground.media.Media.portray``."""
        medium, kept = await off_loop(partial(self._portray, attached, side))
        await self._stock.add(kept)
        return medium

    async def published(
        self,
        ref: EntryRef,
        media: Sequence[Medium],
        attached: Sequence[Attached],
        *,
        in_profile: bool,
    ) -> None:
        """As ``ground.media.Media.published``."""
        for each in media:
            await self._stock.note(Named(each, ref, in_profile), own=True)
        await self.sent(media, attached)

    async def name_by_letter(self, letter: LetterName, media: Sequence[Medium]) -> None:
        """As ``ground.media.Media.name_by_letter``."""
        for each in media:
            await self._stock.note(named_by_letter(each, letter), own=True)

    async def sent(self, media: Sequence[Medium], attached: Sequence[Attached]) -> None:
        """As ``ground.media.Media.sent``."""
        for each in media:
            self._giving.load(each.id)
        for file in attached:
            await off_loop(partial(self._files.drop_upload, file.upload))

    # --- inside: in a thread ---

    def _upload(self, ask: Upload) -> Uploaded:
        name = ask.upload or self._files.begin_upload()
        return Uploaded(upload=name, size_bytes=self._files.add_part(name, ask.data))

    def _codes_of(self, upload: str) -> tuple[str, ...]:
        try:
            return self._pictures.read_codes(self._files.upload(upload))
        finally:
            self._files.drop_upload(upload)

    def _portray(self, attached: Attached, side: int) -> tuple[Medium, KeptMedium]:
        path, alt = self._files.upload(attached.upload), clean_alt(attached.alt)
        return self._publish_picture(self._pictures.make(path, side), alt, is_protected=False)

    def _make(self, attached: Attached, *, is_protected: bool) -> tuple[Medium, KeptMedium]:
        path, alt = self._files.upload(attached.upload), clean_alt(attached.alt)
        kind = type_of(first_bytes(path))
        if is_picture(kind):
            made = self._pictures.make(path, PUBLISHED_SIDE)
            return self._publish_picture(made, alt, is_protected=is_protected)
        if is_protected:
            raise UserError(sentences.ONLY_PICTURES_PROTECTED())
        name = clean_file_name(attached.file_name)
        copy = self._files.write_incoming(attached.upload, parts_of(path))
        kept = self._keep(copy)
        return replace(_medium_of(kept, kind, alt), file_name=name), kept

    def _publish_picture(
        self, made: MadePicture, alt: str, *, is_protected: bool
    ) -> tuple[Medium, KeptMedium]:
        name, key, length = self._dice(8).hex(), b"", 0
        content: Iterable[bytes] = [made.whole]
        if is_protected:
            key, length = self._dice(KEY_BYTES), len(made.whole)
            content = seal_parts(key, _pieces_of(made.whole), length)
        kept = self._keep(self._files.write_incoming(name, content))
        if not is_protected:
            self._stock.write_shown(kept.id, made.whole, made.small)
        named = _medium_of(kept, made.type, alt)
        size = replace(named, width=made.width, height=made.height)
        return replace(size, key=key, content_bytes=length), kept

    def _keep(self, path: Path) -> KeptMedium:
        pieces = self._files.hash(path)
        made = KeptMedium(
            id=pieces_root(pieces),
            size_bytes=pieces.size_bytes,
            v1=pieces.v1,
            v2=pieces.v2,
        )
        # What names it already, a profile perhaps, goes on to.
        known = self._stock.find(made.id) or made
        kept = replace(known, own=True, since_ms=self._clock.now_ms())
        self._files.keep(path, kept)
        return kept


def _medium_of(kept: KeptMedium, kind: str, alt: str) -> Medium:
    return Medium(size_bytes=kept.size_bytes, v1=kept.v1, v2=kept.v2, type=kind, alt=alt)


def _pieces_of(content: bytes) -> Iterator[bytes]:
    return (content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES))
