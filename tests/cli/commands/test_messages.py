"""``message`` and ``messages``: written, shown, answered, and groups."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import Result
from street.fakes.anna import ANNA, BERT, ME, NOW_MS
from street.fakes.annas_desk import AnnasDesk
from street.fakes.letters import LETTERS, FakeTalk, came
from street.fakes.table import Rows
from swarmfeed.core.asks import filter_sentences
from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.letters import LetterView, WriteLetter
from swarmfeed.core.asks.media import Upload, Uploaded
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.limits import TEXT_BYTES_MAX
from swarmfeed.errors import RetryError

Run = Callable[..., Result]

CLEO = format_author(AuthorId(bytes([7]) * 32))
"""Nobody here knows her name."""


class WritingDesk(AnnasDesk):
    """Anna writes to people, too."""

    def __init__(self) -> None:
        super().__init__()
        self.me = ANNA
        self.now_ms = NOW_MS
        self.authors: dict[AuthorId, AuthorView] = {ANNA: ME, BERT: self._author(BERT)}
        self.talks: dict[str, FakeTalk] = {}

    ROWS: ClassVar[Rows] = {
        **AnnasDesk.ROWS,
        **LETTERS,
        Upload: lambda _, ask: Uploaded(upload="u" * 32, size_bytes=len(ask.data)),
    }


@pytest.fixture
def node() -> WritingDesk:
    return WritingDesk()


def texts(node: WritingDesk, whom: str) -> list[str]:
    return [each.text for each in node.talks[whom].letters]


@pytest.mark.parametrize(
    "whom", ["Bert", format_author(BERT), f"swarmfeed:{format_author(BERT)}"]
)
def test_a_message_is_for_a_name_an_address_or_a_link(
    run: Run, node: WritingDesk, whom: str
) -> None:
    result = run("message", whom, "Hello  Bert")
    assert (result.exit_code, result.stdout.strip()) == (0, sentences.WAITS())
    assert texts(node, format_author(BERT)) == ["Hello  Bert"]


def test_a_picture_goes_with_a_message(run: Run, node: WritingDesk, tmp_path: Path) -> None:
    picture = tmp_path / "bee.png"
    picture.write_bytes(b"\x89PNG")
    wish = ("message", "Bert", "Look", "--media", str(picture), "--alt", "A bee.", "--json")
    (medium,) = json.loads(run(*wish).stdout)["media"]
    assert medium["alt"] == "A bee."
    shown = run("messages", "Bert").stdout
    assert "Look" in shown and "A bee." in shown


def test_a_message_is_read_from_standard_input(run: Run, node: WritingDesk) -> None:
    printed = run("message", "Bert", "-", "--json", stdin="one\ntwo\n").stdout
    assert json.loads(printed)["text"] == "one\ntwo"
    assert texts(node, format_author(BERT)) == ["one\ntwo"]


def test_a_message_with_a_key_is_sent_once(run: Run, node: WritingDesk) -> None:
    for key in ("k-1", "k-1", "k-2"):
        run("message", "Bert", "Hello", "--key", key)
    assert texts(node, format_author(BERT)) == ["Hello", "Hello"]


def test_who_does_not_know_whether_it_was_heard_is_told_the_key(
    run: Run, node: WritingDesk
) -> None:
    said: list[str] = []

    def drop(_: object, ask: WriteLetter) -> LetterView:
        said.append(ask.key)
        raise RetryError("the node did not answer")

    node.rows[WriteLetter] = drop
    result = run("message", "Bert", "Hello")
    assert result.exit_code != 0
    assert said[0] and f"without sending it twice, add: --key {said[0]}" in result.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [(" ", "has to say something"), ("x" * (TEXT_BYTES_MAX + 1), "has room for 8,000 bytes")],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_written(
    run: Run, node: WritingDesk, text: str, says: str
) -> None:
    result = run("message", "Bert", "-", stdin=text)
    assert result.exit_code == 1 and says in result.stderr
    assert node.talks == {}


def test_who_is_nobody_and_who_is_oneself_are_not_written_to(
    run: Run, node: WritingDesk
) -> None:
    nobody = run("message", "Dora", "hello")
    assert nobody.exit_code == 1 and "Dora" in nobody.stderr
    oneself = run("message", format_author(ANNA), "hello")
    assert oneself.exit_code == 1 and sentences.TO_YOURSELF() in oneself.stderr
    assert node.talks == {}


def test_without_conversations_it_is_said_how_to_begin(run: Run) -> None:
    assert run("messages").stdout.splitlines() == [
        sentences.NO_TALKS(),
        sentences.HOW_TO_WRITE(),
    ]
    assert json.loads(run("messages", "--json").stdout)["talks"] == []


def test_conversations_are_listed_with_what_is_new(run: Run, node: WritingDesk) -> None:
    came(node, BERT, "Are you there?")
    listed = run("messages").stdout.splitlines()
    assert listed == ["with\tlast\tnew\t", "Bert\tjust now\t1\t"]
    found = json.loads(run("messages", "list", "--json").stdout)
    assert (found["unread"], found["talks"][0]["title"]) == (1, "Bert")


def test_a_conversation_is_shown_and_is_read_by_that(run: Run, node: WritingDesk) -> None:
    came(node, BERT, "Are you there?\n\x1b[31mred", missing=2)
    run("message", "Bert", "I am.")
    came(node, BERT, "Good.")
    shown = run("messages", "Bert").stdout
    assert "Are you there?" in shown and "I am." in shown and sentences.WAITS() in shown
    assert shown.index("I am.") < shown.index("Good.")
    assert sentences.GAP(count=2) in shown
    assert "\x1b" not in shown, "what somebody wrote moves no cursor"
    assert node.talks[format_author(BERT)].view.unread == 0
    assert json.loads(run("messages", "show", "Bert", "--json").stdout)["talk"]["unread"] == 0
    assert sentences.NO_LETTERS() in run("messages", CLEO).stdout


@pytest.mark.parametrize(
    ("how", "standing", "says"),
    [
        ("accept", "accepted", sentences.ACCEPTED_NOW),
        ("ignore", "ignored", sentences.IGNORED_NOW),
        ("block", "blocked", filter_sentences.BLOCKED),
    ],
)
def test_who_asks_is_answered(
    run: Run, node: WritingDesk, how: str, standing: str, says: Callable[..., str]
) -> None:
    came(node, BERT, "You do not know me", standing="requested")
    assert "asks to write to you" in run("messages").stdout
    assert run("messages", how, "Bert").stdout.strip() == says(name="Bert")
    assert node.talks[format_author(BERT)].view.standing == standing
    printed = json.loads(run("messages", how, "Bert", "--json").stdout)
    assert printed["talk"]["standing"] == standing


def test_who_is_blocked_no_more_asks_still(run: Run, node: WritingDesk) -> None:
    came(node, BERT, "You do not know me", standing="requested")
    refused = run("messages", "unblock", "Bert")
    assert refused.exit_code == 1 and sentences.NOT_BLOCKED() in refused.stderr
    run("messages", "block", "Bert")
    says = run("messages", "unblock", "Bert").stdout.strip()
    assert says == filter_sentences.UNBLOCKED(name="Bert")
    assert node.talks[format_author(BERT)].view.standing == "requested"


def test_who_is_blocked_is_not_written_to(run: Run, node: WritingDesk) -> None:
    run("messages", "block", "Bert")
    result = run("message", "Bert", "hello")
    assert result.exit_code == 1 and sentences.IS_BLOCKED() in result.stderr
    assert texts(node, format_author(BERT)) == []


def test_a_group_is_made_written_to_and_changed(run: Run, node: WritingDesk) -> None:
    made = run("messages", "group", "create", "Us", "Bert")
    assert made.exit_code == 0 and "Us: Anna, Bert" in made.stdout
    run("message", "Us", "Hello all")
    assert "Hello all" in run("messages", "Us").stdout
    (group,) = node.talks
    assert texts(node, group)[-1] == "Hello all"
    added = json.loads(run("messages", "group", "add", "Us", CLEO, "--json").stdout)
    assert len(added["talk"]["people"]) == 3
    assert "Us: Anna, ?" in run("messages", "group", "remove", "Us", "Bert").stdout


def test_a_group_that_is_not_there_is_not_changed(run: Run, node: WritingDesk) -> None:
    for change in ("add", "remove"):
        result = run("messages", "group", change, "Them", "Bert")
        assert result.exit_code == 1 and sentences.NO_GROUP() in result.stderr
    assert node.talks == {}


def test_who_has_no_name_is_listed_by_their_whole_address(run: Run, node: WritingDesk) -> None:
    came(node, AuthorId(bytes([7]) * 32), "Hello")
    assert run("messages").stdout.splitlines()[1].startswith(f"{CLEO}\t")
