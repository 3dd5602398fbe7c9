"""``move-to-second-sheet``: which feeds stay, and nothing without a person who meant it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from swarmfeed import recovering, wiring
from swarmfeed.cli.commands.moving import choose_feeds
from swarmfeed.cli.main import main
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.recovery import CertifiedFeedView, WhatIsCertified
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.backup_words import seed_of_words, words_of_seed
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import GENERATIONS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.author import AuthorFeeds
from swarmfeed.core.feed.authorkey import hash_key
from swarmfeed.core.feed.certificate import sign_rotate
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import Created, key_path
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.keyfile import open_keys

QUIET = NodeSettings(network=False, dht=False)


def feed(
    number: int,
    entries: int,
    *,
    device: str = "",
    end: int | None = None,
    here: bool = False,
    strange: bool = False,
    counts: bool = True,
) -> CertifiedFeedView:
    return CertifiedFeedView(
        feed_id=FeedId(bytes([number]) * 32),
        name=device,
        joined_ms=number,
        counts=counts,
        end=end,
        is_here=here,
        entries=entries,
        newest="",
        strange=strange,
    )


HERE, PHONE, LAPTOP = feed(1, 9, here=True), feed(2, 70, device="phone"), feed(3, 5)
EMPTY, CUT, ZERO = feed(4, 0), feed(5, 30, end=20), feed(6, 30, end=0)
STRANGE = feed(7, 40, strange=True)
FEEDS = (HERE, PHONE, LAPTOP, EMPTY, CUT, ZERO, STRANGE)


def chosen(*, stolen: str = "", drop: str = "", whole: str = "") -> dict[FeedId, int | None]:
    named = ([each] if each else [] for each in (stolen, drop, whole))
    return {each.feed_id: each.end for each in choose_feeds(FEEDS, *named)}


USUAL = {PHONE.feed_id: None, LAPTOP.feed_id: None, CUT.feed_id: 20, ZERO.feed_id: None}
"""What is empty goes, and what nobody called theirs; a cut stays, and what a thief cut to
nothing comes back."""


def test_what_is_known_stays_as_it_was() -> None:
    assert chosen() == USUAL


def test_a_stolen_device_is_cut_where_it_stands_or_where_it_is_said() -> None:
    assert chosen(stolen="phone") == USUAL | {PHONE.feed_id: 70}
    assert chosen(stolen="phone:12") == USUAL | {PHONE.feed_id: 12}
    start = format_address(LAPTOP.feed_id)[:8]
    assert chosen(stolen=f"{start}:1") == USUAL | {LAPTOP.feed_id: 1}


def test_said_again_nothing_comes_back_that_went() -> None:
    """What went is no alarm any more: the key that joined it counts no longer."""
    gone = feed(8, 40, device="theirs", counts=False)
    feeds = (*FEEDS, gone)
    again = choose_feeds(feeds, (), (), (), again=True)
    assert gone.feed_id not in {each.feed_id for each in again}
    assert {PHONE.feed_id, CUT.feed_id} <= {each.feed_id for each in again}
    named = choose_feeds(feeds, (), (), ["theirs"], again=True)
    assert gone.feed_id in {each.feed_id for each in named}


def test_a_feed_that_was_never_mine_goes() -> None:
    assert PHONE.feed_id not in chosen(drop="phone")


def test_what_is_named_stays_whole() -> None:
    empty, cut = (format_address(each.feed_id) for each in (EMPTY, CUT))
    strange = format_address(STRANGE.feed_id)
    assert chosen(whole=strange) == USUAL | {STRANGE.feed_id: None}
    assert chosen(whole=empty)[EMPTY.feed_id] is None
    assert chosen(whole=cut) == USUAL | {CUT.feed_id: None}


@pytest.mark.parametrize("wrong", ["tablet", "phone:x", "phone:-1", ""])
def test_a_device_that_nobody_knows_is_told(wrong: str) -> None:
    with pytest.raises(UserError, match="no device"):
        choose_feeds(FEEDS, [wrong], (), ())


def test_the_device_at_hand_stays() -> None:
    with pytest.raises(UserError, match="that moves stays"):
        chosen(drop=format_address(HERE.feed_id))


@pytest.fixture
def created(tmp_path: Path) -> Iterator[Created]:
    made = wiring.create_home(tmp_path / "home", "Ann", "")
    with wiring.open_node(tmp_path / "home", QUIET, "") as desk:
        desk.ask(WritePost(text="before"))
    yield made


def move(home: Path, words: str, *options: str) -> tuple[int, str, str]:
    command = ["--home", str(home), "move-to-second-sheet", "-", *options]
    result = CliRunner().invoke(main, command, input=words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.slow
def test_a_home_moves_once_and_says_so_again(tmp_path: Path, created: Created) -> None:
    home = tmp_path / "home"
    code, shown, _ = move(home, created.next_words, "--yes")
    assert code == 0 and "New second sheet" in shown and "Burn the old first sheet" in shown
    words = words_of_seed(seed_of_words(shown))
    keys = open_keys(key_path(home), "")
    assert keys.author is not None and keys.author.generation == 1
    assert keys.author.seed == seed_of_words(created.next_words)
    code, shown, _ = move(home, created.next_words, "--yes")
    assert code == 0 and "You had moved to this sheet before" in shown
    assert open_keys(key_path(home), "") == keys
    code, _, told = move(home, created.author_words, "--yes")
    assert code == 1 and "not those of your second sheet" in told
    assert move(home, words, "--yes")[0] == 0
    with wiring.open_node(home, QUIET, "") as desk:
        desk.ask(WritePost(text="after"))
        posts = desk.ask(Timeline(author=created.whoami.author_id)).posts
    assert [each.text for each in posts] == ["after", "before"]


@pytest.mark.slow
def test_nothing_happens_without_a_person_or_with_other_words(
    tmp_path: Path, created: Created
) -> None:
    home = tmp_path / "home"
    before = key_path(home).read_bytes()
    code, shown, told = move(home, created.next_words)
    assert code == 1 and "say --yes if the answer is yes" in told
    assert "New second sheet" not in shown
    code, _, told = move(home, created.author_words, "--yes")
    assert code == 1 and "the words of your first sheet" in told
    assert key_path(home).read_bytes() == before


@pytest.mark.slow
def test_the_words_go_into_a_new_file_if_that_is_said(tmp_path: Path, created: Created) -> None:
    file = tmp_path / "sheet"
    code, shown, _ = move(
        tmp_path / "home", created.next_words, "--yes", "--words-file", str(file)
    )
    with pytest.raises(UserError):
        seed_of_words(shown)
    words = words_of_seed(seed_of_words(file.read_text()))
    assert (code, file.stat().st_mode & 0o777) == (0, 0o600)
    code, _, told = move(tmp_path / "home", words, "--yes", "--words-file", str(file))
    assert code == 1 and "is there already" in told


@pytest.mark.slow
def test_a_move_cut_short_at_any_step_is_done_or_not_and_can_be_said_again(
    tmp_path: Path,
) -> None:
    from tests.test_birth import Killed, killed_at

    step, was_killed = 0, True
    while was_killed:
        home = tmp_path / str(step)
        made = wiring.create_home(home, "Ann", "")
        seed, author_id = seed_of_words(made.next_words), made.whoami.author_id
        with wiring.open_node(home, QUIET, "") as desk:
            known = recovering.known_of(desk, author_id)
            planned = recovering.plan_move(known, [seed])
            with pytest.MonkeyPatch.context() as patch:
                is_killed = killed_at(step, patch)
                try:
                    recovering.move_home(desk, home, "", planned, [])
                except BaseException as error:
                    assert is_killed(), error
                was_killed = is_killed()
        with wiring.open_node(home, QUIET, "") as desk:
            known = recovering.known_of(desk, author_id)
            again = recovering.plan_move(known, [seed])
            is_done = known.state.generation == 1
            assert (again.next_seed is None) == is_done
            if is_done:
                assert known.state.next_key_hash == planned.author.next_key_hash
            recovering.move_home(desk, home, "", again, [])
            told = desk.ask(WhatIsCertified(author=author_id))
            assert [each.counts for each in told.feeds] == [True]
        keys = open_keys(key_path(home), "")
        assert keys.author is not None and keys.author.seed == seed
        step += 1
    assert step > 3 and issubclass(Killed, BaseException)


def test_the_last_move_that_can_be_is_followed_by_a_sentence() -> None:
    first, second = bytes(32), bytes([1]) * 32
    for generation, is_last in ((GENERATIONS_MAX - 2, False), (GENERATIONS_MAX - 1, True)):
        state = AuthorFeeds(
            author_id=AuthorId(bytes(32)),
            generation=generation,
            key=SigningKey(first).public,
            next_key_hash=hash_key(SigningKey(second).public),
        )
        known = recovering.Learnt(state=state, certificates={}, feeds=())
        assert recovering.plan_move(known, [first]).author.generation == generation
        if is_last:
            with pytest.raises(UserError, match="15 times"):
                recovering.plan_move(known, [second])
        else:
            move = recovering.plan_move(known, [second])
            assert sign_rotate(move.author, SigningKey(first).public)
