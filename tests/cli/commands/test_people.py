"""``whoami``, ``follow`` and ``unfollow``."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from street.fakes.anna import ANNA, ANNAS_FEED, BERT, LINK, NODE
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.cli.commands import people
from swarmfeed.core.asks import size_sentences
from swarmfeed.core.asks.people import Cost
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.head import verifier_key

Run = Callable[..., Result]


def test_whoami_prints_name_address_link_and_node(run: Run) -> None:
    expected = {
        "name": "Anna",
        "author": format_author(ANNA),
        "link": LINK,
        "node": format_address(NODE),
    }
    key = {"verifier_key": verifier_key(ANNAS_FEED)}
    assert json.loads(run("whoami", "--json").stdout) == expected | key
    printed = dict(line.split(maxsplit=1) for line in run("whoami").stdout.splitlines())
    assert printed == expected | {"verifier": verifier_key(ANNAS_FEED)}


def test_follow_and_unfollow_take_a_link_with_endpoints(run: Run, node: AnnasDesk) -> None:
    link = f"swarmfeed:{format_author(BERT)}?name=Bert&at=127.0.0.2:4000"
    result = run("follow", link)
    assert (result.exit_code, result.stdout) == (0, "You follow Bert now.\n")
    assert node.followed == {BERT}
    printed = json.loads(run("unfollow", format_author(BERT), "--json").stdout)
    assert (printed["author"], printed["followed"]) == (format_author(BERT), False)
    assert node.followed == set()


@pytest.mark.attack("A20")
def test_who_follows_a_bomb_is_told_what_it_takes(run: Run, node: AnnasDesk) -> None:
    node.cost = Cost(
        author_id=BERT,
        entry_count=65_536,
        bytes_total=400_000,
        unpacked_bytes=524_000_000,
        exact=True,
        held_by=1,
        sentences=size_sentences.what_it_would_take(
            entries=65_536,
            size_bytes=400_000,
            unpacked_bytes=524_000_000,
            exact=True,
            held_by=1,
            budget_bytes=256_000_000,
        ),
    )
    result = run("follow", format_author(BERT))
    assert result.exit_code == 0
    assert "1,310 times what is fetched" in " ".join(result.output.split())


def test_a_mistyped_address_is_refused_before_the_node_is_asked(
    run: Run, node: AnnasDesk
) -> None:
    address = format_author(BERT)
    mistyped = ("b" if address[0] != "b" else "c") + address[1:]
    result = run("follow", mistyped)
    assert result.exit_code == 2
    assert "checksum" in result.stderr
    assert node.followed == set()


def test_people_may_be_named_where_an_address_is_asked_for(run: Run, node: AnnasDesk) -> None:
    assert run("follow", "bert").stdout == "You follow Bert now.\n"
    assert node.followed == {BERT}
    assert run("unfollow", "BERT").stdout == "You no longer follow Bert.\n"
    assert node.followed == set()


@pytest.mark.parametrize("command", ["follow", "unfollow", "show", "fetch", "history explain"])
def test_a_name_that_nobody_has_is_told(run: Run, node: AnnasDesk, command: str) -> None:
    refused = run(*command.split(), "Carl")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        "Error: nobody who is known here is called Carl; give a link, or an address of 56"
        " characters\n"
    )


@pytest.mark.parametrize("command", ["follow", "unfollow", "show", "fetch", "history explain"])
def test_a_name_of_several_people_is_told_with_their_addresses(
    run: Run, node: AnnasDesk, command: str
) -> None:
    other = AuthorId(bytes(31) + b"7")
    node.strangers = {other: "Bert"}
    node.followed = {other}
    refused = run(*command.split(), "Bert")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"Bert {format_author(BERT)};" in refused.stderr
    assert f"Bert {format_author(other)} (you follow them)" in refused.stderr
    assert node.followed == {other}


def test_not_more_namesakes_are_listed_than_one_reads(run: Run, node: AnnasDesk) -> None:
    node.strangers = {AuthorId(bytes(31) + bytes([number])): "Bert" for number in range(9)}
    assert run("show", "Bert").stderr.endswith("; and 5 more\n")


def test_who_was_never_followed_cannot_be_unfollowed(run: Run, node: AnnasDesk) -> None:
    refused = run("unfollow", format_author(BERT))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == "Error: you do not follow Bert, so nothing was changed\n"


def test_of_somebody_new_the_link_says_the_name(run: Run, node: AnnasDesk) -> None:
    stranger = format_author(bytes(31) + b"9")
    assert (
        run("follow", f"swarmfeed:{stranger}?name=Zo%C3%AB").stdout == "You follow Zoë now.\n"
    )
    assert run("unfollow", stranger).stdout == f"You no longer follow {stranger}.\n"


@pytest.mark.parametrize(
    "wrong", ["swarmfeed:xyz", "https://example.org/ann", "magnet:?xt=urn:btih:0", "a" * 56]
)
@pytest.mark.parametrize("command", ["follow", "fetch", "show"])
def test_who_gives_a_wrong_link_is_told_what_one_looks_like(
    run: Run, command: str, wrong: str
) -> None:
    refused = run(command, wrong)
    assert refused.exit_code == 2
    assert "One looks like swarmfeed:" in " ".join(refused.stderr.split())


def stranger(number: int) -> str:
    return format_author(AuthorId(bytes(31) + bytes([number])))


def test_many_are_followed_at_once_and_who_cannot_be_is_named(
    run: Run, node: AnnasDesk
) -> None:
    result = run("follow", stranger(1), "bert", "Carl", "swarmfeed:xyz", stranger(1))
    assert (result.exit_code, len(node.followed), BERT in node.followed) == (1, 2, True)
    assert result.stdout == "You follow 2 more people now. 2 were passed over:\n"
    assert "Carl: nobody who is known here is called Carl" in result.stderr
    assert "swarmfeed:xyz: An address has 56 characters" in result.stderr
    again = run("follow", stranger(1), "bert")
    said = "You follow nobody new. You followed 2 of them already.\n"
    assert (again.exit_code, again.stdout) == (0, said)


def test_a_list_of_people_comes_through_standard_input(run: Run, node: AnnasDesk) -> None:
    lines = ["# friends", "", *map(stranger, range(1, 101)), f"  swarmfeed:{stranger(101)}\r"]
    result = run("follow", "-", "--json", stdin="\n".join(lines))
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert printed["authors"] == [stranger(number) for number in range(1, 102)]
    assert (printed["already"], printed["passed"], len(node.followed)) == (0, [], 101)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"# nobody\n", "nobody was named"),
        (b"\xff\n", "standard input is not UTF-8"),
    ],
)
def test_an_empty_or_unreadable_list_follows_nobody(
    run: Run, node: AnnasDesk, given: bytes, said: str
) -> None:
    refused = run("follow", "-", stdin=given)
    assert (refused.exit_code, node.followed) == (1, set())
    assert said in " ".join(refused.stderr.split())


def test_more_than_one_ask_may_name_are_asked_in_parts(
    run: Run, node: AnnasDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "FOLLOWED_AT_ONCE_MAX", 2)
    result = run("follow", *map(stranger, range(1, 6)))
    assert result.stdout == "You follow 5 more people now.\n"
    assert len(node.followed) == 5
