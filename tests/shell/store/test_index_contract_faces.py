"""Pictures in profiles: the fake and the real index agree."""

from msgspec.structs import replace
from swarmfeed.core.feed.kinds import ProfileBody
from swarmfeed.ports import Index

from tests.shell.store.index_samples import ANN, BOB, LAPTOP, PHONE, add, stored
from tests.shell.store.test_index_contract_media import BEE, FLOWER


def shown(index: Index) -> list[str]:
    face = index.faces([ANN, BOB]).get(ANN)
    return [] if face is None else [each.alt for each in face.media]


def test_the_newest_profile_of_a_feed_says_all_whatever_comes_first(index: Index) -> None:
    assert index.faces([ANN]) == {}
    add(index, LAPTOP, 1, [stored(ProfileBody("Ann", avatar=FLOWER))])
    add(index, LAPTOP, 0, [stored(ProfileBody("Ann", avatar=BEE, banner=BEE))])
    assert shown(index) == ["A flower."]
    add(index, LAPTOP, 2, [stored(ProfileBody("Ann"))])
    face = index.faces([ANN, BOB]).get(ANN)
    assert face is not None
    assert (face.ref.index, face.media, face.counts) == (2, (), True)
    assert index.faces([BOB]) == {}


def test_of_two_devices_the_one_that_spoke_last_counts(index: Index) -> None:
    add(index, LAPTOP, 0, [stored(ProfileBody("Ann", avatar=BEE), 10)])
    add(index, PHONE, 0, [stored(ProfileBody("Ann", banner=FLOWER), 20)])
    assert shown(index) == ["A flower."]
    of_laptop, of_phone = index.face_of_feed(LAPTOP), index.face_of_feed(PHONE)
    assert of_laptop is not None and of_phone is not None
    assert (of_laptop.avatar, of_laptop.counts) == (BEE, False)
    assert (of_phone.banner, of_phone.counts) == (FLOWER, True)
    index.drop_feed(PHONE)
    assert (shown(index), index.face_of_feed(PHONE)) == (["A bee."], None)


def test_one_whose_hashes_do_not_fit_is_not_shown_and_the_other_is(index: Index) -> None:
    body = ProfileBody("Ann", avatar=replace(BEE, v1=b""), banner=FLOWER)
    add(index, LAPTOP, 0, [stored(body)])
    assert shown(index) == ["A flower."]
