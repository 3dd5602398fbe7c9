"""What people are told of a search in the network."""

from swarmfeed.core.lookup.sentences import NO_SUPERNODE, how_it_went


def test_where_nobody_was_asked_it_says_why() -> None:
    said = how_it_went(asked=0, answered=0, untrue=0, left_out=0, since="1 May")
    assert said == NO_SUPERNODE()


def test_it_says_who_answered_and_since_when_they_know_all() -> None:
    said = how_it_went(asked=2, answered=2, untrue=0, left_out=0, since="1 May")
    assert said == (
        "2 supernodes answered. They know what was passed on since 1 May; of older posts they"
        " have only some."
    )


def test_it_says_what_was_false_and_what_was_left_out() -> None:
    said = how_it_went(asked=2, answered=1, untrue=1, left_out=2, since="1 May")
    assert said.startswith("1 of 2 supernodes answered.")
    assert "The answer of 1 node was false: nothing of it is shown." in said
    assert said.endswith("2 posts were kept back by one supernode and shown by another one.")
    nobody = how_it_went(asked=1, answered=0, untrue=1, left_out=0, since="1 May")
    assert nobody.startswith("0 of 1 supernode answered. The answer of 1 node was false")
