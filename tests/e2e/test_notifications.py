"""Somebody whom I do not follow answers me, and whom I follow follows them: I hear of it."""

from collections.abc import Iterator

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node, Node]]:
    """Anna follows Carl, who follows Bert, who follows Anna."""
    opened = Neighbourhood(tmp_path_factory.mktemp("three"))
    try:
        anna = opened.add("anna", "--no-dht").start()
        carl = opened.add("carl", "--no-dht", "--peer", anna.link_endpoint()).start()
        ends = ("--peer", anna.link_endpoint(), "--peer", carl.link_endpoint())
        bert = opened.add("bert", "--no-dht", *ends).start()
        anna.post("post", text="who has the key?")
        carl.post("follow", who=bert.author)
        bert.post("follow", who=anna.author)
        anna.post("follow", who=carl.author)
        bert.wait_for("the question", lambda: bert.texts_of(anna.author, 1) != [])
        yield anna, bert, carl
    finally:
        opened.close()


def heard(node: Node) -> list[tuple[str, bool, bool, bool]]:
    found = node.get("notifications")["notifications"]
    return [
        (each["text"], each["is_answer"], each["is_mention"], each["unread"]) for each in found
    ]


def test_an_answer_of_a_friend_s_friend_is_heard_found_and_marked(
    three: tuple[Node, Node, Node],
) -> None:
    anna, bert, _ = three
    (asked,) = bert.get("timeline", author=anna.author, limit=1)["posts"]
    text, ref = "I have it, the round one", f"{asked['feed']}/{asked['index']}"
    bert.post("post", text=text, reply_to=ref)
    expected = [(text, True, False, True)]
    anna.wait_for("the answer", lambda: heard(anna) == expected)
    assert anna.get("unread-notifications") == {"count": 2}, "the answer, and a follower"
    (found,) = anna.get("search", q="round")["posts"]
    assert (found["author"], found["name"]) == (bert.author, "bert")
    assert bert.author not in {each["author"] for each in anna.get("timeline")["posts"]}
    about = anna.get("author", author=bert.author)
    assert (about["name"], about["followed"], about["post_count"]) == ("bert", False, 1)
    shown = anna.get("show", ref=asked["id"])
    assert [each["text"] for each in shown["replies"]] == [text]

    printed = anna.command("notifications", "--mark-read")
    assert "answered you" in printed and "2 new notices" in printed
    assert heard(anna) == [(text, True, False, False)]
    anna.stop()
    anna.start()
    assert heard(anna) == [(text, True, False, False)]
    assert anna.get("unread-notifications") == {"count": 0}


def test_a_mention_comes_by_itself_once_their_feed_is_held(
    three: tuple[Node, Node, Node],
) -> None:
    anna, bert, carl = three
    bert.post("post", text="good morning")
    anna.wait_for("bert's feed", lambda: anna.texts_of(bert.author, 1) != [])
    text = f"ask swarmfeed:{anna.author} yourself"
    bert.post("post", text=text)
    anna.wait_for("the mention", lambda: heard(anna)[0] == (text, False, True, True))
    assert carl.get("notifications")["notifications"] == []
