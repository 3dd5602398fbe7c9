"""Pictures and files of drafts: kept on this machine until they are posted, or discarded.

A file that was handed over waits for a day.  One that a draft names is sealed and stays as
long as the draft: what it is called, its description and its key are rows of the private state,
which all own devices have; the bytes lie here alone.  What no row names any more is deleted.

    handed over:  uploads/<name>  --- keep --->  drafts/<name>, sealed     + row
    posted:       uploads/<name>  <- bring_out-  drafts/<name>

The file is on the disk before the row is, so after a power cut a row has its file, and a file
without a row is nobody's.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from swarmfeed.core.asks.media import (
    AWAY,
    HERE,
    Attached,
    HandedFile,
    HandedOver,
    MediumFile,
    ShowHanded,
    clean_alt,
    clean_file_name,
)
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.feed.limits import MEDIA_MAX
from swarmfeed.core.media import sentences
from swarmfeed.core.media.drafted import (
    DraftFile,
    decode_draft_file,
    encode_draft_file,
    is_handed_name,
)
from swarmfeed.core.media.limits import (
    DRAFT_FILES_BYTES_MAX,
    DRAFT_FILES_MAX,
    DRAFT_PICTURES_KEPT,
    PART_BYTES,
    PICTURE_BYTES_MAX,
    SMALL_SIDE,
    SNIFFED_BYTES,
)
from swarmfeed.core.media.sealing import SEALED_PART_BYTES, open_part, seal_parts
from swarmfeed.core.media.sniffing import type_of
from swarmfeed.core.state.limits import VALUE_BYTES_MAX
from swarmfeed.errors import BadEncodingError, BadSealError, UserError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import DRAFT_FILE


class Drafting:
    """Keeps them; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._files = ground.shells.media
        self._pictures = ground.shells.pictures
        self._private = ground.private
        self._dice = ground.shells.dice
        self._changing = asyncio.Lock()
        self._here: set[str] = set()
        self._shown: OrderedDict[str, MediumFile] = OrderedDict()

    async def start(self) -> None:
        """Look what is here."""
        self._here = set(await off_loop(self._files.drafted))

    # --- drafts ---

    def all(self) -> dict[str, tuple[HandedFile, ...]]:
        """What drafts have, by their places."""
        found: dict[str, list[HandedFile]] = {}
        for name, file in sorted(self._rows().items(), key=lambda row: row[1].number):
            found.setdefault(file.place, []).append(self._view(name, file))
        return {place: tuple(files) for place, files in found.items()}

    async def keep(self, place: str, attached: Sequence[Attached]) -> None:
        """As ``ground.media.Media.draft``."""
        if len(attached) > MEDIA_MAX:
            raise UserError(sentences.TOO_MANY_MEDIA(most=MEDIA_MAX))
        async with self._changing:
            rows = self._rows()
            wanted, new = {}, []
            for number, each in enumerate(attached):
                kept = rows.get(each.upload)
                if kept is None or each.upload not in self._here:
                    kept = await off_loop(partial(self._new, each.upload))
                    new.append(each.upload)
                wanted[each.upload] = _named(kept, place, number, each)
            here = self._here.union(new)
            gone = {
                name
                for name, file in rows.items()
                if file.place == place and name in self._here and name not in wanted
            }
            _require_room({**rows, **wanted}, here - gone)
            await off_loop(partial(self._seal, {name: wanted[name] for name in new}))
            self._here = here
            changes = {name: encode_draft_file(file) for name, file in wanted.items()}
            self._write({**changes, **dict.fromkeys(gone, b"")})
            await off_loop(partial(self._drop_uploads, new))

    async def discard(self, place: str) -> None:
        """As ``ground.media.Media.discard``."""
        async with self._changing:
            gone = (name for name, file in self._rows().items() if file.place == place)
            self._write(dict.fromkeys(gone, b""))

    async def tidy(self) -> None:
        """Delete what no draft names; a round of the scheduler."""
        async with self._changing:
            names = set(await off_loop(self._files.drafted))
            lost = names - self._rows().keys()
            await off_loop(partial(self._files.drop_drafted, lost))
            self._here = names - lost
            for name in lost:
                self._shown.pop(name, None)

    # --- what was handed over ---

    async def bring_out(self, attached: Sequence[Attached]) -> None:
        """Put those that lie sealed where they can be published from."""
        async with self._changing:
            rows = self._rows()
            for name in {each.upload for each in attached} & self._here:
                if name in rows:
                    parts = self._parts(name, rows[name])
                    await off_loop(partial(self._files.put_upload, name, parts))

    async def handed_over(self, ask: HandedOver) -> HandedFile:
        file = self._rows().get(ask.upload)
        if file is not None:
            return self._view(ask.upload, file)
        return await off_loop(partial(self._look_at, ask.upload))

    async def show(self, ask: ShowHanded) -> MediumFile:
        """Return a picture.  UserError: it is none, or not here."""
        name = ask.upload
        made = self._shown.pop(name, None)
        if made is None:
            made = await off_loop(partial(self._make, name, self._rows().get(name)))
        self._shown[name] = made
        if len(self._shown) > DRAFT_PICTURES_KEPT:
            self._shown.popitem(last=False)
        return made

    # --- inside ---

    def _rows(self) -> dict[str, DraftFile]:
        """What is remembered, by name; what is nothing is passed over."""
        found = {}
        for key, value in self._private.all(DRAFT_FILE).items():
            with suppress(BadEncodingError):
                if is_handed_name(key.hex()):
                    found[key.hex()] = decode_draft_file(value)
        return found

    def _write(self, rows: Mapping[str, bytes]) -> None:
        known = self._private.all(DRAFT_FILE)
        named = {bytes.fromhex(name): value for name, value in rows.items()}
        changed = {key: value for key, value in named.items() if known.get(key, b"") != value}
        if changed:
            self._private.set(DRAFT_FILE, changed)

    def _view(self, name: str, file: DraftFile) -> HandedFile:
        return HandedFile(
            upload=name,
            state=HERE if name in self._here else AWAY,
            type=file.type,
            size_bytes=file.size_bytes,
            alt=file.alt,
            file_name=file.file_name,
        )

    # --- inside: in a thread ---

    def _drop_uploads(self, names: Iterable[str]) -> None:
        for name in names:
            self._files.drop_upload(name)

    def _look_at(self, name: str) -> HandedFile:
        """What is known of a file that no draft names."""
        try:
            path = self._files.upload(name)
        except UserError:
            return HandedFile(upload=name, state=AWAY)
        kind, size = type_of(first_bytes(path)), path.stat().st_size
        return HandedFile(upload=name, state=HERE, type=kind, size_bytes=size)

    def _new(self, name: str) -> DraftFile:
        """What is to be remembered of a file that was handed over, with a key of its own."""
        path = self._files.upload(name)
        key, size = self._dice(KEY_BYTES), path.stat().st_size
        if not size:
            raise UserError(sentences.EMPTY_FILE())
        return DraftFile(number=0, key=key, size_bytes=size, type=type_of(first_bytes(path)))

    def _seal(self, files: Mapping[str, DraftFile]) -> None:
        """Put files that were handed over where those of drafts lie, on disk."""
        for name, file in files.items():
            content = parts_of(self._files.upload(name))
            self._files.keep_drafted(name, seal_parts(file.key, content, file.size_bytes))

    def _parts(self, name: str, file: DraftFile) -> Iterator[bytes]:
        """The content of a sealed file, part by part.  UserError: it is damaged."""
        try:
            with self._files.drafted_path(name).open("rb") as sealed:
                for number in range(-(-file.size_bytes // PART_BYTES)):
                    part = sealed.read(SEALED_PART_BYTES)
                    yield open_part(file.key, part, number, file.size_bytes)
        except (BadSealError, FileNotFoundError) as error:
            raise UserError(sentences.NO_SUCH_UPLOAD()) from error

    def _make(self, name: str, file: DraftFile | None) -> MediumFile:
        picture: Path | bytes
        if file is None or name not in self._here:
            picture = self._files.upload(name)
        elif file.size_bytes > PICTURE_BYTES_MAX:
            raise UserError(sentences.CANNOT_BE_SHOWN())
        else:
            picture = b"".join(self._parts(name, file))
        made = self._pictures.make(picture, SMALL_SIDE)
        return MediumFile(type=made.type, path="", data=made.whole)


def _require_room(rows: Mapping[str, DraftFile], here: set[str]) -> None:
    """Raise UserError where drafts would have more files on this machine than they may."""
    sizes = [file.size_bytes for name, file in rows.items() if name in here]
    if len(sizes) > DRAFT_FILES_MAX or sum(sizes) > DRAFT_FILES_BYTES_MAX:
        raise UserError(sentences.DRAFTS_FULL())


def _named(file: DraftFile, place: str, number: int, each: Attached) -> DraftFile:
    """A file as it stands in a draft.  UserError: what it shows is said at too great length."""
    name = clean_file_name(each.file_name)
    named = replace(file, place=place, number=number, alt=clean_alt(each.alt), file_name=name)
    if len(encode_draft_file(named)) > VALUE_BYTES_MAX:
        raise UserError(sentences.ALT_TOO_LONG_TO_KEEP(file=name))
    return named


def first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SNIFFED_BYTES)


def parts_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(PART_BYTES):
            yield part
