"""The runner's side of the lifecycle: sessions, pings, commands in and events out. runner.py is the program."""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nats.errors
import wire
from behaviour import Behaviour
from outbox import Outbox
from wire import runners

# The runner's rules of the lifecycle: when commands are acknowledged ahead of the next ping.
ACK_AFTER_COMMANDS = 64
ACK_AFTER_S = 0.25
PUBACK_TIMEOUT_S = 5.0
RETRY_PAUSE_S = 0.1

Sink = Callable[[dict[str, Any]], None]


class Superseded(Exception):
    """Another process announced itself with this runner's id."""


@dataclass
class Actor:
    id: str
    generation: int
    reported: bool = False
    timer: asyncio.TimerHandle | None = None


class Runner:
    """One runner process: sessions one after the other, actors in slots, commands in and events out."""

    def __init__(
        self,
        client: wire.Client,
        pool: str,
        runner_id: str,
        slots: int,
        version: int = 1,
        behaviour: Behaviour = Behaviour(),
        sink: Sink = lambda line: None,
    ) -> None:
        self.client = client
        self.stream = wire.jetstream(client, PUBACK_TIMEOUT_S)
        self.pool, self.id, self.slots, self.version, self.behaviour = pool, runner_id, slots, version, behaviour
        self.sink = sink
        self.actors: dict[str, Actor] = {}
        self.session = ""
        self.ping_interval_s = 3.0
        self.stop_after_ms = 0
        self.last_command = 0
        self.outbox = Outbox()
        self._dotted = pool.replace("/", ".")
        self._newest: dict[str, int] = {}
        self._unacknowledged = 0
        self._ack_timer: asyncio.TimerHandle | None = None
        self._ping_now = asyncio.Event()
        self._announce_now = asyncio.Event()
        self._last_pong = time.monotonic()
        self._tasks: list[asyncio.Task[None]] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # MARK: sessions

    async def start(self) -> None:
        """Subscribes, and only then announces the first session."""
        self._pongs = self.client.new_inbox()
        await self.client.subscribe(f"roost.command.{self._dotted}.{self.id}.*", cb=self._on_command)
        await self.client.subscribe(self._pongs, cb=self._on_pong)
        await self.client.flush()
        self._open_session()
        for work in (self._announcing, self._pinging, self._reporting):
            self._tasks.append(asyncio.create_task(work()))
            self._tasks[-1].add_done_callback(self._on_task_end)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for actor in list(self.actors.values()):
            self._forget(actor)

    def _on_task_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() and not self.ended.done():
            self.ended.set_exception(task.exception())

    def _open_session(self) -> None:
        self.session = uuid.uuid4().hex[:16]
        self.last_command = self._unacknowledged = 0
        self.outbox.reset()
        self._last_pong = time.monotonic()
        self._announce_now.set()

    def _close_session(self, reason: str) -> None:
        self.see("closed", reason=reason)
        for actor in list(self.actors.values()):
            self._forget(actor)
        if reason == "superseded":
            if not self.ended.done():
                self.ended.set_exception(Superseded(f"runner {self.id}: another process has this id"))
            return
        self._open_session()

    async def _announcing(self) -> None:
        while True:
            await self._announce_now.wait()
            self._announce_now.clear()
            init = runners.RunnerInit(
                session=self.session,
                version=self.version,
                total_slots=self.slots,
                last_command_index=self.last_command,
                protocol=1,
                metadata={"language": "python"},
            )
            if await self._publish("init", init):
                self.see("announced", slots=self.slots, version=self.version)
            else:
                self._announce_now.set()

    async def stopping(self) -> None:
        """Tells the pool that this runner is about to end: no new starts, its actors go away."""
        await self._publish("stopping", runners.RunnerStopping(session=self.session, last_command_index=self.last_command))

    async def _publish(self, verb: str, message: wire.Message) -> bool:
        """True once the broker acknowledged; False after a pause that keeps a retry from spinning."""
        try:
            await self.stream.publish(wire.runner_signal(self.pool, self.id, verb), message.SerializeToString())
            return True
        except (nats.errors.Error, asyncio.TimeoutError) as error:
            self.see("unpublished", verb=verb, error=repr(error))
            await asyncio.sleep(RETRY_PAUSE_S)
            return False

    # MARK: pings

    async def _pinging(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self._ping_now.wait(), self.ping_interval_s)
            except asyncio.TimeoutError:
                pass
            self._ping_now.clear()
            self._unacknowledged = 0
            silence_s = time.monotonic() - self._last_pong
            if self.stop_after_ms and silence_s * 1000 >= self.stop_after_ms and self.actors:
                self.see("stop_after", silence_ms=round(silence_s * 1000))
                for actor in list(self.actors.values()):
                    self.end(actor, "stop_after")
            if self.outbox.is_overdue(pongs_come=silence_s < 2 * self.ping_interval_s):
                self.outbox.rewind()
            if self.client.is_connected:
                ping = runners.Ping(ts=wire.now_ms(), session=self.session, last_command_index=self.last_command)
                await self.client.publish(f"roost.ping.{self._dotted}.{self.id}", ping.SerializeToString(), self._pongs)

    async def _on_pong(self, message: Any) -> None:
        pong = runners.Pong.FromString(message.data)
        # Without a worker the broker answers itself, with an empty payload.
        if pong.status == runners.PONG_STATUS_UNSPECIFIED:
            return
        self._last_pong = time.monotonic()
        self.stop_after_ms = pong.stop_after_ms
        if pong.status == runners.PONG_STATUS_UNKNOWN:
            self.see("unknown")
            self._announce_now.set()
        elif pong.status == runners.PONG_STATUS_CLOSED:
            self._close_session(pong.reason)

    def _acknowledge_soon(self) -> None:
        self._unacknowledged += 1
        if self._unacknowledged >= ACK_AFTER_COMMANDS:
            self._ping_now.set()
        elif self._ack_timer is None or self._ack_timer.when() <= asyncio.get_running_loop().time():
            self._ack_timer = asyncio.get_running_loop().call_later(ACK_AFTER_S, self._ping_now.set)

    # MARK: commands

    async def _on_command(self, message: Any) -> None:
        verb = message.subject.rsplit(".", 1)[1]
        command = wire.COMMANDS[verb].FromString(message.data)
        self.see(verb, **wire.plain(command))
        if command.session != self.session:
            self.see("ignored", why="another session", verb=verb)
        elif verb == "welcome":
            self.ping_interval_s = command.ping_interval_ms / 1000 or self.ping_interval_s
            self.stop_after_ms = command.stop_after_ms
            self.outbox.acknowledge(command.last_event_index)
            self.outbox.rewind()
        elif verb == "ack":
            self.outbox.acknowledge(command.last_event_index)
        elif verb == "close":
            self._close_session(command.reason)
        else:
            self._acknowledge_soon()
            if command.index != self.last_command + 1:
                self.see("ignored", why="index", index=command.index, last=self.last_command)
                return
            self.last_command = command.index
            self._take_start(command) if verb == "start" else self._take_stop(command)

    def _take_start(self, command: Any) -> None:
        newest = self._newest.get(command.actor_id, 0)
        if command.generation <= newest:
            self.see("ignored", why="older generation", actor_id=command.actor_id, generation=command.generation)
            return
        self._newest[command.actor_id] = command.generation
        if older := self.actors.get(command.actor_id):
            self.end(older, "superseded by a newer generation")
        actor = Actor(command.actor_id, command.generation)
        if len(self.actors) >= self.slots:
            self._report(actor, stopped=runners.ActorStopped(code=runners.STOP_CODE_ERROR, message="no_slot"))
            return
        self.actors[actor.id] = actor
        self._behave(actor)

    def _take_stop(self, command: Any) -> None:
        actor = self.actors.get(command.actor_id)
        if actor is None or actor.generation != command.generation or self.behaviour.kind == "deaf":
            return
        if self.behaviour.kind == "silent":
            self._forget(actor)
            return
        self.end(actor)

    # MARK: actors

    def _behave(self, actor: Actor) -> None:
        kind = self.behaviour.kind
        if kind == "silent":
            return
        if kind == "crash":
            self.end(actor, "crashed at once")
            return
        self._report(actor, running=runners.ActorRunning())
        ends = {
            "sleep-after": lambda: self.want(actor, "sleep_intent"),
            "crash-after": lambda: self.end(actor, "crashed"),
            "complete-after": lambda: self.end(actor),
        }
        if kind in ends:
            actor.timer = asyncio.get_running_loop().call_later(self.behaviour.after_ms / 1000, ends[kind])

    def want(self, actor: Actor, intent: str) -> None:
        """Reports sleep_intent or stop_intent."""
        kinds = {"sleep_intent": runners.SleepIntent, "stop_intent": runners.StopIntent}
        self._report(actor, **{intent: kinds[intent]()})

    def set_alarm(self, actor: Actor, alarm_ts: int | None) -> None:
        self._report(actor, set_alarm=runners.SetAlarm(alarm_ts=alarm_ts))

    def end(self, actor: Actor, error: str | None = None) -> None:
        """Ends an actor: stopped(OK), or stopped(ERROR) with a message."""
        self._forget(actor)
        code = runners.STOP_CODE_OK if error is None else runners.STOP_CODE_ERROR
        self._report(actor, stopped=runners.ActorStopped(code=code, message=error))

    def _forget(self, actor: Actor) -> None:
        if actor.timer:
            actor.timer.cancel()
        if self.actors.get(actor.id) is actor:
            del self.actors[actor.id]

    # MARK: events

    def _report(self, actor: Actor, **event: Any) -> None:
        added = self.outbox.add(runners.RunnerEvent(actor_id=actor.id, generation=actor.generation, **event))
        self.see("reported", **wire.plain(added))

    async def _reporting(self) -> None:
        while True:
            batch, epoch = await self.outbox.next_batch()
            if await self._publish("events", runners.RunnerEvents(events=batch, session=self.session)):
                self.outbox.sent(batch[-1].index, epoch)

    def see(self, what: str, **facts: Any) -> None:
        self.sink({"at": wire.now_ms(), "runner": self.id, "in": self.session, "saw": what, **facts})
