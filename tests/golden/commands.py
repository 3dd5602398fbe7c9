"""Every command: what it prints for programs and for people, its help and its options."""

import re
from pathlib import Path
from typing import Any, Final

import click

from tests.golden import stage
from tests.golden.stage import address_of, cursor_of, hash_of, ref_of

MIRA, AOI, INES, ADA = map(address_of, ("Mira Lindqvist", "山田 葵", "Ines Okafor", "Ada"))
NOBODY: Final = address_of("nobody")
PEOPLE: Final = (MIRA, INES, NOBODY, f"swarmfeed:{NOBODY}?name=No&at=192.0.2.1:4711", ADA, "x")

LINES: Final = (
    b'{"author": "A", "time": 1600000000, "text": "old"}\n'
    b'{"author": "A", "time": 1600000001.5, "text": "older"}\n'
)
BAD_LINES: Final = LINES + b"nonsense\n" + b'{"author": "A", "time": "x", "text": "y"}\n'
TWO_AUTHORS: Final = LINES + b'{"author": "B", "time": 1600000002, "text": "of B"}\n'

JSON_COMMANDS: Final[tuple[tuple[str, ...], ...]] = (
    ("init", "--name", "Ada", "--no-passphrase"),
    ("init", "--name", "Ada"),
    ("init", "--no-passphrase"),
    ("init", "--name", " ", "--no-passphrase"),
    ("init", "--name", "n" * 65, "--no-passphrase"),
    ("restore", "-", "--name", "Ada", "--no-passphrase"),
    ("restore", "nowhere", "--name", "Ada"),
    ("open", "--no-open"),
    ("open",),
    ("whoami",),
    ("post", "hello"),
    ("post", " "),
    ("post", "-"),
    ("post", "yes", "--reply-to", ref_of("Hello, swarm.")),
    ("post", "yes", "--reply-to", hash_of("Hello, swarm.")),
    ("post", "yes", "--reply-to", "nowhere"),
    ("post",),
    *((name, who) for name in ("follow", "unfollow") for who in PEOPLE),
    ("fetch", MIRA),
    ("fetch", f"swarmfeed:{MIRA}?name=M&at=192.0.2.1:4711", "--peer", "192.0.2.2:4711"),
    ("fetch", AOI, "--timeout", "1e-9"),
    ("fetch", NOBODY, "--timeout", "1e-9"),
    ("fetch", MIRA, "--timeout", "0"),
    ("fetch", MIRA, "--disk", "1.5T", "--download-limit", "500K", "--lan", "--no-dht"),
    ("fetch", "x"),
    ("timeline",),
    ("timeline", "--limit", "2"),
    ("timeline", "--limit", "2", "--before", cursor_of("Moved the whole")),
    ("timeline", "--limit", "0"),
    ("timeline", "--limit", "1001"),
    ("timeline", "--before", "yesterday"),
    ("show", MIRA),
    ("show", f"swarmfeed:{MIRA}?name=M", "--limit", "1"),
    ("show", NOBODY),
    ("show", "x"),
    ("search", "archive"),
    ("search", "merged", "logging", "--limit", "1"),
    ("search", "zebra"),
    ("search",),
    ("import", "-"),
    ("import", "-", "--author", "A"),
    ("import", "-", "--author", "Z"),
    ("import", "nowhere"),
    ("import", "jsonl", "-"),
    ("status",),
    ("jobs",),
    ("history", "status"),
    ("history", "explain", MIRA),
    ("history", "explain", NOBODY),
    ("history", "explain", "x"),
    ("history", "leave"),
    ("history", "goodbye"),
    ("verify",),
    ("reindex",),
)  # fmt: skip

RUNS: Final[tuple[tuple[str, ...], ...]] = (
    ("run", "--no-open"),
    ("run",),
    ("run", "--no-open", "--listen", "127.0.0.1", "--link-port", "4711", "--swarm-port", "4712",
     "--page-port", "0"),
    ("run", "--no-open", "--peer", "192.0.2.1:4711", "--peer", "[2001:db8::1]:4711"),
    ("run", "--no-open", "--no-dht", "--lan", "--dht-node", "192.0.2.1:6881"),
    ("run", "--no-open", "--disk", "20 GB", "--download-limit", "1.5M", "--upload-limit", "5"),
    ("run", "--no-open", "--history"),
    ("run", "--no-open", "--history", "friends", "--disk", "20GB", "--keep-free", "2G"),
    ("run", "--no-open", "--history", "community"),
    ("run", "--no-open", "--history=open", "--history-speed", "60"),
    ("run", "--no-open", "--history", "everybody"),
    ("run", "--no-open", "--friends"),
    ("run", "--no-open", "--peer", "x"),
    ("run", "--no-open", "--disk", "much"),
    ("run", "--no-open", "--page-port", "65536"),
    ("run", "--no-open", "--history-speed", "0"),
    ("run", "--no-open", "--json"),
)  # fmt: skip

OTHERS: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("--version",),
    ("sing",),
    ("--log", "loud", "whoami"),
    ("--log", "info", "whoami"),
    ("--passphrase-file", "nowhere", "whoami"),
    ("history",),
    ("import",),
    ("history", "sing"),
    ("status", "--sing"),
)


def play(folder: Path) -> dict[str, Any]:
    """Tell what every command prints, and what it asked for."""
    with stage.steady():
        told = _ask_node(folder)
        for arguments in OTHERS:
            told[" ".join(["swarmfeed", *arguments])] = _run(arguments, folder)
        # click keeps the name that the first one to ask for the version was run by.
        version = told["swarmfeed --version"]
        version["out"] = [line.partition(", ")[2] for line in version["out"]]
        told |= _with_keys(folder) | _helps(folder)
    return told


