"""HTML becomes what a person reads of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.archives.html_text import text_of
from swarmfeed.core.archives.limits import HTML_CHARS_MAX


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two<br/>three</p>", "one\n\ntwo\nthree"),
        ("plain &lt;b&gt; &amp;amp;", "plain <b> &amp;"),
        ("<ul><li>a</li><li>b</li></ul>after", "- a\n- b\n\nafter"),
        ("<script>alert(1)</script>seen<style>x</style>", "seen"),
        ('<a href="https://a.example/">words</a>', "words (https://a.example/)"),
        ('<a href="https://a.example/">https://a.example/</a>', "https://a.example/"),
        ('<a href="javascript:alert(1)">words</a>', "words"),
        (
            '<a class="mention hashtag" href="https://m.example/tags/x">#<span>x</span></a>',
            "#x",
        ),
        ('<a class="mention" href="https://m.example/@bob">@bob</a>', "@bob@m.example"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("  many \n   spaces ", "many spaces"),
        ('<img alt=":blob:" src=x>', ":blob:"),
        ("a<!-- <b>x</b> --><!--->c--->b<!-- no end <p>x", "ab"),
        ("<!DOCTYPE html>a<![CDATA[x]]>b<?php x ?>c<![ d", "abc"),
        ("a <b>b</b> < c <i", "a b < c <i"),
    ],
)
def test_text(html: str, text: str) -> None:
    assert text_of(html) == text


@given(st.text(alphabet="<>/ab &;\"'=!-p[]%?x", max_size=80))
def test_whatever_it_is_it_is_a_text(html: str) -> None:
    assert isinstance(text_of(html), str)


@pytest.mark.attack("A285")
@pytest.mark.parametrize(
    "part",
    [
        "<!--",
        "<![",
        "<!x",
        "<?",
        "<a ",
        "<a x='",
        '<a b="',
        "</",
        "<",
        "&",
        "<b> ",
        "<!--x>",
        "<p",
    ],
)
def test_no_text_costs_more_than_its_length(part: str) -> None:
    before_s = time.process_time()
    text_of(part * (HTML_CHARS_MAX // len(part)))
    assert time.process_time() - before_s < 3, "half a minute, where each looks to the end"
