"""/messages: conversations, one of them, who asks, groups; all of it works without script."""

import re
from io import BytesIO

from msgspec.structs import replace
from street.fakes.letters import came, talk_with
from swarmfeed.core.asks.letter_sentences import PRIVATE_HERE, WAITS
from swarmfeed.core.asks.media import AWAY, Upload, Uploaded
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId

from tests.web.conftest import OWN, URL, Site
from tests.web.test_media import BEE


def somebody(site: Site, name: str = "Ines Okafor") -> AuthorId:
    return next(each.author_id for each in site.desk.authors.values() if each.name == name)


def page_of(site: Site, author_id: AuthorId) -> str:
    return site.get(f"/messages/with/{format_author(author_id)}").text


def test_without_messages_the_page_says_what_they_are(site: Site) -> None:
    page = site.get("/messages").text
    assert "No messages yet" in page
    assert 'href="/messages/private"' in page
    assert ">Messages</span>" in page, "in the menu"


def test_a_message_is_written_and_says_how_far_it_is(site: Site) -> None:
    ines = somebody(site)
    address = format_author(ines)
    assert f'href="/messages/with/{address}"' in site.get(f"/authors/{address}").text
    answer = site.post("/messages", {"talk": address, "text": "Hello\r\nInes <b>"})
    assert answer.headers["Location"] == f"/messages/with/{address}#text"
    page = page_of(site, ines)
    assert "Ines &lt;b&gt;" in page and WAITS()[1:] in page
    assert f'href="/messages/with/{address}"' in site.get("/messages").text


def test_a_form_that_is_sent_twice_sends_one_message(site: Site) -> None:
    ines = somebody(site)
    (key,) = re.findall(r'name="once" value="([^"]+)"', page_of(site, ines))
    assert key not in page_of(site, ines), "the next one is another message"
    said = {"talk": format_author(ines), "text": "Hello", "once": key}
    places = {site.post("/messages", said).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    (talk,) = site.desk.talks.values()
    assert [each.text for each in talk.letters] == ["Hello"]


def test_what_cannot_be_sent_comes_back(site: Site) -> None:
    answer = site.post("/messages", {"talk": format_author(somebody(site)), "text": " "})
    assert answer.status_code == 400
    assert "has to say something" in answer.text


def test_whom_one_writes_to_is_named_by_a_link(site: Site) -> None:
    address = format_author(somebody(site))
    answer = site.get(f"/messages?who=swarmfeed:{address}")
    assert answer.headers["Location"] == f"/messages/with/{address}"
    wrong = site.get("/messages?who=nobody")
    assert wrong.status_code == 400
    assert 'value="nobody"' in wrong.text and 'aria-invalid="true"' in wrong.text


def test_what_came_is_new_until_it_was_seen_and_a_gap_is_said(site: Site) -> None:
    ines = somebody(site)
    came(site.desk, ines, "Are you there?", missing=2)
    assert "1 new" in site.get("/messages").text
    page = page_of(site, ines)
    assert "2 messages are missing before this one" in page and "Mark as read" in page
    site.post("/messages/seen", {"talk": format_author(ines)})
    assert "Mark as read" not in page_of(site, ines)


def test_a_stranger_asks_and_is_answered(site: Site) -> None:
    ines = somebody(site)
    address = format_author(ines)
    came(site.desk, ines, "You do not know me", standing="requested")
    assert "Asks to write to you" in site.get("/messages").text
    assert "Somebody you do not follow asks" in page_of(site, ines)
    for how, says in (("block", "Unblock"), ("unblock", "Somebody you do not follow asks")):
        answer = site.post("/messages/answer", {"talk": address, "answer": how})
        assert answer.headers["Location"] == f"/messages/with/{address}"
        assert says in page_of(site, ines)
    site.desk.talks.clear()
    talk_with(site.desk, ines, "requested")
    site.post("/messages/answer", {"talk": address, "answer": "accept"})
    assert "asks" not in page_of(site, ines)


def test_a_blocked_one_is_not_written_to(site: Site) -> None:
    ines = somebody(site)
    site.post("/messages/answer", {"talk": format_author(ines), "answer": "block"})
    assert 'name="text"' not in page_of(site, ines)


def test_a_group_is_made_grows_and_is_left(site: Site) -> None:
    ines, mira = somebody(site), somebody(site, "Mira Lindqvist")
    form = {"title": "Us", "people": f"{format_author(ines)}\r\n"}
    group = site.post("/messages/groups", form).headers["Location"]
    page = site.get(group).text
    assert "Ines Okafor" in page and "Add somebody" in page and "made this group" in page
    talk = group.removeprefix("/messages/in/")
    change = {"talk": f"group-{talk}", "who": format_author(mira)}
    site.post("/messages/people", {**change, "on": "yes"})
    assert "Mira Lindqvist" in site.get(group).text
    site.post("/messages/people", change)
    assert "Mira Lindqvist" not in site.get(group).text
    site.post("/messages/people", {**change, "who": format_author(site.desk.me)})
    assert "You are not in it any more" in site.get(group).text
    refused = site.post("/messages/groups", {"title": "", "people": form["people"]})
    assert refused.status_code == 400 and "needs a name" in refused.text


def test_the_page_says_what_is_private_and_what_is_not(site: Site) -> None:
    page = site.get("/messages/private").text
    assert "Not audited" in page
    for question, _ in PRIVATE_HERE:
        assert question() in page


def test_what_waits_is_counted_in_the_menu_of_every_page(site: Site) -> None:
    assert re.search('id="letters" hidden', site.get("/").text)
    unread, asks = somebody(site), AuthorId(bytes(32))
    came(site.desk, unread, "one")
    came(site.desk, unread, "two")
    came(site.desk, asks, "may I?", standing="requested")
    page = site.get("/network").text
    assert re.search('id="letters"><span>3</span>', page)
    counted = site.get("/notifications/unread").json
    assert counted is not None
    assert counted["letters"] == {"count": 3, "number": "3", "label": "3 new messages"}


def test_pictures_go_with_a_message_and_stand_in_it(site: Site) -> None:
    ines = somebody(site)
    site.desk.rows[Upload] = lambda _, ask: Uploaded(upload="u" * 32, size_bytes=len(ask.data))
    browser = site.browser()
    form = {
        "form_key": site.form_key(browser),
        "talk": format_author(ines),
        "text": "Look",
        "file1": (BytesIO(b"\x89PNG"), "bee.png"),
        "alt1": "A bee <on> moss",
    }
    answer = browser.post(
        "/messages", base_url=URL, headers=OWN, data=form, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    page = page_of(site, ines)
    (letter,) = site.desk.talks[format_author(ines)].letters
    (medium,) = letter.media
    assert f'src="/media/{medium.id.hex()}/small" alt="A bee &lt;on&gt; moss"' in page
    assert 'enctype="multipart/form-data"' in page and 'name="file1"' in page


def test_a_picture_that_is_not_here_is_fetched_from_its_message(site: Site) -> None:
    ines = somebody(site)
    letter = came(site.desk, ines, "see", media=(replace(BEE, state=AWAY),))
    page = page_of(site, ines)
    assert "medium-away" in page and f'name="letter" value="{letter.id}"' in page
    wish = {"talk": format_author(ines), "letter": letter.id, "number": "1"}
    answer = site.post("/messages/pictures", wish)
    assert answer.headers["Location"] == f"/messages/with/{format_author(ines)}#m-{letter.id}"
    assert f"/media/{BEE.id.hex()}/small" in page_of(site, ines)
    assert site.post("/messages/pictures", {**wish, "number": "2"}).status_code == 400
