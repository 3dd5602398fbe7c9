"""A thread at a terminal: what a post answers, the post, and its replies by indents."""

from typing import Final

import click

from swarmfeed.cli.output import INDENT, plain, print_post, styled
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
        print_post(post, now_ms=now_ms)
        click.echo("")
    print_post(thread.post, now_ms=now_ms, whole=True)
    click.echo("\n" + styled(replies_below(thread.post, thread.reply_total), bold=True))
    for reply in thread.replies:
        click.echo("")
        _print_reply(reply, now_ms)
    if thread.next:
        click.echo("")
        _tell(MORE_REPLIES_BY(post=ref_text(thread.post.ref), start=thread.next))


def _print_reply(reply: PostView, now_ms: int) -> None:
    indent = INDENT * min(reply.depth + 1, REPLY_INDENTS_MAX)
    print_post(reply, now_ms=now_ms, indent=indent)
    if goes_on(reply):
        _tell(indent + GOES_ON_BY(post=ref_text(reply.ref)))


def _above(answered: Answered, ref: EntryRef) -> str:
    is_here = answered.state == HERE
    return EARLIER_BY(post=ref_text(ref)) if is_here else above(answered, plain)


def _tell(line: str) -> None:
    click.echo(styled(line, dim=True))