def play_from_afar(folder: Path) -> dict[str, Any]:
    """Tell what commands print that reach a running node through its page."""
    with stage.steady(), stage.served() as url:
        return _ask_node(folder, page_url=url)


def _ask_node(folder: Path, **way: Any) -> dict[str, Any]:
    """Run each command that asks a node, for people and for programs."""
    told: dict[str, Any] = {}
    for arguments in JSON_COMMANDS:
        for given in (arguments, (*arguments, "--json")):
            told[" ".join(given)] = _run(given, folder, stdin=_stdin(arguments), **way)
    for lines, name in ((BAD_LINES, "bad"), (TWO_AUTHORS, "two authors"), (b"", "empty")):
        for options in ((), ("--skip-bad",), ("--json", "--skip-bad"), ("--author", "B")):
            told[f"import {name} {' '.join(options)}"] = _run(
                ("import", "-", *options), folder, stdin=lines, **way
            )
    return told | _of_other_nodes(folder, **way)


def _stdin(arguments: tuple[str, ...]) -> bytes | None:
    given = {"post": b"two\nlines\n", "import": LINES, "restore": stage.WORDS.encode() + b"\n"}
    return given.get(arguments[0])


def _run(arguments: Any, folder: Path, **way: Any) -> Any:
    result, asked = stage.run(arguments, folder, **way)
    told = {"exit": result.exit_code, "out": _plain(result.stdout, folder)}
    if "--json" in arguments:
        told["out"] = stage.parse(result.stdout)
    if isinstance(told["out"], dict) and "seconds" in told["out"]:
        # How long it took, by a real clock.
        told["out"] |= {"seconds": "?", "entries_per_s": "?"}
    errors = _plain(result.stderr, folder)
    return {**told, "err": errors, "asked": asked}


def _plain(text: str, folder: Path) -> list[str]:
    text = text.replace(str(folder), "FOLDER")
    # The path is as long as it likes: where a line is broken tells nothing.
    return [line.rstrip() for line in re.sub(r"\bafter \d+ s", "after ? s", text).splitlines()]


def _of_other_nodes(folder: Path, **way: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for json in ((), ("--json",)):
        for arguments in (("timeline",), ("status",), ("show", ADA), ("search", "a")):
            name = f"{' '.join([*arguments, *json])} of an empty node"
            empty = stage.new_node(samples=False)
            told[name] = _run([*arguments, *json], folder, node=empty, **way)
        for arguments in (("history", "status"), ("history", "leave"), ("status",)):
            server = stage.new_node()
            stage.make_server(server)
            name = f"{' '.join([*arguments, *json])} of a server"
            told[name] = _run([*arguments, *json], folder, node=server, **way)
        odd = stage.new_node()
        stage.add_odd_posts(odd)
        told[f"timeline {' '.join(json)} of odd posts"] = _run(
            ["timeline", "--limit", "9", *json], folder, node=odd, **way
        )
    return told


def _with_keys(folder: Path) -> dict[str, Any]:
    """What needs keys: run, and what refuses to make new ones."""
    told: dict[str, Any] = {"run without keys": _run(RUNS[0], folder)}
    words = folder / "words"
    told["init into a file"] = _run(
        ["init", "--name", "Ada", "--no-passphrase", "--words-file", str(words)], folder
    )
    told["the file"] = words.read_text(encoding="utf-8").splitlines()
    again = ["init", "--name", "Ada", "--no-passphrase", "--words-file", str(words), "--json"]
    told["init over the file"] = _run(again, folder)
    words.unlink()
    told["init into a file, for programs"] = {**_run(again, folder), "out": "a path"}
    secret = folder / "secret"
    secret.write_text("pass phrase\n")
    secret.chmod(0o600)
    told["init with a passphrase"] = _run(
        ["--passphrase-file", str(secret), "init", "--name", "Ada"], folder
    )
    told["restore from a file"] = _run(
        ["restore", str(words), "--name", "Ada", "--json"], folder
    )
    stage.key_file(folder)
    told["init again"] = _run(["init", "--name", "Ada"], folder)
    told["restore over keys"] = _run(["restore", str(words), "--name", "Ada"], folder)
    for arguments in RUNS:
        (folder / "home" / "run" / "ports.json").unlink(missing_ok=True)
        told[" ".join(arguments)] = _run(arguments, folder)
    return told


def _helps(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, command in stage.all_commands():
        words = name.split()[1:]
        told[f"{name} --help"] = _run([*words, "--help"], folder)
        told[f"options of {name}"] = [_param(each) for each in command.params]
        told[f"about {name}"] = {
            "hidden": command.hidden,
            "type": type(command).__base__.__name__,
        }
    return told


def _param(param: click.Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": param.name,
        "opts": param.opts,
        "secondary": param.secondary_opts,
        "type": param.type.name,
        "range": [getattr(param.type, each, None) for each in ("min", "max", "min_open")],
        "choices": list(getattr(param.type, "choices", [])),
        "default": repr(param.default),
        "required": param.required,
        "multiple": param.multiple,
        "nargs": param.nargs,
        "metavar": param.metavar,
        "envvar": param.envvar,
    }
    if isinstance(param, click.Option):
        told |= {
            "is_flag": param.is_flag,
            "flag_value": repr(param.flag_value),
            "help": param.help,
            "hidden": param.hidden,
            "show_default": param.show_default,
            "show_envvar": param.show_envvar,
        }
    return told
