"""People by their names: proven, and each once."""

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.feed.kinds import ProfileBody
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.lookup.people import SeenPerson, check_person, is_called, merge_people
from swarmfeed.errors import RemoteError

from tests.core.proofs import AUTHOR, Feed, stored

FEED_OF = Feed(stored(ProfileBody("Anna Blume", bio="writes")), stored("no profile"))


@pytest.mark.parametrize("typed", ["anna", "Blume", "ANNA  bl", "blume a", "ánna"])
def test_words_are_beginnings_of_words_of_the_name(typed: str) -> None:
    assert is_called("Anna Blume", typed)


@pytest.mark.parametrize("typed", ["nna", "anna x", "", "  "])
def test_others_are_not(typed: str) -> None:
    assert not is_called("Anna Blume", typed)


def test_a_profile_proves_who_somebody_is() -> None:
    found = check_person(FEED_OF.hit(0), "anna")
    assert found == SeenPerson(
        author_id=AUTHOR.author_id, name="Anna Blume", bio="writes", head_size=2
    )


@pytest.mark.attack("A130")
@pytest.mark.parametrize(
    "lie",
    [
        FEED_OF.hit(1),
        replace(FEED_OF.hit(0), certificates=()),
        Feed(stored(ProfileBody("Ben"))).hit(0),
        replace(FEED_OF.hit(0), head=Feed(stored(ProfileBody("Anna"))).head),
    ],
)
def test_nothing_false_is_believed(lie: ProvenPost) -> None:
    with pytest.raises(RemoteError):
        check_person(lie, "anna")


def test_whom_most_name_comes_first_and_each_by_the_newest_profile() -> None:
    other = Feed(stored(ProfileBody("Anna Zwei")), key=SigningKey(b"\x05" * 32))
    anna, zwei = check_person(FEED_OF.hit(0), "anna"), check_person(other.hit(0), "anna")
    zwei = replace(zwei, author_id=type(zwei.author_id)(bytes(32)))
    older = replace(anna, name="Anna B", head_size=1)
    assert merge_people([[older, zwei], [anna]]) == [anna, zwei]
