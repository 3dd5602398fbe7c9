"""Sheets that were put off: their words once more, until some of them came back from paper."""

import asyncio

from msgspec.structs import replace

from swarmfeed.core.asks import start_sentences as sentences
from swarmfeed.core.asks.papers import (
    CheckPaper,
    PaperCheck,
    PapersDue,
    PaperWords,
    ShowPaper,
    WhichPapers,
)
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.backup_words import WORD_COUNT, what_is_wrong, words_of_seed
from swarmfeed.core.base.papers import ASKED_BACK, Papers, open_second
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground


class PaperKeeper:
    """Reminds of sheets; holds no word longer than an answer takes."""

    def __init__(self, ground: Ground) -> None:
        self._safe = ground.shells.safe

    def answers(self) -> tuple[Answers, ...]:
        return (
            in_loop(WhichPapers, self.which),
            in_loop(ShowPaper, self.show),
            in_loop(CheckPaper, self.check),
        )

    async def which(self, _: WhichPapers) -> PapersDue:
        return await asyncio.to_thread(self._due)

    async def show(self, ask: ShowPaper) -> PaperWords:
        return await asyncio.to_thread(self._show, ask)

    async def check(self, ask: CheckPaper) -> PaperCheck:
        if len(set(ask.numbers)) != ASKED_BACK or len(ask.typed) != len(ask.numbers):
            raise UserError(sentences.FOUR_WORDS())
        if not all(1 <= each <= WORD_COUNT for each in ask.numbers):
            raise UserError(sentences.FOUR_WORDS())
        return await asyncio.to_thread(self._check, ask)

    # --- inside, in a thread: opening keys takes half a second ---

    def _due(self) -> PapersDue:
        papers = self._safe.papers()
        said = [sentences.PAPER_DUE()] if papers.first else []
        said += [sentences.SECOND_DUE()] if papers.second else []
        return PapersDue(
            first=papers.first,
            second=bool(papers.second),
            has_passphrase=self._safe.is_protected(),
            sentences=tuple(said),
        )

    def _show(self, ask: ShowPaper) -> PaperWords:
        author, seed = self._open(ask.passphrase, second=ask.second)
        whose = Link(author.author_id, next_key_hash=author.next_key_hash)
        return PaperWords(words=words_of_seed(seed), link=format_link(whose))

    def _check(self, ask: CheckPaper) -> PaperCheck:
        _, seed = self._open(ask.passphrase, second=ask.second)
        words = words_of_seed(seed).split()
        typed = zip(ask.numbers, ask.typed, strict=True)
        wrong = tuple(what_is_wrong(each, words[number - 1]) for number, each in typed)
        if not any(wrong):
            papers = self._safe.papers()
            done = replace(papers, second=b"") if ask.second else replace(papers, first=False)
            self._safe.note_papers(done)
        return PaperCheck(wrong=wrong, due=self._due())

    def _open(self, passphrase: str, *, second: bool) -> tuple[AuthorKey, bytes]:
        """Return the author key, and the seed of a sheet that is due."""
        papers = self._safe.papers()
        if not (papers.second if second else papers.first):
            raise UserError(sentences.ON_PAPER())
        author = self._safe.author_key(passphrase)
        seed = open_second(author.signing.seed, papers.second) if second else None
        if second and seed is None:
            # The author moved to that sheet since: then there is a new second one.
            self._safe.note_papers(Papers(first=papers.first))
            raise UserError(sentences.ON_PAPER())
        return author, seed or author.signing.seed
