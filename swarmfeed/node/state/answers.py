"""What people ask about their private state, and have done with it."""

from msgspec.structs import replace

from swarmfeed.core.asks.state import (
    Draft,
    DraftList,
    Drafts,
    KeepDraft,
    NoteSheets,
    SavedState,
    SaveState,
    SheetsNoted,
    draft_key,
    draft_value,
    read_draft,
)
from swarmfeed.core.asks.state_sentences import NO_STATEMENT
from swarmfeed.core.state.recovery import open_recovery
from swarmfeed.errors import RemoteError, UserError
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import DRAFT, PAPER, paper_key
from swarmfeed.node.state.snapshots import Snapshots


class StateAnswers:
    """Answers from the private state; belongs to the node's loop."""

    def __init__(self, ground: Ground, snapshots: Snapshots) -> None:
        self._author_id = ground.identity.author_id
        self._private = ground.private
        self._media = ground.media
        self._snapshots = snapshots

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(SaveState, self.save),
            in_loop(Drafts, self.drafts),
            in_loop(KeepDraft, self.keep_draft),
            in_loop(NoteSheets, self.note_sheets),
        )

    async def save(self, _: SaveState) -> SavedState:
        """Raises UserError, PassingError: nothing was written."""
        await self._snapshots.take_up()
        return await self._snapshots.save()

    def drafts(self, _: Drafts) -> DraftList:
        told = [read_draft(key, value) for key, value in self._private.all(DRAFT).items()]
        found, media = {each.place: each for each in told}, self._media.drafted()
        for place, files in media.items():
            found[place] = replace(found.get(place, Draft(place=place, text="")), media=files)
        return DraftList(drafts=tuple(found[place] for place in sorted(found)))

    async def keep_draft(self, ask: KeepDraft) -> DraftList:
        """Raises UserError, PassingError: the words are kept, or all is as it was."""
        key, value = draft_key(ask.place), draft_value(ask.text, ask.to)
        if self._private.get(DRAFT, key) != value:
            self._private.set(DRAFT, {key: value})
        if ask.media is not None:
            await self._media.draft(ask.place, ask.media)
        elif not ask.text:
            await self._media.discard(ask.place)
        return self.drafts(Drafts())

    def note_sheets(self, ask: NoteSheets) -> SheetsNoted:
        """Raises UserError: it is none, or of somebody else.  PassingError: not now."""
        if not ask.statement:
            return SheetsNoted(known=False)
        try:
            signed = bytes.fromhex(ask.statement)
            found = open_recovery(signed)
        except (ValueError, RemoteError) as error:
            raise UserError(NO_STATEMENT()) from error
        if found.author_id != self._author_id:
            raise UserError(NO_STATEMENT())
        self._private.set(PAPER, {paper_key(found.generation): signed})
        return SheetsNoted(known=True)
