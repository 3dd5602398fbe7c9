"""What people ask about their messages, and have done with them."""

from dataclasses import replace

from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.letters import (
    AnswerRequest,
    ChangeGroup,
    Conversations,
    ConversationView,
    LetterView,
    ListConversations,
    MakeGroup,
    NoteRead,
    ShowConversation,
    WriteLetter,
    clean_letter,
)
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.limits import LETTERS_SHOWN
from swarmfeed.core.letters.rows import TalkRow
from swarmfeed.core.letters.standing import Acquaintance
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FETCHED
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.founding import Founding
from swarmfeed.node.letters.receipts import Receipts
from swarmfeed.node.letters.showing import GROUP, LetterViews
from swarmfeed.node.letters.writing import LetterWriter

_ANSWERS = {
    "accept": Acquaintance.ACCEPTED,
    "ignore": Acquaintance.IGNORED,
    "block": Acquaintance.BLOCKED,
    "unblock": Acquaintance.ACCEPTED,
}


class LetterAnswers:
    """Belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        carer: Carer,
        book: LetterBook,
        writing: LetterWriter,
        founding: Founding,
        receipts: Receipts,
    ) -> None:
        self._ground = ground
        self._own = ground.identity.author_id
        self._clock = ground.shells.clock
        self._carer = carer
        self._book = book
        self._writing = writing
        self._founding = founding
        self._receipts = receipts
        self._views = LetterViews(ground, book)

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(ListConversations, self.list),
            in_loop(ShowConversation, self.show),
            in_loop(WriteLetter, self.write),
            in_loop(AnswerRequest, self.answer),
            in_loop(NoteRead, self.note_read),
            in_loop(MakeGroup, self.make_group),
            in_loop(ChangeGroup, self.change_group),
        )

    async def list(self, _: ListConversations) -> Conversations:
        await self._book.open()
        talks = sorted(self._book.talks.items(), key=lambda each: -each[1].last_ms)
        views = tuple(self._views.talk(name, talk) for name, talk in talks)
        return Conversations(
            talks=views,
            unread=sum(each.unread for each in views if each.standing == Acquaintance.ACCEPTED),
            requests=sum(each.standing == Acquaintance.REQUESTED for each in views),
        )

    async def show(self, ask: ShowConversation) -> ConversationView:
        await self._book.open()
        talk_id = self._named(ask.talk)
        talk = self._book.talks.get(talk_id)
        if talk is None:
            if ask.talk.startswith(GROUP):
                raise UserError(sentences.NO_GROUP())
            talk = TalkRow(standing=Acquaintance.ACCEPTED.value)  # nothing was written yet
        letters = await self._book.letters(talk_id)
        limit = max(1, min(ask.limit, LETTERS_SHOWN))
        return await self._views.conversation(talk_id, talk, letters, limit)

    async def write(self, ask: WriteLetter) -> LetterView:
        """Raises UserError, PassingError: nothing was written."""
        await self._book.open()
        talk_id, text = self._named(ask.talk), clean_letter(ask.text)
        before = self._book.talks.get(talk_id)
        if before is not None and before.standing == Acquaintance.REQUESTED:
            await self._stand(talk_id, Acquaintance.ACCEPTED)
        people = self._founding.people(talk_id, before)
        name = await self._writing.say(talk_id, people, text)
        letter = (await self._book.letters(talk_id))[name]
        view = self._views.letter(name, letter)
        if self._ground.settings.network:
            return replace(view, sentence=sentences.SENT_NOW(state=view.sentence))
        return replace(view, sentence=sentences.OFFLINE_NOW())

    async def answer(self, ask: AnswerRequest) -> ConversationView:
        """Raises UserError, PassingError: all is as it was."""
        await self._book.open()
        if ask.answer not in _ANSWERS:
            raise UserError(sentences.WHAT_TO_ANSWER())
        talk_id = self._named(ask.talk)
        if talk_id not in self._book.talks and ask.answer != "block":
            raise UserError(sentences.NO_REQUEST())
        await self._stand(talk_id, _ANSWERS[ask.answer])
        if ask.answer == "block":
            await self._ground.mail.renew_token()
        return await self.show(ShowConversation(talk=ask.talk))

    async def _stand(self, talk_id: bytes, standing: Acquaintance) -> None:
        """Stand to somebody like that from now on."""
        async with self._book.lock:
            before = self._book.talks.get(talk_id) or TalkRow(standing=standing.value)
            after = replace(before, standing=standing.value)
            await self._book.save(Edits(talks={talk_id: after}), self._clock.now_ms())
        if before.standing == Acquaintance.REQUESTED and standing is Acquaintance.ACCEPTED:
            await self._confirm_all(talk_id)
            await self._carer.care(AuthorId(talk_id), FETCHED)

    async def _confirm_all(self, talk_id: bytes) -> None:
        """What they asked with has arrived now, for them."""
        for name, letter in (await self._book.letters(talk_id)).items():
            if letter.author_id != self._own:
                self._receipts.owe(letter.feed_id, letter.author_id, name)

    async def note_read(self, ask: NoteRead) -> ConversationView:
        """Raises PassingError: all is as it was."""
        await self._book.open()
        talk_id = self._named(ask.talk)
        async with self._book.lock:
            talk = self._book.talks.get(talk_id)
            if talk is not None and talk.unread:
                seen = replace(talk, unread=0)
                await self._book.save(Edits(talks={talk_id: seen}), self._clock.now_ms())
        return await self.show(ShowConversation(talk=ask.talk))

    # --- groups ---

    async def make_group(self, ask: MakeGroup) -> ConversationView:
        """Raises UserError, PassingError: nothing was made."""
        await self._book.open()
        people = [parse_link(each).author_id for each in ask.people]
        talk_id = await self._founding.make(ask.title.strip(), people)
        return await self.show(ShowConversation(talk=GROUP + talk_id.hex()))

    async def change_group(self, ask: ChangeGroup) -> ConversationView:
        """Raises UserError, PassingError: all is as it was."""
        await self._book.open()
        talk_id = self._named(ask.talk)
        await self._founding.change(talk_id, parse_link(ask.who).author_id, on=ask.on)
        return await self.show(ShowConversation(talk=ask.talk))

    def _named(self, talk: str) -> bytes:
        """The conversation that is meant.  Raises UserError."""
        if talk.startswith(GROUP):
            try:
                talk_id = bytes.fromhex(talk.removeprefix(GROUP))
            except ValueError as error:
                raise UserError(sentences.NO_GROUP()) from error
            if len(talk_id) != HASH_BYTES:
                raise UserError(sentences.NO_GROUP())
            return talk_id
        author_id = parse_link(talk).author_id
        if author_id == self._own:
            raise UserError(sentences.TO_YOURSELF())
        return author_id
