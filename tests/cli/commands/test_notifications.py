"""``notifications``: what each did, those of one type, and what scripts read of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from street.fakes.desk import FakeDesk
from street.fakes.doors import FakeDoors
from street.fakes.samples import key
from swarmfeed.cli.main import main
from swarmfeed.core.asks.notifications import (
    FOLLOWS,
    REQUESTS,
    Approach,
    Notification,
    NotificationList,
    Notifications,
    Regard,
    Regarding,
)
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId

MIRA = AuthorId(key("Mira Lindqvist"))
Run = Callable[..., Result]


@pytest.fixture
def asked() -> list[Notifications]:
    return []


def approach_of(post: PostView) -> Approach:
    """A first message of somebody, that came when a post did."""
    return Approach(
        type=REQUESTS,
        author_id=MIRA,
        author_name="Mira",
        time_ms=post.time_ms,
        cursor=post.cursor,
        words="hello there",
        mark="requests:x@1",
        unread=True,
    )


@pytest.fixture
def run(tmp_path: Path, asked: list[Notifications]) -> Run:
    desk = FakeDesk()
    quote = Notification(
        post=desk.add_post(MIRA, "see this"), is_answer=False, is_mention=False, is_quote=True
    )

    followed = Regard(
        type=FOLLOWS,
        people=tuple(Regarding(author_id=MIRA, author_name=name) for name in ("Ada", "Rui")),
        count=2,
        time_ms=quote.post.time_ms,
        cursor=quote.post.cursor,
        name="follows:1@1",
        unread=True,
    )

    wrote = approach_of(quote.post)

    def listed(_: FakeDesk, ask: Notifications) -> NotificationList:
        asked.append(ask)
        return NotificationList(
            notifications=(quote,),
            regards=(followed,),
            approaches=(wrote,),
            next=None,
            unread_count=0,
        )

    desk.rows[Notifications] = listed

    def run(*arguments: str) -> Result:
        home = str(tmp_path / "home")
        return CliRunner().invoke(main, ["--home", home, *arguments], obj=FakeDoors(desk).doors)

    return run


def test_a_first_message_is_told_with_its_beginning(run: Run) -> None:
    found = run("notifications").stdout
    assert "Mira" in found and "new: wrote to you for the first time" in found
    assert "hello there" in found
    (told,) = json.loads(run("notifications", "--json").stdout)["approaches"]
    assert (told["type"], told["name"], told["mark"]) == ("requests", "Mira", "requests:x@1")


def test_a_quote_is_told_as_one(run: Run, asked: list[Notifications]) -> None:
    found = run("notifications").stdout
    assert "see this" in found and "quoted your post" in found
    (read,) = json.loads(run("notifications", "--json").stdout)["notifications"]
    assert (read["is_answer"], read["is_mention"], read["is_quote"]) == (False, False, True)
    assert [each.type for each in asked] == ["", ""]


def test_what_people_did_is_told_as_posts_are(run: Run) -> None:
    lines = run("notifications").stdout.splitlines()
    (post,) = (line for line in lines if "quoted your post" in line)
    (regard,) = (line for line in lines if "follow you" in line)
    age = post.removeprefix("Mira Lindqvist").removesuffix("quoted your post")
    assert regard == f"Ada and Rui{age}new: follow you"


@pytest.mark.parametrize(
    "kind", ["replies", "mentions", "quotes", "likes", "boosts", "follows"]
)
def test_those_of_one_type_are_asked_for(
    run: Run, asked: list[Notifications], kind: str
) -> None:
    assert run("notifications", "--type", kind, "--unread").exit_code == 0
    assert [(each.type, each.unread) for each in asked] == [(kind, True)]


def test_a_type_there_is_not_is_refused(run: Run, asked: list[Notifications]) -> None:
    refused = run("notifications", "--type", "smiles")
    assert refused.exit_code == 2 and "'replies', 'mentions', 'quotes'" in refused.stderr
    assert asked == []
