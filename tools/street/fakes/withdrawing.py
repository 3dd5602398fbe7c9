"""What a fake desk answers of posts that were changed or taken back."""

from typing import Final

from msgspec.structs import replace
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.withdrawal_sentences import NOT_WITHDRAWN, OF_SOMEBODY_ELSE
from swarmfeed.core.asks.withdrawing import (
    Edit,
    HistoryOfPost,
    HowFarRemoved,
    Removal,
    Version,
    Versions,
    Withdraw,
)
from swarmfeed.core.asks.writing import clean_text
from swarmfeed.errors import UserError

from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def withdraw(desk: FakeWorld, ask: Withdraw) -> Removal:
    post = _own_post(desk, ask.ref)
    desk.changed.append("withdraw")
    desk.posts.remove(post)
    desk.removals[ref_text(post.ref)] = Removal(
        ref=post.ref, removed_at=0, holders=post.held_by, waits=False
    )
    return desk.removals[ref_text(post.ref)]


def edit(desk: FakeWorld, ask: Edit) -> PostView:
    post, text = _own_post(desk, ask.ref), clean_text(ask.text)
    desk.changed.append("edit")
    old = desk.versions.setdefault(post.ref, [Version(time_ms=post.time_ms, text=post.text)])
    if ask.remove_old:
        old.clear()
        desk.removals[ref_text(post.ref)] = Removal(
            ref=post.ref, removed_at=0, holders=post.held_by, waits=True
        )
    desk.now_ms += 1_000
    old.append(Version(time_ms=desk.now_ms, text=text))
    after = replace(post, text=text, edited=True)
    desk.posts[desk.posts.index(post)] = after
    return after


def how_far_removed(desk: FakeWorld, ask: HowFarRemoved) -> Removal:
    if ask.ref not in desk.removals:
        raise UserError(NOT_WITHDRAWN())
    return desk.removals[ask.ref]


def history_of(desk: FakeWorld, ask: HistoryOfPost) -> Versions:
    post = desk.find_post(ask.ref)
    only = [Version(time_ms=post.time_ms, text=post.text)]
    return Versions(versions=tuple(desk.versions.get(post.ref, only)))


def _own_post(desk: FakeWorld, name: str) -> PostView:
    post = desk.find_post(name)
    if post.author_id != desk.me:
        raise UserError(OF_SOMEBODY_ELSE())
    return post


WITHDRAWING: Final[Rows] = {
    Withdraw: withdraw,
    Edit: edit,
    HowFarRemoved: how_far_removed,
    HistoryOfPost: history_of,
}
