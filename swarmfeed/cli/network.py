"""What a search of the network found, as a command prints it."""

from swarmfeed.cli.context import Context
from swarmfeed.cli.output import format_date, print_answer, print_posts, print_sentence
from swarmfeed.core.asks.network import NetworkPosts, SearchNetwork
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.search_sentences import GO_ON
from swarmfeed.core.base.address import format_author
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
    if found.goes_further:
        print_sentence(sentences.HOW_TO_GO_BACK())
    if found.next is not None:
        shown = counted(len(found.posts), "post", "posts")
        print_sentence(GO_ON(found=f"{shown} shown", cursor=found.next))


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
