"""What a search of the network found, as a command prints it."""

from swarmfeed.cli.context import Context
from swarmfeed.cli.output import format_date, plain, print_answer, print_posts, print_sentence
from swarmfeed.core.asks.network import (
    NetworkPosts,
    SearchNetwork,
    SearchPeople,
    WhatRises,
)
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.search_sentences import GO_ON
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.texts import counted
from swarmfeed.core.lookup import sentences


def print_network_search(context: Context, ask: SearchNetwork, *, as_json: bool) -> None:
    """Ask supernodes, and print what they found, whose it is, and how many answered."""
    with context.open() as desk:
        found = desk.ask(ask)
    if as_json:
        print_answer(found)
        return
    if found.posts:
        notes = [_whose(post) for post in found.posts]
        print_posts(found.posts, now_ms=context.doors.now_ms(), empty="", notes=notes)
    elif found.answered or found.answers:
        print_sentence(sentences.NOTHING_THERE())
    print_sentence(_how_it_went(found))
    if found.answers:
        print_sentence(f"({_who_answered(found)})")
    if found.goes_further:
        print_sentence(sentences.HOW_TO_GO_BACK())
    if found.next is not None:
        shown = counted(len(found.posts), "post", "posts")
        print_sentence(GO_ON(found=f"{shown} shown", cursor=found.next))


def print_people(context: Context, called: str, *, as_json: bool) -> None:
    """Ask supernodes who is called so, and print them with their addresses."""
    with context.open() as desk:
        found = desk.ask(SearchPeople(called=called))
    if as_json:
        print_answer(found)
        return
    for each in found.people:
        note = " (followed)" if each.followed else ""
        print_sentence(f"{plain(each.name)}{note}")
        print_sentence(f"  {format_author(each.author_id)}")
        if each.bio:
            print_sentence(f"  {plain(each.bio)}")
    if not found.people:
        print_sentence(sentences.NOBODY_FAR() if found.answered else sentences.NO_SUPERNODE())
    _print_untrue(found.untrue)


def print_rising(context: Context, *, as_json: bool) -> None:
    """Ask supernodes what rises, and print it."""
    with context.open() as desk:
        found = desk.ask(WhatRises())
    if as_json:
        print_answer(found)
        return
    for each in found.tags:
        said = sentences.RISES(authors=each.authors, before=f"{each.before / 100:.0f}")
        print_sentence(f"{each.tag}: {said}")
    if not found.tags:
        is_known = bool(found.answered)
        print_sentence(sentences.NOTHING_RISES() if is_known else sentences.NO_SUPERNODE())
    _print_untrue(found.untrue)


def _print_untrue(count: int) -> None:
    if count:
        print_sentence(sentences.FALSE(count=count))


def _who_answered(found: NetworkPosts) -> str:
    """Each who answered, and with how much; empty: nobody did."""
    said = [
        sentences.ANSWERED_BY(
            who=sentences.role_of(each.node is None, each.is_parent, each.holds),
            node="" if each.node is None else f" {format_address(each.node)[:8]}",
            posts=each.posts,
        )
        for each in found.answers
    ]
    return ", ".join(said)


def _whose(post: PostView) -> str:
    """The address of somebody who is not known here: by it they are followed."""
    return format_author(post.author_id) if post.far else ""


def _how_it_went(found: NetworkPosts) -> str:
    return sentences.how_it_went(
        asked=found.asked,
        answered=found.answered,
        untrue=found.untrue,
        left_out=found.left_out,
        since=format_date(found.since_ms),
        holders=found.holders_asked if found.looked_back else None,
    )
