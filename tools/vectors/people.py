"""Links as people pass them on, and words as they type them."""

from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from _people_format import words_of
from _reference_forms import FEED, NEXT, address, author_id, public

Case = tuple[str, dict[str, Any]]

ADDRESS = address(author_id(), b"\x02")
V6 = "%5B2001:db8::1%5D:443"
NEXT_HASH = sha256(public(NEXT)).digest()
AFTER = b32encode(NEXT_HASH).decode().rstrip("=").lower()


def link_cases() -> Iterator[Case]:
    good = {
        "address-alone": ADDRESS,
        "scheme-and-address": f"swarmfeed:{ADDRESS}",
        "in-capitals": f"SWARMFEED:{ADDRESS.upper()}",
        "in-white-space": f" \t\r\nswarmfeed: {ADDRESS} \n",
        "empty-query": f"swarmfeed:{ADDRESS}?",
    }
    for name, text in good.items():
        yield link(name, text)
    yield link("whole", named(f"name=Zo%C3%AB&at=192.0.2.7:7601&at={V6}"), "Zoë", WHOLE)
    yield link("plus-is-a-blank", named("name=a+b"), "a b")
    yield link("percent-2b-is-a-plus", named("name=a%2Bb"), "a+b")
    yield link("percent-26-is-no-end", named("name=a%26at%3Db"), "a&at=b")
    yield link("small-hex-digits", named("name=%c3%ab"), "ë")
    yield link("not-encoded", named("name=Zoë B"), "Zoë B")
    yield link("key-encoded", named("n%61me=a"), "a")
    yield link("first-name-counts", named("name=a&name=b"), "a")
    yield link("empty-name-counts", named("name=&name=b"))
    yield link("name-without-value", named("name"))
    yield link("keys-have-case", named("NAME=a&At=nowhere"))
    yield link("semicolon-is-no-end", named("name=a;b"), "a;b")
    yield link("unknown-parameters", named("later=1&&name=a&=x&also"), "a")
    yield link("name-of-64-characters", named("name=" + "%C3%AB" * 64), "ë" * 64)
    yield link(
        "8-endpoints", named("&".join(["at=192.0.2.7:1"] * 8)), at=[["192.0.2.7", 1]] * 8
    )
    yield link("16-parameters", named("&".join(["a=1"] * 15 + ["name=a"])), "a")
    yield link(
        "v6-in-capitals", named("at=[2001:DB8:0:0::1]:65535"), at=[["2001:db8::1", 65535]]
    )
    yield link("port-with-zeros", named("at=192.0.2.7:00080"), at=[["192.0.2.7", 80]])
    yield link("1024-characters", named("z=").ljust(1_024, "z"))
    yield link("of-a-sheet", named(f"next={AFTER}"), after=NEXT_HASH)
    yield link("of-a-sheet-in-capitals", named(f"next={AFTER.upper()}"), after=NEXT_HASH)
    yield link("next-of-nothing", named("next="))
    for name, text in bad_links().items():
        yield f"link/bad-{name}", {"link": text, "error": name}


WHOLE = [["192.0.2.7", 7601], ["2001:db8::1", 443]]


def bad_links() -> dict[str, str]:
    ends = {
        "percent-ff": "name=%ff",
        "percent-ff-where-nobody-looks": "later=%ff",
        "half-a-character": "name=%C3",
        "percent-alone": "name=100%",
        "percent-with-one-digit": "name=%4",
        "percent-with-no-digits": "name=%zz",
        "fragment": "name=a#b",
        "name-of-65-characters": "name=" + "a" * 65,
        "line-end-in-the-name": "name=a%0Ab",
        "zero-in-the-name": "name=a%00b",
        "9-endpoints": "&".join(["at=192.0.2.7:1"] * 9),
        "17-parameters": "&".join(["a=1"] * 17),
        "endpoint-empty": "at=",
        "endpoint-without-port": "at=192.0.2.7",
        "endpoint-by-name": "at=example.org:80",
        "endpoint-v6-without-brackets": "at=2001:db8::1:80",
        "endpoint-v4-in-brackets": "at=[192.0.2.7]:80",
        "endpoint-with-zone": "at=[fe80::1%25eth0]:80",
        "endpoint-with-path": "at=192.0.2.7:80/",
        "endpoint-at-port-0": "at=192.0.2.7:0",
        "endpoint-at-port-65536": "at=192.0.2.7:65536",
        "endpoint-with-leading-zero": "at=192.0.02.7:80",
        "second-endpoint-bad": "at=192.0.2.7:80&at=x",
        "next-of-51-characters": f"next={AFTER[:-1]}",
        "next-with-padding": f"next={AFTER}====",
        "next-with-stray-bits": f"next={AFTER[:-1]}{'b' if AFTER[-1] != 'b' else 'd'}",
    }
    whole = {
        "nothing": "",
        "1025-characters": named("z=").ljust(1_025, "z"),
        "slashes": f"swarmfeed://{ADDRESS}",
        "another-scheme": f"magnet:{ADDRESS}",
        "address-of-a-feed": f"swarmfeed:{address(public(FEED))}",
        "mistyped": f"swarmfeed:{ADDRESS[1]}{ADDRESS[0]}{ADDRESS[2:]}",
        "query-without-mark": f"swarmfeed:{ADDRESS}&name=a",
    }
    return {name: named(query) for name, query in ends.items()} | whole


def named(query: str) -> str:
    return f"swarmfeed:{ADDRESS}?{query}"


def link(
    name: str,
    text: str,
    says: str = "",
    at: list[list[Any]] | None = None,
    after: bytes | None = None,
) -> Case:
    said: dict[str, Any] = {"author": author_id().hex(), "name": says, "at": at or []}
    said["next"] = after.hex() if after else None
    return f"link/{name}", {"link": text, **said}


# --- words ---


def words_cases() -> Iterator[Case]:
    for name, seed in (("zeros", bytes(32)), ("counting", bytes(range(32)))):
        said = {"seed": seed.hex(), "words": " ".join(words_of(seed))}
        yield f"words/{name}", {**said, "typed": said["words"]}
    seed = bytes(range(32))
    words = words_of(seed)
    said = {"seed": seed.hex(), "words": " ".join(words)}
    for name, typed in typed_words(words).items():
        yield f"words/typed-{name}", {**said, "typed": typed}
    for name, typed in mistyped_words(words).items():
        yield f"words/bad-{name}", {"typed": typed, "error": name}


def typed_words(words: list[str]) -> dict[str, str]:
    numbered = [f"{at}. {word}" for at, word in enumerate(words, start=1)]
    columns = [f"{numbered[at]}   {numbered[at + 12]}" for at in range(12)]
    return {
        "in-capitals": " ".join(words).upper(),
        "with-commas-and-lines": ",\n".join(words),
        "by-four-letters": " ".join(word[:4] for word in words),
        "with-numbers": "\n".join(numbered),
        "in-two-numbered-columns": "\n".join(columns),
        "in-wide-letters": " ".join(words).translate(
            {at: at + 0xFEE0 for at in range(97, 123)}
        ),
    }


def mistyped_words(words: list[str]) -> dict[str, str]:
    swapped = [words[1], words[0], *words[2:]]
    return {
        "23-words": " ".join(words[:-1]),
        "25-words": " ".join([*words, words[0]]),
        "no-words": "",
        "two-swapped": " ".join(swapped),
        "one-unknown": " ".join(["abandom", *words[1:]]),
        "three-letters": " ".join([words[0][:3], *words[1:]]),
        "word-goes-on": " ".join([words[0] + "s", *words[1:]]),
        "one-other": " ".join(["zoo", *words[1:]]),
    }
