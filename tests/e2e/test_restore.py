"""An author whose disk is gone comes back from 24 words, and nothing forks."""

import pytest

from tests.e2e.nodes import Neighbourhood

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_an_author_comes_back_from_the_first_sheet(neighbourhood: Neighbourhood) -> None:
    anna = neighbourhood.add("anna", "--no-dht").start()
    ben = neighbourhood.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
    anna.post("post", text="Before the fire")
    ben.post("follow", who=anna.author)
    ben.wait_until_held(anna.author, 3)
    anna.stop()

    again = neighbourhood.add(
        "anna2", "--no-dht", "--peer", ben.link_endpoint(), words=anna.words
    )
    assert again.author == anna.author
    again.start()
    again.wait_for("the old post", lambda: again.texts_of(anna.author) == ["Before the fire"])
    again.post("post", text="After the fire")
    both = ["After the fire", "Before the fire"]
    ben.wait_for("both posts", lambda: ben.texts_of(anna.author) == both)
    feeds = [each for each in ben.status()["feeds"] if each["author"] == anna.author]
    assert len(feeds) == 2
    assert not any(each["forked"] for each in feeds)
    assert {each["name"] for each in feeds} == {"anna2"}
