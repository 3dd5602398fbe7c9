"""The log on the page: by level, newest first, in parts, and what came since."""

from tests.web.conftest import Site

EVIL = "<script>alert(1)</script>"


def write(site: Site, count: int = 3) -> None:
    for number in range(1, count + 1):
        site.desk.logbook.say("info", f"line {number} of what happens")
    site.desk.logbook.say("warning", f"peer shut out {EVIL}")


def test_lines_are_shown_by_level_newest_first(site: Site) -> None:
    write(site)
    page = site.get("/log").text
    assert page.index("peer shut out") < page.index("line 3 of") < page.index("line 1 of")
    assert EVIL not in page and "&lt;script&gt;" in page
    page = site.get("/log?level=warning").text
    assert "peer shut out" in page and "line 1 of" not in page
    assert "Nothing of this kind" in site.get("/log?level=error").text
    assert "line 1 of" in site.get("/log?level=nonsense&before=x").text


def test_many_lines_come_in_parts(site: Site) -> None:
    write(site, 150)
    page = site.get("/log").text
    assert "line 52 of" in page and "line 51 of" not in page
    assert "before=52" in page
    assert "line 51 of" in site.get("/log?before=52").text


def test_who_follows_is_told_what_came_since(site: Site) -> None:
    write(site)
    told = site.get("/log/new?level=info&after=2").json
    assert [each["number"] for each in told["lines"]] == [4, 3]
    assert site.get("/log/new?level=info&after=4").json == {"lines": [], "next": None}
