"""Entries as bytes: made, read, and read with what they say."""

from collections.abc import Iterator

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.feed.chunk import frame_content, pack_frame, split_frame, unpack_frame
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import decode_body

from benchmarks import physical
from benchmarks.bench import Bench, encode_post
from benchmarks.report import Limit, Row


def measure(bench: Bench) -> Iterator[Row]:
    """Encode and decode posts in this process alone."""
    samples, stored = bench.backlog[:50_000], bench.stored[:50_000]

    def encode() -> None:
        for sample in samples:
            encode_post(sample)

    def decode() -> None:
        for each in stored:
            entry = decode_entry(each)
            decode_body(entry.kind, entry.body or b"")

    yield Row("encode.posts", "encode posts", len(samples) / physical.seconds_of(encode), "/s")
    hashed = Limit("SHA-256 of body and header /s", physical.sha256_pairs_per_s(stored))
    rate = len(stored) / physical.seconds_of(decode)
    yield Row("encode.decode", "decode posts, their hash included", rate, "/s", hashed)
    frames = [
        stored[at : at + CHUNK_ENTRIES]
        for at in range(0, len(stored) - CHUNK_ENTRIES + 1, CHUNK_ENTRIES)
    ]
    contents = [frame_content(frame) for frame in frames]
    packed = [pack_frame(content) for content in contents]
    count = len(frames) * CHUNK_ENTRIES
    seconds = physical.seconds_of(lambda: [pack_frame(content) for content in contents])
    yield Row("encode.pack", "compress chunks of 256 posts", count / seconds, "/s")
    seconds = physical.seconds_of(lambda: [split_frame(unpack_frame(f)) for f in packed])
    yield Row("encode.unpack", "decompress and cut chunks", count / seconds, "/s")
