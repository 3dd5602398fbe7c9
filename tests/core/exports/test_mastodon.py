"""Who wrote an outbox, as Mastodon's own archives say it."""

import json

from swarmfeed.core.exports.mastodon import actor
from swarmfeed.core.feed.profile_field import ProfileField


def test_details_of_the_author_are_property_values() -> None:
    fields = (
        ProfileField("Website", "https://anna.example/?a=b&c=d"),
        ProfileField("Town", "<b>Łódź"),
    )
    told = json.loads(actor("swarmfeed:anna", "Anna", "Moss & more", fields))
    assert told["summary"] == "Moss & more"
    assert told["attachment"] == [
        {
            "type": "PropertyValue",
            "name": "Website",
            "value": '<a href="https://anna.example/?a=b&amp;c=d" rel="nofollow noopener">'
            "https://anna.example/?a=b&amp;c=d</a>",
        },
        {"type": "PropertyValue", "name": "Town", "value": "&lt;b&gt;Łódź"},
    ]
    assert json.loads(actor("swarmfeed:anna", "Anna", ""))["attachment"] == []
