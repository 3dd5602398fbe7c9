"""Texts of ASCII take shorter ways through the same rules: they find the same."""

from hypothesis import example, given
from hypothesis import strategies as st
from swarmfeed.core.words.links import link_terms
from swarmfeed.core.words.tags import find_tags
from swarmfeed.core.words.terms import index_text, index_texts, terms

BEYOND = " \u4e00"
"""Behind a text, it makes it one that is not of ASCII; a term of its own."""

pieces = st.sampled_from(
    ["c", "C", "++", "+", "#", ".", "net", "tag", "_", "1", " ", "\n", "&", "/", "'", '"', "(",
     "https://a.b/", "magnet:", "<", ">", "?", "\x1f", "\x0b", "$"]
)  # fmt: skip
texts = st.one_of(
    st.lists(pieces, max_size=12).map("".join),
    st.text(st.characters(max_codepoint=127), max_size=40),
)


@given(texts)
@example("C++20 and c#7 and .net, c++ (.NET) a..b")
@example("https://a.b/?#no #tag &#no /#no a#no #1 #1a #_ ##no")
@example(f"#{'a' * 64} #{'b' * 65}")
def test_the_same_tags_are_found(text: str) -> None:
    assert find_tags(text) == find_tags(text + BEYOND)


@given(texts)
@example("C++20 and c#7 and .net, c++ (.NET) a..b don't")
@example("https://a.b/?#no #tag #Two\n#three (#four https://a.b/(#no")
@example(f"#{'a' * 64} tag")
@example(f"#{'b' * 65} tag")
def test_the_same_exact_terms_are_made(text: str) -> None:
    found = terms(text)
    exact = [term.text for term in found.exact]
    row = index_text(text).split(" ") if index_text(text) else []
    assert row[len(found.plain) :] == exact + link_terms(text)
    assert [term.text for term in terms(text + BEYOND).exact] == exact


@given(texts)
@example("C++20 don't #tag .net, c++")
def test_the_same_places_are_told(text: str) -> None:
    found, beyond = terms(text), terms(text + BEYOND)
    assert found.plain == beyond.plain[:-1]
    assert found.exact == beyond.exact


@given(st.lists(st.one_of(texts, st.text(max_size=20), st.just("nul \0#tag")), max_size=6))
@example(["", "C++ #a", "#b", ".NET", "", "strasse c#", "straße #ß C++", "c"])
@example(["a+", "+b", "a.", ".b", "a#", "#b"])
@example(["https://a.b/(#no (#four", "(#five", "x http", "#six"])
@example(["\u212a#kelvin", "\u212a"])
def test_many_texts_at_once_have_the_terms_of_each(many: list[str]) -> None:
    found = [[term for term in row.split(" ") if term] for row in index_texts(many)]
    assert found == [[term for term in index_text(text).split(" ") if term] for text in many]
