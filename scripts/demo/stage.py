"""How the story acts and waits: publishing, starting parts, and waiting for what the subscriber sees."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import bare_tcp
import nats.errors
import wire
from google.protobuf.message import Message
from parts import POOL, WORKER, Parts
from recording import Line
from timeline import Timeline
from wire import signals

# Not how long it takes but when to give up: some hundred times what it takes on a quiet machine.
LIMIT_S = 60.0
REFUSAL_LIMIT_S = 5.0
# What the processes do is looked at so often, besides at every line that is seen.
LOOK_EVERY_S = 0.2

Result = TypeVar("Result")


class StoryEnded(Exception):
    """The story cannot go on; the text says what was waited for, and why it will not come."""


class Stage:
    def __init__(self, parts: Parts, timeline: Timeline) -> None:
        self.parts, self.timeline = parts, timeline
        self.asked = 0
        # Actors that may fail: of any other a failure ends the story.
        self.frail: set[str] = set()

    def connected(self, client: wire.Client) -> None:
        self.stream = wire.jetstream(client, LIMIT_S)

    # What is done.

    async def create(self, actor: str, job: str, policy: int = signals.CRASH_POLICY_SLEEP) -> None:
        create = signals.Create(name="demo", crash_policy=policy, input=f"{job}\n".encode())
        await self.signal(actor, "create", create)

    async def wake(self, actor: str, patience_ms: int | None = None) -> None:
        await self.signal(actor, "wake", signals.Wake.FromString(wire.wake_that_waits(patience_ms)))

    async def signal(self, actor: str, verb: str, message: Message | None = None) -> None:
        """Publishes and asks for the answer; an empty message when none is given."""
        self.asked += 1
        subject = wire.actor_signal(POOL, actor, verb)
        headers = {wire.REPLY_HEADER: f"{wire.REPLY_PREFIX}.demo.{self.asked}"}
        payload = message.SerializeToString() if message else b""
        publishing = self.stream.publish(subject, payload, headers=headers)
        ack = await self.meanwhile(f"the broker to take {subject}", publishing)
        self.acked(subject, ack.seq)

    async def bare(self, actor: str, verb: str) -> None:
        """An empty message, typed on a TCP connection."""
        subject = wire.actor_signal(POOL, actor, verb)
        typing = asyncio.to_thread(bare_tcp.publish, self.parts.server, subject)
        ack = json.loads(await self.meanwhile(f"the broker to take {subject}", typing))
        if "error" in ack:
            raise StoryEnded(f"the broker refused {subject}: {ack['error']}")
        self.acked(subject, ack["seq"])

    def acked(self, subject: str, sequence: int) -> None:
        self.timeline.take({"t": "acked", "at": wire.now_ms(), "seq": sequence, "subject": subject})

    async def start_worker(self, what: str) -> None:
        before = wire.now_ms()
        await self.parts.worker()
        self.started(WORKER, what, before)

    async def new_runner(self, name: str, slots: int, version: int) -> None:
        before = wire.now_ms()
        await self.parts.runner(name, slots, version)
        self.started(name, f"roost runner, {slots} slots, version {version}", before)
        ending = f".{name}.welcome"
        await self.until(f"{name} to be welcome", lambda: any(ends(line, ending) for line in self.timeline.lines))

    def started(self, name: str, what: str, at: int) -> None:
        """`at` is before its first instruction: what it does comes after."""
        self.timeline.note(name, "started", f"{what}, process {self.parts.pid(name)}", at=at)

    # What is waited for.

    def mark(self) -> int:
        return len(self.timeline.lines)

    async def event(self, kind: str, actor: str, since: int = 0, generation: int = 0) -> None:
        """Waits for an event of this generation or a later one that was seen after the first `since` lines."""

        def is_there() -> bool:
            found = self.timeline.events(kind, actor, since)
            return any(line["body"].get("generation", 0) >= generation for line in found)

        await self.until(f"{actor} to be {kind}", is_there)

    async def meanwhile(self, what: str, work: Coroutine[Any, Any, Result]) -> Result:
        """Does something that may hang, and gives up when it cannot end any more."""
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: self.timeline.changed.set())
        try:
            await self.until(what, task.done)
            return task.result()
        except (OSError, nats.errors.Error) as error:
            # A broker that is being stopped refuses before its process has ended, which says more.
            await self.until(f"{what}: {error!r}", self.trouble, REFUSAL_LIMIT_S)
            raise StoryEnded(f"waited for {what}, but {self.trouble()}") from error
        finally:
            task.cancel()

    async def until(self, what: str, condition: Callable[[], object], limit_s: float = LIMIT_S) -> None:
        clock = asyncio.get_running_loop()
        deadline = clock.time() + limit_s
        while True:
            self.timeline.changed.clear()
            if condition():
                return
            if trouble := self.trouble():
                raise StoryEnded(f"waited for {what}, but {trouble}")
            if clock.time() > deadline:
                raise StoryEnded(f"waited {limit_s:.0f} s for {what}")
            change = asyncio.ensure_future(self.timeline.changed.wait())
            try:
                # Not wait_for: of a change and an interrupt that come together it forgets the interrupt.
                await asyncio.wait({change}, timeout=LOOK_EVERY_S)
            finally:
                change.cancel()

    def trouble(self) -> str:
        """Why nothing good can come any more: a part has ended, or an actor failed that should not."""
        if ended := self.parts.ended():
            return ended
        for line in self.timeline.lines:
            body = line.get("body") or {}
            if line["t"] == "event" and body.get("actor_id") not in self.frail and is_bad_end(line):
                return f"{body['actor_id']} was {body['kind']}: {body.get('message') or body.get('reason')}"
        return ""


def is_bad_end(event: Line) -> bool:
    """Nobody in this story is lost, fails (but for the frail), or ends of its own accord."""
    reason = event["body"].get("reason")
    fails, completes = ends(event, ".stopped") and reason == "error", ends(event, ".destroyed") and reason != "asked"
    return fails or completes or ends(event, ".lost")


def ends(line: Line, ending: str) -> bool:
    return str(line.get("subject", "")).endswith(ending)
