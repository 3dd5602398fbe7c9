"""By what parcels are left: each device's boxes have the token that it told."""

from functools import partial
from pathlib import Path

from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import FeedId

from tests.node.letters.scene import friends, has, parts, until, write


def token_of(who: Neighbour) -> bytes:
    token = who.running.ground.mail.own_token()
    assert token
    return token


def left_by(who: Neighbour, feed_id: FeedId) -> bytes | None:
    """What somebody leaves parcels for a device with."""
    if feed_id not in parts(who).book.devices:
        return None
    return parts(who).delivery._token_of(feed_id)


def test_devices_that_never_met_have_their_letters_left_by_their_own_tokens(
    tmp_path: Path,
) -> None:
    """As after a restore from a backup: by one token for both, all else was a stranger's."""

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await ben.running.ground.mail.renew_token()
        await write(ben, anna, "one")
        await until(street, partial(has, anna, ben, ["one"]))
        await street.until(lambda: left_by(anna, ben.feed_id) == token_of(ben), within_s=60)
        laptops = token_of(ben)
        await ben.stop()
        phone = await street.move_in(device_of=ben, knows=[anna])
        await phone.running.ground.mail.renew_token()
        await write(phone, anna, "two")
        await street.until(
            lambda: left_by(anna, phone.feed_id) == token_of(phone), within_s=120
        )
        assert token_of(phone) != laptops == left_by(anna, ben.feed_id)

    in_neighbourhood(tmp_path, scenario)


def test_own_devices_tell_each_other_and_talk_with_nobody_by_that(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        phone = await street.move_in(device_of=anna, knows=[anna, ben])
        anna.recognise_each_other(phone)
        await parts(phone).keyring.publish()
        await phone.running.ground.mail.renew_token()
        await phone.follow(ben)
        await street.pass_time(5)
        await write(phone, ben, "one")
        await until(street, partial(has, anna, ben, ["one"]), within_s=120)
        book = parts(anna).book

        def is_told() -> bool:
            return book.devices[phone.feed_id].theirs == token_of(phone)

        await street.until(is_told, within_s=120)
        assert left_by(anna, phone.feed_id) == token_of(phone)
        assert {*book.talks} == {ben.author_id}

    in_neighbourhood(tmp_path, scenario)
