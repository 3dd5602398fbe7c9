"""The support file: what helps is in it, and nothing that is anybody's."""

import re

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from street.fakes.held import summed
from street.fakes.machine import JOBS
from street.fakes.samples import key
from swarmfeed.core.asks.starting import StartOption
from swarmfeed.core.asks.upkeep import Status
from swarmfeed.core.base.address import format_address, format_author
from webui.support import support_text

from tests.web.conftest import Site

SECRETS = ("hunter2-passphrase", "socks5://ada:hunter2@192.0.2.9:9050", "abandon abandon art")


def test_it_says_versions_sizes_and_counts(site: Site) -> None:
    answer = site.get("/network/support")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert 'filename="swarmfeed-support.txt"' in answer.headers["Content-Disposition"]
    for said in ("swarmfeed 0.", "python 3.", "libtorrent 2.", "disk used: 312000000 of",
                 "machines linked: 2", "histories, own: 1", "find holders, every 300 s, ran",
                 "options chosen: --lan/--no-lan"):  # fmt: skip
        assert said in answer.text, said
    assert "swarmfeed support file" in site.get("/network").text, "seen before it is saved"


@pytest.mark.attack("A260")
def test_nothing_of_anybody_is_in_it() -> None:
    desk = FakeDesk()
    spoilt = replace(JOBS[0], last_result=f"{SECRETS[0]} at 192.0.2.7:4711 {SECRETS[2]}")
    status = replace(desk.ask(Status()), jobs=(spoilt, *JOBS[1:]))
    feeds = tuple(replace(each, relation=SECRETS[0]) for each in status.feeds)
    options = (
        StartOption(flag="--proxy", help="", value=SECRETS[1], given=True),
        StartOption(flag="--peer", help="", value="192.0.2.9:4711", given=True),
    )
    text = support_text(
        replace(status, feeds=feeds, sentence=SECRETS[2], alarms=(SECRETS[0],)),
        summed(feeds),
        options,
    )
    held = {name for author in desk.authors.values() for name in (author.name, author.bio)}
    held |= {format_author(author_id) for author_id in desk.authors}
    held |= {format_address(desk.feed_of(author_id)) for author_id in desk.authors}
    held |= {post.text for post in desk.posts} | {post.id for post in desk.posts}
    held |= {format_address(peer.node_id) for peer in status.peers}
    held |= {peer.endpoint for peer in status.peers} | set(SECRETS)
    held |= {key(author.name).hex() for author in desk.authors.values()}
    assert [each for each in held if each and each in text] == []
    assert not re.search(r"\d+\.\d+\.\d+\.\d+:|[0-9a-f]{32}|[a-z2-7]{40}|::|@", text)
    assert "--proxy" in text, "which options were chosen is told; what they were set to is not"
