"""A thread at a terminal: what a post answers, the post, and its replies by indents."""

from typing import Final

import click

from swarmfeed.cli.hints import complete
from swarmfeed.cli.output import INDENT, plain, print_post, styled
from swarmfeed.core.archives.telling import brought_sentence
from swarmfeed.core.asks.posts import HERE, Answered, PostView, ThreadView, goes_on, ref_text
from swarmfeed.core.asks.thread_sentences import (
    EARLIER_BY,
    GOES_ON_BY,
    MORE_REPLIES_BY,
    above,
    replies_below,
)
from swarmfeed.core.base.types import EntryRef

REPLY_INDENTS_MAX: Final = 6
"""Deeper replies stand as far in as these: a narrow terminal has 40 columns."""


def print_thread(thread: ThreadView, *, now_ms: int) -> None:
    """Print a page of a thread, and with what commands one goes on."""
    first = thread.oldest
    if first.answers is not None and first.reply_to is not None:
        _tell(_above(first.answers, first.reply_to))
        click.echo("")
    for post in thread.ancestors:
        print_post(post, now_ms=now_ms, is_under=True)
        click.echo("")
    print_post(thread.post, now_ms=now_ms, whole=True, is_under=True)
    if thread.brought is not None:
        _tell(plain(brought_sentence(thread.brought)))
    click.echo("\n" + styled(replies_below(thread.post, thread.reply_total), bold=True))
    before = thread.post
    for reply in thread.replies:
        click.echo("")
        is_under = reply.depth == 0 or reply.reply_to == before.ref
        _print_reply(reply, now_ms, is_under=is_under)
        before = reply
    if thread.next:
        click.echo("")
        _tell(complete(MORE_REPLIES_BY(post=ref_text(thread.post.ref), start=thread.next)))


def _print_reply(reply: PostView, now_ms: int, *, is_under: bool) -> None:
    indent = INDENT * min(reply.depth + 1, REPLY_INDENTS_MAX)
    print_post(reply, now_ms=now_ms, indent=indent, is_under=is_under)
    if goes_on(reply):
        _tell(indent + complete(GOES_ON_BY(post=ref_text(reply.ref))))


def _above(answered: Answered, ref: EntryRef) -> str:
    if answered.state == HERE:
        return complete(EARLIER_BY(post=ref_text(ref)))
    return above(answered, plain)


def _tell(line: str) -> None:
    click.echo(styled(line, dim=True))
