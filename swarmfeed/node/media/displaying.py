"""Pictures and files that are here, as a page may show them.

Of a picture that is what our own process made of its pixels; of a protected one that stands in
no file.  Sound and film are given as they are, with the type that their first bytes say.
"""

from collections import OrderedDict
from pathlib import Path

from swarmfeed.core.asks.media import (
    AWAY,
    COMING,
    FILE,
    HERE,
    SMALL,
    UNREADABLE,
    WHOLE,
    MediumFile,
    ShowMedium,
)
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.medium import Medium, medium_name
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import (
    OPENED_KEPT_BYTES,
    PICTURE_BYTES_MAX,
    PUBLISHED_SIDE,
    SNIFFED_BYTES,
)
from swarmfeed.core.media.sealing import SEALED_PART_BYTES, open_part
from swarmfeed.core.media.sniffing import is_picture, type_of
from swarmfeed.errors import BadSealError, UserError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.media.fetching import Fetching
from swarmfeed.node.media.stock import Stock


class Displaying:
    """Shows files that are here; belongs to the node's loop, but for ``state``."""

    def __init__(self, ground: Ground, stock: Stock, fetching: Fetching) -> None:
        self._files = ground.shells.media
        self._pictures = ground.shells.pictures
        self._audience = ground.audience
        self._media = ground.media
        self._stock = stock
        self._fetching = fetching
        self._opened: OrderedDict[tuple[Hash, str], MediumFile] = OrderedDict()

    def state(self, medium_id: Hash) -> str:
        """How far a file is here; from any thread."""
        if medium_id in self._stock.unreadable:
            return UNREADABLE
        if self._stock.find(medium_id) is not None:
            return HERE
        return COMING if self._fetching.is_coming(medium_id) else AWAY

    async def show(self, ask: ShowMedium) -> MediumFile:
        """Return a picture or file.  UserError: it is not here, or cannot be shown."""
        if self._stock.find(ask.id) is None:
            raise UserError(sentences.NOT_HERE())
        if ask.form not in (WHOLE, SMALL, FILE):
            raise UserError(sentences.NO_SUCH_FORM())
        protected = self._media.of_letter(ask.id) or self._audience.opened(
            lambda posts: posts.medium(ask.id)
        )
        if protected is not None:
            return await off_loop(lambda: self._open(protected, ask.form))
        return await off_loop(lambda: self._show(ask))

    # --- inside: in a thread ---

    def _show(self, ask: ShowMedium) -> MediumFile:
        path = self._files.folder / medium_name(ask.id)
        kind = _type_at(path)
        if not is_picture(kind):
            return MediumFile(type=kind, path=str(path), data=b"")
        if ask.form == FILE:
            raise UserError(sentences.ONLY_AS_PICTURE())
        shown_path = self._files.shown(ask.id, ask.form) or self._make(ask, path)
        return MediumFile(type=_type_at(shown_path), path=str(shown_path), data=b"")

    def _make(self, ask: ShowMedium, path: Path) -> Path:
        try:
            made = self._pictures.make(path, PUBLISHED_SIDE)
        except UserError:
            self._stock.unreadable.add(ask.id)
            raise
        self._stock.write_shown(ask.id, made.whole, made.small)
        found = self._files.shown(ask.id, ask.form)
        assert found is not None, "it was just written"
        return found

    def _open(self, medium: Medium, form: str) -> MediumFile:
        if (medium.id, form) in self._opened:
            return self._opened[medium.id, form]
        try:
            content = self._unseal(medium)
            made = self._pictures.make(content, PUBLISHED_SIDE)
        except BadSealError as error:
            self._stock.unreadable.add(medium.id)
            raise UserError(sentences.CANNOT_BE_SHOWN()) from error
        except UserError:
            self._stock.unreadable.add(medium.id)
            raise
        for each, data in ((WHOLE, made.whole), (SMALL, made.small)):
            self._opened[medium.id, each] = MediumFile(type=made.type, path="", data=data)
        shown = self._opened.get((medium.id, form), self._opened[medium.id, WHOLE])
        while sum(len(each.data) for each in self._opened.values()) > OPENED_KEPT_BYTES:
            self._opened.popitem(last=False)
        return shown

    def _unseal(self, medium: Medium) -> bytes:
        if medium.content_bytes > PICTURE_BYTES_MAX:
            raise BadSealError("longer than a picture that is decoded")
        with (self._files.folder / medium_name(medium.id)).open("rb") as file:
            parts = iter(lambda: file.read(SEALED_PART_BYTES), b"")
            return b"".join(
                open_part(medium.key, part, number, medium.content_bytes)
                for number, part in enumerate(parts)
            )


def _type_at(path: Path) -> str:
    with path.open("rb") as file:
        return type_of(file.read(SNIFFED_BYTES))
