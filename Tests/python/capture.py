"""A recording made by the broker itself: a stream keeps what passes, and is read at the end.

A recorder that listens misses what passes while the broker restarts; the broker does not, if it is given time to store what
it has read before it is stopped (``settle``).
"""

import json
from collections.abc import AsyncIterator
from typing import Any, TextIO

import nats.errors
import wire
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from recording import Line, command_line, signal_line

STREAM = "CAPTURE"
# What is published here to see that everything before it is stored.
SETTLE_SUBJECT = "roost.settle"
SUBJECTS = ["roost.command.>", "roost.event.>", f"{wire.REPLY_PREFIX}.>", SETTLE_SUBJECT]
DEAD_STREAM = "ROOST_DEAD"
BATCH = 500
FETCH_TIMEOUT_S = 5.0


async def begin(client: wire.Client) -> None:
    """To be called before anything passes that matters."""
    await wire.jetstream(client).add_stream(name=STREAM, subjects=SUBJECTS)


async def settle(client: wire.Client) -> None:
    """Returns when everything is stored that the broker has read so far: a stream takes its messages in order."""
    await wire.jetstream(client).publish(SETTLE_SUBJECT, b"")


async def collect(client: wire.Client, out: TextIO) -> None:
    """Writes all that was captured and all signals; the recording is complete then."""
    last = 0
    async for message in _messages(client, wire.SIGNAL_STREAM):
        line = signal_line(message)
        last = line["seq"]
        _write(out, line)
    for stream in (STREAM, DEAD_STREAM):
        async for message in _messages(client, stream):
            if line := command_line(message, _stored_ms(message)):
                _write(out, line)
    _write(out, {"t": "end", "at": wire.now_ms(), "last_seq": last})
    out.flush()


async def _messages(client: wire.Client, stream: str) -> AsyncIterator[Any]:
    """A stream from its first message to the one that is its last now."""
    jetstream = wire.jetstream(client)
    wanted = (await jetstream.stream_info(stream)).state.messages
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE)
    consumer = await jetstream.pull_subscribe("", stream=stream, config=config)
    while wanted > 0:
        for message in await consumer.fetch(min(BATCH, wanted), timeout=FETCH_TIMEOUT_S):
            wanted -= 1
            yield message
    await consumer.unsubscribe()


def _stored_ms(message: Any) -> int:
    return int(message.metadata.timestamp.timestamp() * 1000)


def _write(out: TextIO, line: Line) -> None:
    out.write(json.dumps(line) + "\n")
