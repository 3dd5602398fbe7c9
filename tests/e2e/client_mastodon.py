"""What the Python library for Mastodon does with a node; run in an environment that has it.

Takes what it needs as JSON in its one argument, and ends with a line of JSON.
"""

import json
import sys
import threading
import time

from mastodon import Mastodon, MastodonNotFoundError, StreamListener

GIVEN = json.loads(sys.argv[1])


class Ear(StreamListener):
    def __init__(self):
        self.heard = threading.Event()
        self.text = ""

    def on_update(self, status):
        self.text = status.text
        self.heard.set()


def log_in():
    return Mastodon(
        client_id=GIVEN["client_id"],
        client_secret=GIVEN["client_secret"],
        access_token=GIVEN["token"],
        api_base_url=GIVEN["url"],
    )


def look_at_people(api):
    """Returns oneself and somebody else."""
    assert api.app_verify_credentials().name == "test"
    me = api.me()
    assert me.acct == "bob"
    assert api.instance_v1().uri
    assert api.instance_v2().domain
    api.preferences()
    other = api.account_lookup(GIVEN["acct"])
    assert other.id == GIVEN["other"]
    assert api.account_search(GIVEN["acct"])[0].id == other.id
    assert api.account_relationships(other)[0].following
    api.account_statuses(other)
    api.account_followers(other)
    api.account_following(me)
    return me, other


def write(api, me):
    first = api.status_post("From a library", spoiler_text="cw", language="en")
    medium = api.media_post(GIVEN["picture"], description="One dot")
    assert medium.description == "One dot"
    medium = api.media_update(medium, description="A dot")
    reply = api.status_reply(first, "An answer #tea", media_ids=[medium])
    assert reply.media_attachments[0].description == "A dot"
    context = api.status_context(first)
    assert [each.id for each in context.descendants] == [reply.id]
    assert api.status_source(first).text == "From a library"
    api.status_update(reply, "An answer, better #tea")
    assert len(api.status_history(reply)) == 2
    for act in ("favourite", "unfavourite", "reblog", "unreblog", "bookmark", "unbookmark"):
        getattr(api, f"status_{act}")(first)
    api.status_pin(first)
    assert api.account_statuses(me, pinned=True)[0].id == first.id
    api.status_unpin(first)
    quote = api.status_post("Look", quoted_status_id=first)
    assert quote.quote.quoted_status.id == first.id
    assert [each.id for each in api.status_quotes(first)] == [quote.id]
    api.status_delete(quote)
    assert api.status_mute(reply).muted and api.status(first).muted
    assert not api.status_unmute(first).muted
    assert api.search_v2("better").statuses[0].id == reply.id
    api.status_delete(reply)
    try:
        api.status(reply)
    except MastodonNotFoundError:
        return
    raise AssertionError("it is still there")


def read(api):
    page = api.timeline_home(limit=1)
    older = api.fetch_next(page)
    assert older[0].id != page[0].id
    assert api.timeline_hashtag("tea")
    api.timeline_public()
    api.timeline_local()
    api.notifications()
    api.notifications_clear()
    api.conversations()
    assert api.bookmarks() == []


def keep_private_things(api, other):
    made = api.list_create("Friends")
    api.list_accounts_add(made, [other])
    assert [each.id for each in api.list_accounts(made)] == [other.id]
    assert api.timeline_list(made)
    api.list_accounts_delete(made, [other])
    api.list_delete(made)
    keyword = {"keyword": "spoilers", "whole_word": True}
    kept = api.create_filter_v2("spoilers", ["home"], "warn", keywords_attributes=[keyword])
    assert kept.id in {each.id for each in api.filters_v2()}
    word = api.add_filter_keyword_v2(kept, "beetles")
    assert {each.keyword for each in api.filter_keywords_v2(kept)} >= {"beetles"}
    api.delete_filter_keyword_v2(word)
    api.delete_filter_v2(kept)
    api.tag_follow("tea")
    assert "tea" in {each.name for each in api.followed_tags()}
    api.tag_unfollow("tea")
    assert api.account_note_set(other, "sings bass").note == "sings bass"
    groups = api.grouped_notifications().notification_groups
    assert groups
    for group in groups:
        (told,) = api.grouped_notification(group.group_key).notification_groups
        assert told.group_key == group.group_key
    api.account_mute(other)
    assert [each.id for each in api.mutes()] == [other.id]
    api.account_unmute(other)


def listen(api):
    """Returns what was told of a post."""
    ear = Ear()
    handle = api.stream_user(ear, run_async=True)
    while not handle.is_receiving():
        time.sleep(0.05)
    api.status_post("Streamed")
    assert ear.heard.wait(60), "nothing was told"
    handle.close()
    return ear.text


def main():
    api = log_in()
    me, other = look_at_people(api)
    write(api, me)
    read(api)
    keep_private_things(api, other)
    print(json.dumps({"streamed": listen(api)}))


main()
