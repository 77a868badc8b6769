"""A test double of the worker, just enough to try the runner, the load and the checker without one: one pool, no
journal, no time-outs. Everything it decides is lost when it ends. --lose N drops every Nth wake, for the checker to find.
"""

import argparse
import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import wire
from nats.js.api import ConsumerConfig, DeliverPolicy
from wire import commands, events, runners


@dataclass
class FakeActor:
    state: str = "sleeping"
    generation: int = 0
    cause: int = 0
    runner: str = ""
    replies: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class FakeRunner:
    session: str
    slots: int
    last_event: int = 0
    last_command: int = 0
    actors: set[str] = field(default_factory=set)


class FakeWorker:
    def __init__(self, client: wire.Client, pool: str, lose: int = 0) -> None:
        self.client, self.pool, self.lose = client, pool, lose
        self.dotted = pool.replace("/", ".")
        self.actors: dict[str, FakeActor] = {}
        self.runners: dict[str, FakeRunner] = {}
        self.queue: deque[str] = deque()
        self.record = self.wakes = 0

    async def start(self) -> None:
        stream = wire.jetstream(self.client)
        await stream.add_stream(name=wire.SIGNAL_STREAM, subjects=["roost.signal.>"])
        await self.client.subscribe(f"roost.ping.{self.dotted}.*", cb=self.on_ping)
        await stream.subscribe(
            "roost.signal.>",
            cb=self.on_signal,
            ordered_consumer=True,
            config=ConsumerConfig(deliver_policy=DeliverPolicy.ALL),
        )

    async def on_ping(self, message: Any) -> None:
        ping, runner = runners.Ping.FromString(message.data), self.runners.get(message.subject.rsplit(".", 1)[1])
        known = runner is not None and runner.session == ping.session
        status = runners.PONG_STATUS_KNOWN if known else runners.PONG_STATUS_UNKNOWN
        await message.respond(runners.Pong(ts=ping.ts, lost_threshold_ms=15_000, status=status).SerializeToString())

    async def on_signal(self, message: Any) -> None:
        *_, kind, name, verb = message.subject.split(".")
        self.record += 1
        seq = message.metadata.sequence.stream
        if kind == "runner":
            await self.on_runner(name, verb, message.data, seq)
        elif verb == "create":
            self.actors.setdefault(name, FakeActor())
            await self.tell(name, "created", seq)
            if reply := (message.headers or {}).get(wire.REPLY_HEADER):
                await self.answer(reply, seq, name, events.OUTCOME_ACCEPTED, final=True)
        elif verb == "wake":
            self.wakes += 1
            if not (self.lose and self.wakes % self.lose == 0):
                await self.wake(name, seq, (message.headers or {}).get(wire.REPLY_HEADER))

    async def wake(self, name: str, seq: int, reply: str | None) -> None:
        actor = self.actors[name]
        if reply:
            await self.answer(reply, seq, name, events.OUTCOME_ACCEPTED)
            actor.replies.append((reply, seq))
        if actor.state == "running":
            await self.settle(name, events.OUTCOME_IGNORED)
        elif actor.state == "stopping":
            actor.cause = actor.cause or seq
        elif actor.state == "sleeping":
            actor.cause, actor.state = seq, "pending"
            self.queue.append(name)
            if not await self.serve():
                await self.tell(name, "pending", seq)

    async def serve(self) -> bool:
        """Places the head of the queue while it can; False when somebody still waits."""
        while self.queue:
            free = [name for name, runner in self.runners.items() if len(runner.actors) < runner.slots]
            if not free:
                return False
            name = self.queue.popleft()
            actor, runner = self.actors[name], self.runners[free[0]]
            actor.state, actor.runner, actor.generation = "starting", free[0], actor.generation + 1
            runner.actors.add(name)
            cause, actor.cause = actor.cause, 0
            await self.command(name, "start", cause, commands.CommandStartActor(config={"name": "actor"}))
        return True

    async def on_runner(self, name: str, verb: str, payload: bytes, seq: int) -> None:
        if verb == "init":
            init = runners.RunnerInit.FromString(payload)
            if name not in self.runners or self.runners[name].session != init.session:
                self.runners[name] = FakeRunner(init.session, init.total_slots)
            last = self.runners[name].last_event
            welcome = commands.RunnerWelcome(last_event_index=last, ping_interval_ms=3000, session=init.session)
            await self.client.publish(f"roost.command.{self.dotted}.{name}.welcome", welcome.SerializeToString())
        elif verb == "events":
            report, runner = runners.RunnerEvents.FromString(payload), self.runners[name]
            for event in report.events:
                if event.index == runner.last_event + 1:
                    runner.last_event = event.index
                    await self.on_event(event, seq)
            ack = commands.AckEvents(last_event_index=runner.last_event, session=runner.session)
            await self.client.publish(f"roost.command.{self.dotted}.{name}.ack", ack.SerializeToString())
        await self.serve()

    async def on_event(self, event: runners.RunnerEvent, seq: int) -> None:
        actor, kind = self.actors[event.actor_id], event.WhichOneof("event")
        if event.generation != actor.generation:
            return
        if kind == "running":
            actor.state = "running"
            await self.tell(event.actor_id, "ready", seq)
            await self.settle(event.actor_id, events.OUTCOME_READY)
        elif kind == "sleep_intent":
            actor.state = "stopping"
            stop = commands.CommandStopActor(reason=commands.STOP_REASON_SLEEP)
            await self.command(event.actor_id, "stop", seq, stop)
            await self.tell(event.actor_id, "sleep_intent", seq)
        elif kind == "stopped":
            self.runners[actor.runner].actors.discard(event.actor_id)
            await self.tell(event.actor_id, "stopped", seq)
            actor.state = "pending" if actor.cause else "sleeping"
            if actor.cause:
                self.queue.append(event.actor_id)
            else:
                await self.tell(event.actor_id, "sleeping", seq)

    async def command(self, name: str, verb: str, cause: int, command: Any) -> None:
        actor = self.actors[name]
        runner = self.runners[actor.runner]
        runner.last_command += 1
        command.index, command.session = runner.last_command, runner.session
        command.actor_id, command.generation = name, actor.generation
        command.journal_sequence, command.cause_sequence = self.record, cause
        await self.client.publish(f"roost.command.{self.dotted}.{actor.runner}.{verb}", command.SerializeToString())

    async def tell(self, name: str, kind: str, seq: int) -> None:
        event = events.ActorEvent(actor_id=name, generation=self.actors[name].generation, kind=kind, ts=wire.now_ms())
        event.journal_sequence, event.cause_sequence = self.record, seq
        await self.client.publish(f"roost.event.{self.dotted}.{name}.{kind}", event.SerializeToString())

    async def settle(self, name: str, outcome: int) -> None:
        for reply, seq in self.actors[name].replies:
            await self.answer(reply, seq, name, outcome, final=True)
        self.actors[name].replies.clear()

    async def answer(self, reply: str, seq: int, name: str, outcome: int, final: bool = False) -> None:
        generation = self.actors[name].generation
        answer = events.SignalOutcome(outcome=outcome, final=final, actor_id=name, signal_sequence=seq, generation=generation)
        await self.client.publish(reply, answer.SerializeToString())


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--server", required=True)
    options.add_argument("--pool", required=True)
    options.add_argument("--lose", type=int, default=0)
    chosen = options.parse_args()
    worker = FakeWorker(await wire.connect(chosen.server, "fake worker"), chosen.pool, chosen.lose)
    await worker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
