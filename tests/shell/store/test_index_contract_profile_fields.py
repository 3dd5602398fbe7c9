"""Details of profiles: the fake and the real index agree."""

from swarmfeed.core.feed.kinds import ProfileBody
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.ports import Index

from tests.shell.store.index_samples import ANN, BOB, LAPTOP, PHONE, add, stored

SITE = ProfileField("Website", "https://example.org/")
TOWN = ProfileField("Town", "Łódź")


def test_the_newest_profile_of_a_feed_says_all_whatever_comes_first(index: Index) -> None:
    assert index.profile_fields([ANN]) == {}
    add(index, LAPTOP, 1, [stored(ProfileBody("Ann", fields=(SITE, TOWN)))])
    add(index, LAPTOP, 0, [stored(ProfileBody("Ann", fields=(TOWN,)))])
    assert index.profile_fields([ANN, BOB]) == {ANN: (SITE, TOWN)}
    add(index, LAPTOP, 2, [stored(ProfileBody("Ann"))])
    assert index.profile_fields([ANN]) == {}


def test_of_two_devices_the_one_that_spoke_last_counts(index: Index) -> None:
    add(index, LAPTOP, 0, [stored(ProfileBody("Ann", fields=(SITE,)), 10)])
    add(index, PHONE, 0, [stored(ProfileBody("Ann", fields=(TOWN,)), 20)])
    assert index.profile_fields([ANN]) == {ANN: (TOWN,)}
    index.drop_feed(PHONE)
    assert index.profile_fields([ANN]) == {ANN: (SITE,)}


def test_names_are_told_of_those_who_have_one(index: Index) -> None:
    assert index.names([ANN, BOB]) == {}
    add(index, LAPTOP, 0, [stored(ProfileBody("Ann"), 10), stored(ProfileBody("Anna"), 20)])
    add(index, PHONE, 0, [stored(ProfileBody("\N{ZERO WIDTH SPACE}Ann L."), 30)])
    known = index.author(ANN)
    assert known is not None
    assert index.names([BOB, ANN]) == {ANN: known.name}
    assert known.name.endswith("Ann L."), "as it is seen"
    index.drop_feed(PHONE)
    assert index.names([ANN]) == {ANN: "Anna"}
