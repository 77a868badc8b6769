"""A recording: what somebody who sees only NATS saw, as JSON lines. Recorder writes one, Recording reads it.

Line kinds: signal (seq, ts = stored-at, subject, headers, body; body null = undecodable), command (at, subject, body), event, outcome,
dead, acked (seq, subject: the load's PubAck), owner (key, generation: what the bucket says of the journal that owns the pools),
note (anything a person may want), end (last_seq: nothing is missing before).
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import nats.errors
import nats.js.errors
import wire
from nats.js.api import ConsumerConfig, DeliverPolicy

LOOK_FOR_STREAM_EVERY_S = 0.1
DRAIN_LIMIT_S = 15.0

# What is recorded as it passes, by the second token of its subject.
KINDS = {"command": "command", "event": "event", "reply": "outcome", "dead": "dead"}

OWNER_SUBJECTS = "$KV.ROOST_META.>"
# A journal that adopts the pools of a lost one goes on so far above the generations that it knows of.
ADOPTED_GENERATIONS = 1_000_000

Line = dict[str, Any]


def command_line(message: Any, at: int) -> Line | None:
    """What passed, as a line; None for pings and API calls, and for signals, which are read from their stream, where
    they have a sequence."""
    branch = message.subject.split(".")[1]
    if branch not in KINDS:
        return None
    line: Line = {"t": KINDS[branch], "at": at, "subject": message.subject}
    if branch == "dead":
        line["headers"] = dict(message.headers or {})
    else:
        verb = message.subject.rsplit(".", 1)[1]
        shape = {"event": wire.events.ActorEvent, "reply": wire.events.SignalOutcome}.get(
            branch, wire.COMMANDS.get(verb)
        )
        line["body"] = wire.decoded(shape, message.data) if shape else None
    return line


def signal_line(message: Any) -> Line:
    """A message of the signal stream."""
    shape = wire.signal_type(message.subject)
    return {
        "t": "signal",
        "seq": message.metadata.sequence.stream,
        "ts": int(message.metadata.timestamp.timestamp() * 1000),
        "at": wire.now_ms(),
        "subject": message.subject,
        "headers": dict(message.headers or {}),
        "body": wire.decoded(shape, message.data) if shape else None,
    }


def owner_line(message: Any, at: int) -> Line | None:
    """An identity that was written; None for what is none."""
    try:
        identity = json.loads(message.data)
        return {"t": "owner", "at": at, "key": message.subject, "generation": int(identity["generation"])}
    except (ValueError, TypeError, KeyError):
        return None


def writing(out: TextIO) -> Callable[[Line], None]:
    """A sink that writes a file of JSON lines."""
    return lambda line: print(json.dumps(line), file=out)


class Recorder:
    """Hands every line to `sink` from the moment `start` returns until `finish`."""

    def __init__(self, client: wire.Client, sink: Callable[[Line], None]) -> None:
        self.client = client
        self.stream = wire.jetstream(client)
        self.sink = sink
        self.last_seq = 0
        self._advanced = asyncio.Event()

    async def start(self) -> None:
        # One subscription for everything: two would not keep the order between a start and the event that follows it.
        listening = await self.client.subscribe("roost.>", cb=self._on_message)
        listening._pending_msgs_limit = listening._pending_bytes_limit = -1
        await self.client.subscribe(OWNER_SUBJECTS, cb=self._on_owner)
        await self.client.flush()
        self.following = asyncio.create_task(self._follow())

    async def _on_message(self, message: Any) -> None:
        if line := command_line(message, wire.now_ms()):
            self.sink(line)

    async def _on_owner(self, message: Any) -> None:
        if line := owner_line(message, wire.now_ms()):
            self.sink(line)

    async def _follow(self) -> None:
        """Reads the signals in order from the first one, as soon as a worker has made the stream."""
        while True:
            try:
                await self.stream.stream_info(wire.SIGNAL_STREAM)
                break
            except (nats.js.errors.NotFoundError, nats.errors.Error, asyncio.TimeoutError):
                await asyncio.sleep(LOOK_FOR_STREAM_EVERY_S)
        await self.stream.subscribe(
            "roost.signal.>",
            stream=wire.SIGNAL_STREAM,
            cb=self._on_signal,
            ordered_consumer=True,
            pending_msgs_limit=-1,
            pending_bytes_limit=-1,
            config=ConsumerConfig(deliver_policy=DeliverPolicy.ALL),
        )

    async def _on_signal(self, message: Any) -> None:
        line = signal_line(message)
        if line["seq"] <= self.last_seq:
            return
        self.last_seq = line["seq"]
        self.sink(line)
        self._advanced.set()

    async def finish(self) -> None:
        """Reads the stream to its end and closes the recording; without the `end` line a judge refuses it."""
        if not self.following.done():
            self.following.cancel()
            last = 0
        else:
            self.following.result()
            last = (await self.stream.stream_info(wire.SIGNAL_STREAM)).state.last_seq

        async def catch_up() -> None:
            while self.last_seq < last:
                self._advanced.clear()
                await self._advanced.wait()

        await asyncio.wait_for(catch_up(), DRAIN_LIMIT_S)
        await self.client.flush()
        self.sink({"t": "end", "at": wire.now_ms(), "last_seq": last})


@dataclass
class Recording:
    """The lines by kind, each kind in the order it was recorded; commands and events also together in `outputs`."""

    signals: dict[int, Line] = field(default_factory=dict)
    outputs: list[Line] = field(default_factory=list)
    outcomes: list[Line] = field(default_factory=list)
    dead: list[Line] = field(default_factory=list)
    acked: list[Line] = field(default_factory=list)
    ends: list[Line] = field(default_factory=list)
    owners: list[Line] = field(default_factory=list)

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Recording":
        made = cls()
        places = {"outcome": made.outcomes, "dead": made.dead, "acked": made.acked, "end": made.ends, "owner": made.owners}
        for line in lines:
            if line["t"] == "signal":
                made.signals[line["seq"]] = line
            elif line["t"] in ("command", "event"):
                made.outputs.append(line)
            elif line["t"] in places:
                places[line["t"]].append(line)
        return made

    @classmethod
    def read(cls, paths: Iterable[Path]) -> "Recording":
        return cls.of(json.loads(text) for path in paths for text in path.read_text().splitlines() if text)

    @property
    def adoptions(self) -> int:
        """How often a journal adopted the pools: what it says of itself jumps then."""
        newest: dict[str, int] = {}
        count = 0
        for owner in self.owners:
            before = newest.setdefault(owner["key"], owner["generation"])
            count += owner["generation"] >= before + ADOPTED_GENERATIONS
            newest[owner["key"]] = owner["generation"]
        return count

    def commands(self, verb: str) -> list[Line]:
        ending = f".{verb}"
        return [o for o in self.outputs if o["t"] == "command" and o["subject"].endswith(ending) and o["body"]]

    def events(self) -> list[Line]:
        return [o for o in self.outputs if o["t"] == "event" and o["body"]]


def pool_of(line: Line) -> str:
    """NS.POOL of anything recorded: the third and fourth token of its subject."""
    return ".".join(line["subject"].split(".")[2:4])


def actor_of(line: Line) -> tuple[str, str]:
    """(NS.POOL, actor) of an actor signal, a start, a stop or an event."""
    if line["t"] == "signal":
        return pool_of(line), line["subject"].split(".")[5]
    return pool_of(line), line["body"].get("actor_id", "")
