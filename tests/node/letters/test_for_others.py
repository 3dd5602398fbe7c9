"""Letters that are for another role: it has written down what they say before they count."""

from pathlib import Path

from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.errors import PassingError
from swarmfeed.node.ground.events import LetterCame, listens

from tests.node.letters.scene import friends, parts


def test_a_letter_that_cannot_be_taken_down_is_not_confirmed_and_comes_again(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street, follow=False)
        came: list[bytes] = []

        def on_letter(event: LetterCame) -> None:
            came.append(event.letter_id)
            assert event.letter_id not in parts(ben).book.seen
            if len(came) == 1:
                raise PassingError("the disk is full", "full")

        ben.running.ground.events.connect([listens(LetterCame, on_letter)])
        name = await anna.running.ground.letters.send(ben.author_id, "ask", {})
        await street.until(lambda: len(came) == 1, within_s=30)
        assert name in parts(anna).book.sent
        await street.until(lambda: name not in parts(anna).book.sent, within_s=60)
        assert came == [name, name]

    in_neighbourhood(tmp_path, scenario)


def test_who_expects_letters_has_keys_in_their_log_at_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        assert parts(anna).keyring.newest() is None
        await anna.running.ground.letters.expect()
        newest = parts(anna).keyring.newest()
        assert newest is not None and newest.published

    in_neighbourhood(tmp_path, scenario)
