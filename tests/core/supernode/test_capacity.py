"""How many children a machine can bear."""

import pytest
from swarmfeed.core.base.limits import PEERS_MAX
from swarmfeed.core.net.open_files import share_files
from swarmfeed.core.supernode.capacity import children_of_network_max, links_most, size_class_of
from swarmfeed.core.supernode.limits import CAPACITIES


@pytest.mark.parametrize(
    ("links", "up_bytes_per_s", "size_class"),
    [
        (256, 0, 1),
        (249, 0, 0),
        (10, 0, 0),
        (256, 599_999, 0),
        (256, 600_000, 1),
        (256, 100_000_000, 1),
        (500, 0, 1),
        (500, 1_600_000, 2),
    ],
)
def test_sockets_and_upload_both_bound_it(
    links: int, up_bytes_per_s: int, size_class: int
) -> None:
    assert size_class_of(links, up_bytes_per_s) == size_class


@pytest.mark.attack("A102")
def test_one_network_gets_a_quarter_of_the_places_and_a_few_at_least() -> None:
    assert [children_of_network_max(each) for each in CAPACITIES] == [12, 37, 100]
    assert children_of_network_max(10) == 8


def test_who_has_the_upload_for_many_children_may_have_the_links() -> None:
    assert links_most(0) == links_most(1_599_999) == PEERS_MAX
    assert size_class_of(links_most(1_600_000), 1_600_000) == 2
    files = share_files(16_384, links_most(1_600_000))
    assert size_class_of(files.links, 1_600_000) == 2
    assert files.total <= 16_384
    few = share_files(1_024, links_most(1_600_000))
    assert size_class_of(few.links, 1_600_000) == 0, "no sockets for them"
