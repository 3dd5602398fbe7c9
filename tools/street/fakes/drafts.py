"""Drafts of a fake node, and files that were handed over to it."""

from typing import Final

from swarmfeed.core.asks.media import (
    AWAY,
    HERE,
    HandedFile,
    HandedOver,
    MediumFile,
    ShowHanded,
    Upload,
    Uploaded,
)
from swarmfeed.core.asks.state import Draft, DraftList, Drafts, KeepDraft
from swarmfeed.core.media.sentences import CANNOT_BE_SHOWN
from swarmfeed.core.media.sniffing import type_of
from swarmfeed.errors import UserError

from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def all_drafts(desk: FakeWorld, _: Drafts | None = None) -> DraftList:
    drafts = (
        Draft(
            place=at,
            text=desk.drafts.get(at, ""),
            to=desk.drafts_to.get(at, ""),
            media=desk.files.of_drafts.get(at, ()),
        )
        for at in sorted(desk.drafts | desk.files.of_drafts)
    )
    return DraftList(drafts=tuple(drafts))


def keep_draft(desk: FakeWorld, ask: KeepDraft) -> DraftList:
    desk.drafts[ask.place] = ask.text
    desk.drafts_to[ask.place] = ask.to
    if not ask.text:
        del desk.drafts[ask.place]
    if ask.media is not None:
        away = [each for each in desk.files.of_drafts.get(ask.place, ()) if not each.is_here]
        here = [_described(desk, each.upload, each.alt, each.file_name) for each in ask.media]
        desk.files.of_drafts[ask.place] = (*here, *away)
    if (ask.media is None and not ask.text) or not desk.files.of_drafts.get(ask.place):
        desk.files.of_drafts.pop(ask.place, None)
    return all_drafts(desk)


def upload(desk: FakeWorld, ask: Upload) -> Uploaded:
    name = ask.upload or f"{len(desk.files.handed) + 1:032x}"
    desk.files.handed[name] = desk.files.handed.get(name, b"") + ask.data
    return Uploaded(upload=name, size_bytes=len(desk.files.handed[name]))


def handed_over(desk: FakeWorld, ask: HandedOver) -> HandedFile:
    if ask.upload not in desk.files.handed:
        return HandedFile(upload=ask.upload, state=AWAY)
    return _described(desk, ask.upload, "", "")


def show_handed(desk: FakeWorld, ask: ShowHanded) -> MediumFile:
    content = desk.files.handed.get(ask.upload, b"")
    if not type_of(content).startswith("image/"):
        raise UserError(CANNOT_BE_SHOWN())
    return MediumFile(type=type_of(content), path="", data=content)


def _described(desk: FakeWorld, upload: str, alt: str, file_name: str) -> HandedFile:
    content = desk.files.handed.get(upload, b"")
    return HandedFile(
        upload=upload,
        state=HERE,
        type=type_of(content),
        size_bytes=len(content),
        alt=alt,
        file_name=file_name,
    )


DRAFTS: Final[Rows] = {
    Drafts: all_drafts,
    KeepDraft: keep_draft,
    Upload: upload,
    HandedOver: handed_over,
    ShowHanded: show_handed,
}
