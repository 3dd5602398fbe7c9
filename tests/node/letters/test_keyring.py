"""Own keys for letters: published when a node stays, new in time, old ones erased."""

from pathlib import Path

from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.core.letters.limits import PREKEYS_ERASED_AFTER_MS, PREKEYS_EVERY_MS
from swarmfeed.core.letters.prekeys import hash_prekeys

from tests.node.letters.scene import parts


def published(who: Neighbour) -> int:
    return len(who.index.sealed_entries(who.feed_id, PrekeysBody.kind, 99))


def test_keys_are_published_once_and_anew_after_two_weeks(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        for _ in range(3):
            first = await parts(anna).keyring.publish()
        await street.pass_time(1)
        assert published(anna) == 1
        assert first.published
        anna.clock.ahead_ms = PREKEYS_EVERY_MS
        second = await parts(anna).keyring.publish()
        await street.pass_time(1)
        assert published(anna) == 2
        assert second.body != first.body
        assert parts(anna).keyring.newest() == second

    in_neighbourhood(tmp_path, scenario)


def test_old_keys_are_erased(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        first = await parts(anna).keyring.publish()
        name = hash_prekeys(first.body)
        anna.clock.ahead_ms = PREKEYS_EVERY_MS + PREKEYS_ERASED_AFTER_MS - 60_000
        assert await parts(anna).keyring.look() == ""
        assert name in parts(anna).book.keys, "letters to them may still come"
        anna.clock.ahead_ms += 60_000
        assert "erased" in await parts(anna).keyring.look()
        assert name not in parts(anna).book.keys
        assert name not in anna.letters.read("keys"), "nor on disk"

    in_neighbourhood(tmp_path, scenario)


def test_keys_that_could_not_be_published_are_published_later(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        keyring = parts(anna).keyring
        await parts(anna).book.open()
        made = await keyring._make()
        assert published(anna) == 0
        again = await keyring.publish()
        await street.pass_time(1)
        assert again.body == made.body
        assert published(anna) == 1

    in_neighbourhood(tmp_path, scenario)


def test_a_restart_finds_the_keys(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        first = await parts(anna).keyring.publish()
        await anna.stop()
        await anna.start()
        assert await parts(anna).keyring.publish() == first
        assert published(anna) == 1

    in_neighbourhood(tmp_path, scenario)
