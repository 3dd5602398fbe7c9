"""``post``, ``timeline``, ``show`` and ``search``."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from msgspec.structs import replace
from street.fakes.anna import ANNA, BERT, NOW_MS, make_post
from street.fakes.annas_desk import AnnasDesk
from street.fakes.doors import FakeDoors
from swarmfeed.cli import output
from swarmfeed.core.asks.network import (
    FarPeople,
    FarPerson,
    RisingTag,
    RisingTags,
    SearchPeople,
    WhatRises,
)
from swarmfeed.core.asks.people import Followed, WhoIsFollowed
from swarmfeed.core.asks.posts import FoundPosts, PostView, SearchPosts, ref_text
from swarmfeed.core.asks.writing import HowIsMyFeed, OwnFeed, WritePost
from swarmfeed.core.base.address import format_author

Run = Callable[..., Result]
POST_KEYS = {"author", "feed", "index", "time_ms", "text", "hash", "cursor"}


@pytest.fixture
def posts(node: AnnasDesk) -> AnnasDesk:
    hour_ms = 3_600_000
    node.posts = [
        make_post(1, "good morning", time_ms=NOW_MS - 3 * hour_ms),
        make_post(2, "hello from Bert", author_id=BERT, time_ms=NOW_MS - 2 * hour_ms),
        make_post(3, "good evening", time_ms=NOW_MS - hour_ms),
    ]
    return node


def test_a_post_is_published_and_printed_as_one_json_object(run: Run, node: AnnasDesk) -> None:
    result = run("post", "hello", "--json")
    printed = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert printed.keys() >= POST_KEYS
    assert printed["text"] == node.posts[0].text == "hello"
    assert printed["author"] == format_author(ANNA)


def test_a_post_is_read_from_standard_input_without_its_last_line_end(
    run: Run, node: AnnasDesk
) -> None:
    assert run("post", "-", stdin="two\nlines\n").exit_code == 0
    assert node.posts[0].text == "two\nlines"


def test_standard_input_that_is_not_utf_8_is_one_line_and_exit_code_1(run: Run) -> None:
    result = run("post", "-", stdin=b"caf\xe9 noir")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: the post is not UTF-8: from byte 4 on it cannot be read as text\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("post", "caf\udce9"),
        ("search", "caf\udce9"),
        ("init", "--no-passphrase", "--name", "caf\udce9"),
    ],
)
def test_an_argument_that_is_not_utf_8_does_nothing(
    run: Run, node: AnnasDesk, fake: FakeDoors, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments)
    assert (result.exit_code in (1, 2), result.stdout) == (True, "")
    assert "is not UTF-8: character 4 of it" in result.stderr
    assert (node.posts, fake.created) == ([], [])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (b"a\0b", "a control character (U+0000)"),
        (b"\x1b[31mred", "a control character (U+001B)"),
        ("é".encode() * 4_001, "8,002 bytes long (4,001 characters); at most 8,000 bytes"),
        (b"x" * 1_048_577, "longer than 1,048,576 bytes; at most 8,000 bytes"),
    ],
)
def test_what_cannot_be_published_whole_is_refused_whole(
    run: Run, node: AnnasDesk, typed: bytes, said: str
) -> None:
    result = run("post", "-", stdin=typed)
    assert (result.exit_code, result.stdout, node.posts) == (1, "", [])
    assert said in result.stderr


def test_a_reply_names_its_parent_by_feed_and_index_or_by_hash(
    run: Run, posts: AnnasDesk
) -> None:
    parent = posts.posts[1].ref
    for ref in (ref_text(parent), parent.entry_hash.hex()):
        printed = json.loads(run("post", "yes", "--reply-to", ref, "--json").stdout)
        assert printed["reply_to"]["hash"] == parent.entry_hash.hex()
        assert posts.posts[-1].reply_to == parent


def test_what_the_network_showed_is_answered_by_either_name(run: Run, posts: AnnasDesk) -> None:
    far = [make_post(n, f"far {n}", author_id=BERT, time_ms=NOW_MS) for n in (8, 9)]
    posts.network = replace(posts.network, posts=tuple(replace(each, far=True) for each in far))
    for ref, parent in ((ref_text(far[0].ref), far[0]), (far[1].ref.entry_hash.hex(), far[1])):
        printed = json.loads(run("post", "yes", "--reply-to", ref, "--json").stdout)
        assert printed["reply_to"]["hash"] == parent.ref.entry_hash.hex()
        assert posts.posts[-1].reply_to == parent.ref


def test_a_refusal_of_the_node_is_one_line_on_standard_error(
    run: Run, posts: AnnasDesk
) -> None:
    result = run("post", "yes", "--reply-to", "nowhere", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: that post is not held here\n"
    assert len(posts.posts) == 3


def test_the_timeline_is_newest_first_and_goes_on_behind_a_cursor(
    run: Run, posts: AnnasDesk
) -> None:
    first = json.loads(run("timeline", "--limit", "2", "--json").stdout)
    assert [post["text"] for post in first] == ["good evening", "hello from Bert"]
    rest = json.loads(run("timeline", "--before", first[-1]["cursor"], "--json").stdout)
    assert [post["text"] for post in rest] == ["good morning"]


def test_a_person_reads_names_ages_texts_and_references(run: Run, posts: AnnasDesk) -> None:
    lines = run("timeline").stdout.splitlines()
    ref = ref_text(posts.posts[2].ref)
    assert [line.rstrip() for line in lines[:3]] == [
        "Anna  1 hour ago",
        "  good evening",
        f"  {ref}",
    ]


@pytest.mark.attack("A50")
def test_the_timeline_says_that_nothing_can_be_written(run: Run, posts: AnnasDesk) -> None:
    assert run("timeline").stderr == ""
    sentence = "Nothing can be written here: swarmfeed restore -"
    posts.rows[HowIsMyFeed] = lambda desk, ask: OwnFeed(
        standing="ended", sentence=sentence, missing_start=0, missing_end=0
    )
    result = run("timeline", "--json")
    assert (result.exit_code, result.stderr) == (0, f"{sentence}\n")
    assert len(json.loads(result.stdout)) == len(posts.posts)


def test_an_empty_timeline_says_what_to_do_and_is_an_empty_list_for_programs(run: Run) -> None:
    assert run("timeline").stdout.startswith("Nothing here yet")
    assert run("timeline", "--json").stdout == "[]\n"


def test_where_those_who_are_followed_are_muted_the_timeline_says_so(
    run: Run, node: AnnasDesk
) -> None:
    node.muted = {BERT}
    node.rows[WhoIsFollowed] = lambda *_: Followed(authors=(), count=1)
    assert "some are muted" in run("timeline").stdout


def test_show_prints_the_posts_of_one_author_by_address_or_link(
    run: Run, posts: AnnasDesk
) -> None:
    for name in (format_author(BERT), f"swarmfeed:{format_author(BERT)}?name=B"):
        printed = json.loads(run("show", name, "--json").stdout)
        assert [post["text"] for post in printed] == ["hello from Bert"]


def test_show_prints_one_post_by_its_number_or_its_place(run: Run, posts: AnnasDesk) -> None:
    post = posts.posts[1]
    for name in (post.id, ref_text(post.ref)):
        printed = json.loads(run("show", name, "--json").stdout)
        assert printed["post"]["id"] == post.id
        assert set(printed) == {"post", "ancestors", "replies", "reply_total", "next"}
    assert run("show", "17").exit_code == 1


def test_search_takes_its_words_as_they_come(run: Run, posts: AnnasDesk) -> None:
    printed = json.loads(run("search", "from", "Bert", "--json").stdout)
    assert [post["text"] for post in printed] == ["hello from Bert"]
    assert run("search", "nothing").stdout.startswith("Nothing found")
    said = run("search", "from:Nobody").stdout
    assert said.startswith("Nobody who is known here is called Nobody")
    assert run("search", "nothing", "from:Bert").stdout.startswith("Nothing found")


def test_a_word_with_a_dash_before_it_is_left_out_and_no_option(
    run: Run, posts: AnnasDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(desk: AnnasDesk, ask: SearchPosts) -> FoundPosts:
        asked.append(ask.words)
        return FoundPosts(posts=(), count=0, next=None)

    monkeypatch.setitem(posts.rows, SearchPosts, answer)
    assert run("search", "good", "-morning").exit_code == 0
    assert run("search", "-hello", "good", "--limit", "3").exit_code == 0
    assert asked == ["good -morning", "-hello good"]
    mistyped = run("search", "good", "--limt", "3")
    assert mistyped.exit_code == 2 and "--limt" in mistyped.stderr


def test_a_search_says_how_to_go_on(run: Run, posts: AnnasDesk) -> None:
    first = run("search", "good", "--limit", "1").stdout
    assert "good evening" in first and "good morning" not in first
    *_, said, cursor = first.splitlines()[-1].rpartition(
        "2 posts found; the next ones: --before "
    )
    assert said
    second = run("search", "good", "--limit", "1", "--before", cursor).stdout
    assert "good morning" in second and "good evening" not in second
    last = json.loads(run("search", "good", "--before", cursor, "--json").stdout)
    assert [post["text"] for post in last] == ["good morning"]
    assert "posts found" not in run("search", "good", "--before", cursor).stdout
    assert "post found" not in run("search", "Bert", "--limit", "1").stdout, "that was all"


def test_a_search_of_the_network_says_whose_posts_they_are_and_who_answered(
    run: Run, posts: AnnasDesk
) -> None:
    nobody = run("search", "tea", "--network").stdout
    assert nobody.startswith("No supernode is known to this machine yet")
    far = replace(posts.posts[0], text="green tea", author_name="", far=True)
    posts.network = replace(
        posts.network,
        posts=(far,),
        next=far.cursor,
        asked=2,
        answered=1,
        since_ms=far.time_ms,
        untrue=1,
        left_out=3,
    )
    said = run("search", "tea", "--network", "--order", "best").stdout
    assert "green tea" in said and format_author(far.author_id) in said
    for part in (
        "1 of 2 supernodes answered. They know what was passed on since 20",
        "The answer of 1 node was false: nothing of it is shown.",
        "3 posts were kept back by one supernode",
        f"1 post shown; the next ones: --before {far.cursor}",
    ):
        assert part in " ".join(said.split())
    printed = json.loads(run("search", "tea", "--network", "--json").stdout)
    assert (printed["asked"], printed["posts"][0]["far"]) == (2, True)
    posts.network = replace(posts.network, posts=(), next=None)
    assert run("search", "tea", "--network").stdout.startswith("No supernode that answered")
    assert run("search", "-tea", "--network").exit_code == 1
    posts.network = replace(posts.network, goes_further=True)
    assert "--older asks those who hold them" in run("search", "tea", "--network").stdout
    posts.network = replace(posts.network, goes_further=False, looked_back=True)
    assert "Nobody is known who holds older" in run("search", "tea", "--older").stdout


def test_people_and_what_rises_are_printed(run: Run, posts: AnnasDesk) -> None:
    author_id = posts.posts[0].author_id
    person = FarPerson(
        author_id=author_id, name="Zoe\x1b[1m", bio="paints", followed=True, namesake=False
    )
    posts.rows[SearchPeople] = lambda *_: FarPeople(people=(person,), answered=2, untrue=1)
    said = run("search", "zoe", "--people").stdout
    assert "Zoe" in said and "\x1b" not in said and format_author(author_id) in said
    assert "(followed)" in said and "paints" in said and "was false" in said
    posts.rows[WhatRises] = lambda *_: RisingTags(
        tags=(RisingTag(tag="#tea", authors=7, before=100),), answered=2, untrue=0
    )
    assert run("rising").stdout == "#tea: 7 people since yesterday, 1 a day before\n"
    assert json.loads(run("rising", "--json").stdout)["tags"][0]["authors"] == 7
    posts.rows[WhatRises] = lambda *_: RisingTags(tags=(), answered=0, untrue=0)
    assert run("rising").stdout.startswith("No supernode is known")


def test_the_order_of_a_search_can_be_said_as_an_option(run: Run, posts: AnnasDesk) -> None:
    assert run("search", "good", "--order", "best").exit_code == 0
    assert run("search", "good", "order:best", "--order", "new").exit_code == 0
    assert run("search", "good", "--order", "worst").exit_code == 2
    assert posts.searched == ["good order:best", "good order:best order:newest"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("timeline", "--before", "yesterday"),
        ("timeline", "--limit", "0"),
        ("timeline", "--limit", "1001"),
        ("show", "swarmfeed:nobody"),
        ("show",),
        ("search",),
        ("sing",),
    ],
)
def test_wrong_use_is_exit_code_2_and_prints_nothing(
    run: Run, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


@pytest.mark.attack("A07")
def test_a_foreign_text_cannot_send_commands_to_the_terminal(run: Run, node: AnnasDesk) -> None:
    evil = "\x1b]0;owned\x07\x9b2J\r\x08 \u202egnp.exe [bold]x[/bold]"
    node.posts = [make_post(1, evil, time_ms=NOW_MS)]
    for arguments in (["timeline"], ["timeline", "--json"]):
        printed = run(*arguments).stdout
        assert not set(printed) & set("\x1b\x07\x9b\r\x08\u202e")
        assert "[bold]x[/bold]" in printed
    assert json.loads(run("timeline", "--json").stdout)[0]["text"] == evil


def test_a_terminal_that_knows_only_ascii_does_not_stop_json(run: Run, node: AnnasDesk) -> None:
    node.posts = [make_post(1, "zażółć 🐝", time_ms=NOW_MS)]
    assert run("timeline", "--json").stdout.isascii()


def test_without_a_home_a_command_says_how_to_make_one(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner
    from swarmfeed.cli.main import main

    result = CliRunner().invoke(main, ["--home", str(home), "timeline"])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert f"swarmfeed --home {home} run" in result.stderr


# --- threads ---------------------------------------------------------------------------------


def answer(desk: AnnasDesk, parent: PostView, text: str) -> PostView:
    return desk.ask(WritePost(text=text, reply_to=ref_text(parent.ref)))


def test_show_prints_a_post_in_its_thread_by_indents(run: Run, posts: AnnasDesk) -> None:
    asked = posts.posts[0]
    first = answer(posts, asked, "first answer")
    deep = answer(posts, first, "answer to the first")
    answer(posts, asked, "second answer")
    lines = run("show", ref_text(asked.ref)).stdout.splitlines()
    assert "3 replies, 2 of them to this post" in lines
    said = [line for line in lines if "answer" in line and "Answering" not in line]
    assert said == ["    first answer", "      answer to the first", "    second answer"]
    # Each stands right under what it answers: that need not be said.
    assert not any("Answering" in line for line in lines)
    answer(posts, first, "late answer to the first")
    lines = run("show", ref_text(asked.ref)).stdout.splitlines()
    assert "      Answering Anna: first answer" in lines
    upwards = run("show", ref_text(deep.ref)).stdout
    assert upwards.index(asked.text) < upwards.index("first answer")
    assert upwards.index("first answer") < upwards.index("answer to the first")


def test_the_next_page_of_replies_is_one_command_away(run: Run, posts: AnnasDesk) -> None:
    asked = posts.posts[0]
    for number in range(5):
        answer(posts, asked, f"answer {number}")
    first = run("show", ref_text(asked.ref), "--limit", "3").stdout
    assert "answer 2" in first and "answer 3" not in first
    command = first.strip().splitlines()[-1].removeprefix("More replies: swarmfeed ").split()
    second = run(*command).stdout
    assert "answer 3" in second and "answer 4" in second and "More replies" not in second


def test_a_long_post_is_printed_in_part_in_a_list_and_whole_alone(
    run: Run, posts: AnnasDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join(f"line {number}" for number in range(200))
    post = posts.ask(WritePost(text=text))
    assert "  line 199\n" in run("timeline").stdout  # a program gets all of it
    monkeypatch.setattr(output, "terminal_columns", lambda: 60)
    monkeypatch.setenv("NO_COLOR", "1")
    listed = run("timeline").stdout
    assert "line 11\n" in listed and "line 12\n" not in listed
    assert f"... 188 lines more: swarmfeed show {ref_text(post.ref)}\n" in listed
    assert "  line 199\n" in run("show", ref_text(post.ref)).stdout
