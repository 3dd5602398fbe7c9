"""The map of machines and the bar of the disk: what is drawn, and what the list says."""

import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street.fakes.samples import key
from swarmfeed.core.asks.neighbours import Neighbour
from swarmfeed.core.base.types import AuthorId, NodeId
from webui.charts import (
    BAR,
    MACHINES_DRAWN,
    DiskPart,
    drawn_bar,
    drawn_map,
    in_words,
    machines,
)
from webui.pictures import emblem

FACE = emblem(AuthorId(key("Ada")))
NODE_IDS = st.binary(min_size=32, max_size=32).map(NodeId)
AROUND = st.lists(
    st.builds(
        Neighbour,
        node_id=NODE_IDS,
        is_history_server=st.booleans(),
        since_ms=st.none() | st.integers(0, 10**12),
        has=st.integers(0, 12),
    ),
    max_size=30,
    unique_by=lambda each: each.node_id,
)


@given(AROUND, st.integers(0, 12), st.data())
def test_each_machine_is_drawn_once_and_named_in_the_list(
    around: list[Neighbour], entries: int, data: st.DataObject
) -> None:
    ids = [each.node_id for each in around]
    parents = frozenset(data.draw(st.lists(st.sampled_from(ids), max_size=2)) if ids else ())
    known = machines(around, entries, parents)
    assert [each.node_id for each in known] == ids
    assert len({each.name for each in known}) == len(known)
    root = ElementTree.fromstring(drawn_map(known, FACE))
    drawn = known[:MACHINES_DRAWN]
    names = [text.text for text in root.iter("text") if text.get("class") != "sub"]
    assert names == [each.name for each in drawn]
    assert all(f"{each.name}: {each.words}" in root.attrib["aria-label"] for each in drawn)
    at = [each.attrib["transform"] for each in root.findall("g")]
    assert len(set(at)) == len(at), "none lies on another"


CHARACTER = 6.6
"""About how wide one of a name is, in bold: "History server 1" is 105 wide in Chromium."""


def name_box(sign: ElementTree.Element) -> tuple[float, float, float, float]:
    """Where a machine's two lines stand: left, top, right, bottom."""
    x, y = map(float, sign.attrib["transform"].removeprefix("translate(")[:-1].split())
    half = CHARACTER / 2 * max(len(text.text or "") for text in sign.iter("text"))
    return x - half, y + 30, x + half, y + 58


@pytest.mark.parametrize("count", range(1, MACHINES_DRAWN + 1))
def test_no_name_lies_on_another(count: int) -> None:
    around = [
        Neighbour(node_id=NodeId(bytes([at]) * 32), is_history_server=True, since_ms=1, has=12)
        for at in range(count)
    ]
    root = ElementTree.fromstring(drawn_map(machines(around, 12, frozenset()), FACE))
    boxes = [name_box(each) for each in root.findall("g")[:count]]
    for left, top, right, bottom in boxes:
        assert left >= 0 and top >= 0 and right <= 360 and bottom <= 372
    for one, other in combinations(boxes, 2):
        assert (
            one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        ), (one, other)


def test_a_machine_is_what_it_does() -> None:
    nodes = [NodeId(bytes([number]) * 32) for number in range(3)]
    around = [
        Neighbour(node_id=each, is_history_server=number > 0, since_ms=None, has=12 - number)
        for number, each in enumerate(nodes)
    ]
    known = machines(around, 12, frozenset(nodes[2:]))
    assert [each.name for each in known] == ["Machine 1", "History server 1", "Supernode 1"]
    assert [each.words for each in known] == ["all of yours", "nearly all", "two thirds"]
    assert drawn_map(known, FACE).count("way away") == 3


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "all of yours"), (0.999999, "nearly all"), (0.5, "half"), (0.01, "a little"),
     (0.0, "nothing of yours yet")],
)  # fmt: skip
def test_all_is_said_only_when_nothing_is_missing(share: float, words: str) -> None:
    assert in_words(share) == words


def test_nobody_around_is_a_map_too() -> None:
    assert 'aria-label="Your machine in the middle, around it nobody yet"' in drawn_map(
        [], FACE
    )


SIZES = st.lists(st.integers(0, 10**13), min_size=1, max_size=5)


@given(SIZES)
def test_parts_of_the_bar_are_as_wide_as_they_are_large(sizes: list[int]) -> None:
    parts = [
        DiskPart(label=str(number), size_bytes=size, look=f"c{number}")
        for number, size in enumerate(sizes)
    ]
    drawn = drawn_bar(parts)
    wide = {
        f"c{number}": float(width)
        for number, width in re.findall(r'class="c([1-4])" x="[\d.]+" width="([\d.]+)"', drawn)
    }
    assert set(wide) == {each.look for each in parts if each.size_bytes and each.look != "c0"}
    for each in parts:
        if each.look in wide:
            true = each.size_bytes * BAR[0] / sum(sizes)
            assert wide[each.look] == pytest.approx(max(true, 1.5), abs=0.01)
