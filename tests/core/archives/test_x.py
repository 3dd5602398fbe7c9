"""Archives of X: all public posts, with their times, links and pictures, and nothing else."""

import json
from pathlib import Path

from swarmfeed.core.archives.found import FoundPost
from swarmfeed.core.archives.survey import PICTURE_SIGN

from tests.core.archives.reading import left_out, member, survey
from tests.made_archives import (
    NOTES,
    OWNER,
    TWEETS,
    answers,
    archive_of_x,
    javascript,
    link,
    tweet,
    zipped,
)

ADDRESS = "https://x.com/i/web/status/"


def posts_of(folder: Path) -> dict[int, FoundPost]:
    found = survey(folder, archive_of_x())
    return {int(post.src.removeprefix(ADDRESS)): post for post in found.posts}


def test_the_right_posts_come_and_the_rest_is_counted(tmp_path: Path) -> None:
    found = survey(tmp_path, archive_of_x())
    assert [post.text for post in found.posts] == [
        "Fish &amp; chips <3 https://example.org/a?b=1&amp;c",
        "two pictures, one link",
        "the second answer",
        PICTURE_SIGN,
        "@other in their thread",
        "Hello",
        "A long text that goes on and on, to its end https://end.example/",
    ]
    assert left_out(found) == {
        "An earlier version of a post that was edited": 1,
        "Repeats a post of somebody else": 1,
        "Nobody can tell when it was written": 1,
        "Says nothing, and shows nothing that is in the archive": 1,
        "No post": 2,
    }
    assert (found.media, found.media_missing) == (3, 2)


def test_posts_of_one_second_stand_a_millisecond_apart_in_the_order_of_their_ids(
    tmp_path: Path,
) -> None:
    posts = posts_of(tmp_path)
    begin_ms = 1_642_724_511_000
    assert [posts[id].time_ms - begin_ms for id in (10, 20, 30, 40, 60, 71)] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]


def test_ids_of_today_tell_the_millisecond(tmp_path: Path) -> None:
    number = (1_642_724_511_789 - 1_288_834_974_657) << 22 | 5
    found = survey(tmp_path, archive_of_x([tweet(number, "now")]))
    assert [post.time_ms for post in found.posts] == [1_642_724_511_789]


def test_answers_to_oneself_name_the_post_that_is_kept(tmp_path: Path) -> None:
    posts = posts_of(tmp_path)
    assert (posts[20].answers, posts[30].answers) == (f"{ADDRESS}10", f"{ADDRESS}20")
    assert not posts[60].answers
    edited = [
        *TWEETS,
        tweet(73, "after", in_reply_to_status_id_str="72", in_reply_to_user_id_str=OWNER),
    ]
    found = survey(tmp_path, archive_of_x(edited))
    assert [post.answers for post in found.posts if post.text == "after"] == [f"{ADDRESS}71"]


def test_pictures_of_one_link_all_come_and_a_film_is_found_by_its_name(tmp_path: Path) -> None:
    posts = posts_of(tmp_path)
    assert [each.members for each in posts[20].media] == [
        ("data/tweets_media/20-one.png",),
        ("data/tweets_media/20-two.png",),
    ]
    assert [each.members for each in posts[40].media] == [("data/tweets_media/40-high.mp4",)]
    assert (posts[20].cw, posts[10].cw) == ("sensitive content", "")
    assert (posts[20].lang, posts[40].lang) == ("en", "")


def test_what_was_never_public_is_not_even_read(tmp_path: Path) -> None:
    texts = " ".join(post.text for post in survey(tmp_path, archive_of_x()).posts)
    assert not any(word in texts for word in ("deleted", "few", "secret"))


def test_one_file_of_an_archive_is_enough(tmp_path: Path) -> None:
    raw = member(archive_of_x(), "data/tweets.js")
    assert len(survey(tmp_path, raw, "tweets.js").posts) == 6


def test_archives_of_old_are_read(tmp_path: Path) -> None:
    old = {
        "id_str": "186000000000000001",
        "id": 186000000000000001,
        "created_at": "2012-03-31 12:30:00 +0000",
        "text": "old &amp; good",
        "user": {"id_str": OWNER},
    }
    raw = b"Grailbird.data.tweets_2012_03 = \n " + json.dumps([old]).encode()
    found = survey(tmp_path, zipped({"data/js/tweets/2012_03.js": raw}))
    assert [(post.text, post.time_ms) for post in found.posts] == [
        ("old & good", 1_333_197_000_000)
    ]


def test_parts_of_a_large_archive_are_one_and_each_post_comes_once(tmp_path: Path) -> None:
    parts = {
        "data/account.js": javascript("account", [{"account": {"accountId": OWNER}}]),
        "data/tweets.js": javascript("tweets", [tweet(10, "first"), tweet(20, "second")]),
        "data/tweets-part1.js": javascript(
            "tweets", [tweet(30, "third", **answers("10")), tweet(20, "second")]
        ).replace(b"part0", b"part1"),
        "data/note-tweet-part1.js": javascript("note_tweet", NOTES),
        "data/tweets_media/30-x.png": b"",
        "data/deleted-tweets-part1.js": javascript("deleted_tweets", [tweet(5, "deleted")]),
        "data/community-tweet.js": javascript("community_tweet", [tweet(6, "community")]),
    }
    found = survey(tmp_path, zipped(parts))
    assert [post.text for post in found.posts] == ["first", "second", "third"]
    assert found.posts[2].answers == f"{ADDRESS}10"
    assert left_out(found) == {"Stands in the archive twice": 1}


def test_a_cut_repost_is_not_taken_for_own_words_and_an_at_is_no_repost(tmp_path: Path) -> None:
    tweets = [
        tweet(10, "RT @a: cut by a sign\u2026"),
        tweet(20, "said elsewhere", retweeted_status={"id_str": "1"}),
        tweet(30, "RT is short for repost"),
        tweet(40, ".@a RT @b: no repost"),
    ]
    found = survey(tmp_path, archive_of_x(tweets))
    assert [post.text for post in found.posts] == [
        "RT is short for repost", ".@a RT @b: no repost",
    ]  # fmt: skip
    assert left_out(found) == {"Repeats a post of somebody else": 2}


def test_entities_are_unescaped_once_and_in_links_not_at_all(tmp_path: Path) -> None:
    short = "https://t.co/aaaaaaaaaa"
    text = f"&amp;lt; &lt;b&gt; \U0001f600 {short}&amp;x"
    urls = {"urls": [link(short, "https://example.org/?a=1&lt;=2")]}
    (post,) = survey(tmp_path, archive_of_x([tweet(10, text, entities=urls)])).posts
    assert post.text == "&lt; <b> \U0001f600 https://example.org/?a=1&lt;=2&x"
