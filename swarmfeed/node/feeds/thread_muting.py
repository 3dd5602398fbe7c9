"""Muting threads: nothing of them is told, though it concerns the person; private state."""

import asyncio

from swarmfeed.core.asks import state_sentences as sentences
from swarmfeed.core.asks.limits import THREADS_MUTED_MAX
from swarmfeed.core.asks.muting import (
    MutedThread,
    MutedThreads,
    MuteThread,
    NamesOfMuted,
    UnmuteThread,
    WhichAreMuted,
    WhichThreadsAreMuted,
)
from swarmfeed.core.asks.posts import first_words, names_in, place_in, ref_text
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.muted_threads import InMutedThreads
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.feeds.threads import Threads
from swarmfeed.node.feeds.writer import find_post
from swarmfeed.node.ground.desk import Answers, in_loop, in_reader
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import ON, THREAD, bookmark_key, bookmark_ref


class ThreadMuting:
    """Writes down which threads the person muted; belongs to the node's loop."""

    def __init__(self, ground: Ground, reading: Reading) -> None:
        self._private = ground.private
        self._reading = reading
        self._muted = InMutedThreads(ground)
        self._shown = Shown(ground)
        self._threads = Threads(self._shown)

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(MuteThread, self.mute),
            in_loop(UnmuteThread, self.unmute),
            in_loop(WhichThreadsAreMuted, self.list_all),
            in_reader(WhichAreMuted, self.which),
        )

    async def mute(self, ask: MuteThread) -> MutedThreads:
        """Raises UserError, PassingError: all is as it was."""
        keys = await asyncio.to_thread(self._keys_of, ask.ref)
        muted = self._private.names(THREAD)
        if not muted.intersection(keys):
            if len(muted) >= THREADS_MUTED_MAX:
                raise UserError(sentences.TOO_MANY_THREADS(most=THREADS_MUTED_MAX))
            self._private.set(THREAD, {keys[-1]: ON})
        return await self.list_all(WhichThreadsAreMuted())

    async def unmute(self, ask: UnmuteThread) -> MutedThreads:
        """Raises UserError, PassingError: all is as it was."""
        named = {_name(each): each for each in self._private.names(THREAD)}
        known = named.get(ask.ref.strip())
        keys = [known] if known else await asyncio.to_thread(self._keys_of, ask.ref)
        if muted := self._private.names(THREAD).intersection(keys):
            self._private.set(THREAD, dict.fromkeys(muted, b""))
        return await self.list_all(WhichThreadsAreMuted())

    async def list_all(self, _: WhichThreadsAreMuted) -> MutedThreads:
        since = {
            each: self._private.said_ms(THREAD, each) for each in self._private.all(THREAD)
        }
        keys = sorted(since, key=lambda each: (since[each], each), reverse=True)
        found = await asyncio.to_thread(
            lambda: [self._view(each, since[each]) for each in keys]
        )
        return MutedThreads(threads=tuple(each for each in found if each is not None))

    def which(self, ask: WhichAreMuted) -> NamesOfMuted:
        """Raises UserError: one names a feed that is none, or they are too many."""
        named = {name: place_in(name) for name in names_in(ask.refs)}
        places = {name: place for name, place in named.items() if place is not None}
        muted = self._muted.among(places.values())
        return NamesOfMuted(refs=tuple(name for name in places if places[name] in muted))

    # --- inside ---

    def _keys_of(self, ref: str) -> list[bytes]:
        """Of a post and all above it, the uppermost last.  Raises UserError: it is not here."""
        return [bookmark_key(each) for each in self._threads.chain(self._reading.find(ref))]

    def _view(self, key: bytes, since_ms: int) -> MutedThread | None:
        ref = bookmark_ref(key)
        if ref is None:
            return None  # another device may have written anything there
        post = find_post(self._shown, ref)
        return MutedThread(
            ref=ref,
            since_ms=since_ms,
            author_name=post.author_name if post else "",
            words=first_words(post.text, post.cw) if post else "",
        )


def _name(key: bytes) -> str:
    ref = bookmark_ref(key)
    return "" if ref is None else ref_text(ref)
