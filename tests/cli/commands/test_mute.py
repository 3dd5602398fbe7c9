"""``mute``, ``unmute`` and ``state save``."""

import json
from collections.abc import Callable

from click.testing import Result
from msgspec.structs import replace
from street.fakes.anna import BERT
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.core.asks.muting import (
    MutedThread,
    MutedThreads,
    MuteThread,
    UnmuteThread,
    WhichThreadsAreMuted,
)
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import EntryRef, FeedId, Hash

Run = Callable[..., Result]


def test_mute_and_unmute_take_a_link(run: Run, node: AnnasDesk) -> None:
    link = f"swarmfeed:{format_author(BERT)}?name=Bert"
    assert run("mute").stdout == "You muted nobody.\n"
    result = run("mute", link)
    assert result.exit_code == 0 and result.stdout.startswith("Muted: Bert.")
    assert node.muted == {BERT}
    assert run("mute").stdout.startswith(format_author(BERT))
    printed = json.loads(run("unmute", format_author(BERT), "--json").stdout)
    assert (printed["author"], "muted" in printed) == (format_author(BERT), False)
    assert node.muted == set()


def test_to_unmute_who_was_not_muted_is_refused(run: Run, node: AnnasDesk) -> None:
    result = run("unmute", format_author(BERT))
    assert result.exit_code == 1 and "You did not mute" in result.stderr
    assert node.muted == set()


def test_state_save_says_who_can_open_it(run: Run) -> None:
    printed = run("state", "save").stdout
    assert "1 device can open it" in printed and "your two sheets" in printed
    saved = {"rows": 3, "entries": 2, "devices": 1, "sheets": 2}
    assert json.loads(run("state", "save", "--json").stdout) == saved


def test_a_thread_is_muted_listed_and_unmuted(run: Run, node: AnnasDesk) -> None:
    ref = EntryRef(FeedId(b"f" * 32), Hash(b"h" * 32), 7)
    thread = MutedThread(ref=ref, since_ms=1, author_name="Bert", words="a long talk")
    asked: list[str] = []

    def note(_: object, ask: MuteThread | UnmuteThread) -> MutedThreads:
        asked.append(f"{ask.name} {ask.ref}")
        return MutedThreads(threads=())

    node.rows[MuteThread] = node.rows[UnmuteThread] = note
    assert run("mute-thread").stdout == "You muted no thread.\n"
    assert "Nothing of this thread" in run("mute-thread", "12345").stdout
    gone = replace(thread, author_name="", words="")
    node.rows[WhichThreadsAreMuted] = lambda *_: MutedThreads(threads=(thread, gone))
    listed = run("mute-thread").stdout.splitlines()
    assert listed[0] == f"{ref_text(ref)}  Bert: a long talk"
    assert listed[1] == f"{ref_text(ref)}  A post that is not on this machine"
    printed = json.loads(run("mute-thread", "--json").stdout)["threads"][0]
    assert (printed["index"], printed["words"]) == (7, "a long talk")
    assert "not muted any more" in run("unmute-thread", ref_text(ref)).stdout.lower()
    assert asked == ["mute-thread 12345", f"unmute-thread {ref_text(ref)}"]
