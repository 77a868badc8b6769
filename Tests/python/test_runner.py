"""The Python runner against a scripted worker on a real broker: each rule of the runner's side that it follows."""

import asyncio
import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any

import wire
from behaviour import Behaviour
from processes import Children, until
from runner_side import Runner, Superseded
from wire import commands, runners

POOL = "default/gpu"
SERVER = shutil.which("nats-server") or "/usr/sbin/nats-server"
LIMIT_S = 5.0


class ScriptedWorker:
    """Sees what runner r1 says and sends it whatever a test wants."""

    def __init__(self, client: wire.Client) -> None:
        self.client = client
        self.said: list[tuple[str, Any]] = []
        self.status = runners.PONG_STATUS_KNOWN

    async def start(self) -> None:
        await wire.jetstream(self.client).add_stream(name=wire.SIGNAL_STREAM, subjects=["roost.signal.>"])
        await self.client.subscribe("roost.signal.default.gpu.runner.r1.*", cb=self._on_signal)
        await self.client.subscribe("roost.ping.default.gpu.r1", cb=self._on_ping)
        await self.client.flush()

    async def _on_signal(self, message: Any) -> None:
        verb = message.subject.rsplit(".", 1)[1]
        self.said.append((verb, wire.RUNNER_SIGNALS[verb].FromString(message.data)))

    async def _on_ping(self, message: Any) -> None:
        ping = runners.Ping.FromString(message.data)
        self.said.append(("ping", ping))
        await message.respond(runners.Pong(ts=ping.ts, status=self.status, reason="lost").SerializeToString())

    def all(self, verb: str) -> list[Any]:
        return [message for what, message in self.said if what == verb]

    def events(self) -> list[tuple[int, str, int, str]]:
        """(index, actor, generation, kind) of everything reported, in order, repeats included."""
        reported = [event for report in self.all("events") for event in report.events]
        return [(event.index, event.actor_id, event.generation, event.WhichOneof("event")) for event in reported]

    async def send(self, verb: str, session: str, **fields: Any) -> None:
        command = wire.COMMANDS[verb](session=session, **fields)
        await self.client.publish(f"roost.command.default.gpu.r1.{verb}", command.SerializeToString())
        await self.client.flush()


class RunnerCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="roost-runner-"))
        self.children = Children(folder)
        server = await self.children.broker(SERVER)
        self.worker = ScriptedWorker(await wire.connect(server, "scripted worker"))
        self.client = await wire.connect(server, "runner")
        self.seen: list[dict[str, Any]] = []
        await self.worker.start()

        async def clean_up() -> None:
            await self.runner.close()
            await self.client.close()
            await self.worker.client.close()
            await self.children.stop_all()
            shutil.rmtree(folder)

        self.addAsyncCleanup(clean_up)

    async def announced(self, slots: int = 4, behaviour: Behaviour = Behaviour()) -> str:
        """Starts the runner and welcomes it; its session."""
        self.runner = Runner(self.client, POOL, "r1", slots, behaviour=behaviour, sink=self.seen.append)
        await self.runner.start()
        await self.until(lambda: self.worker.all("init"))
        session = self.worker.all("init")[0].session
        await self.worker.send("welcome", session, ping_interval_ms=3_000)
        return session

    async def begin(self, session: str, index: int, actor: str, generation: int = 1) -> None:
        await self.worker.send("start", session, index=index, actor_id=actor, generation=generation)

    async def until(self, condition: Any) -> None:
        await until(lambda: bool(condition()), f"never happened; said: {self.worker.said}", LIMIT_S)

    def ignored(self) -> list[str]:
        return [line["why"] for line in self.seen if line["saw"] == "ignored"]


class RunnersSide(RunnerCase):
    async def test_it_announces_a_session_with_its_slots_and_takes_starts(self) -> None:
        session = await self.announced(slots=4)
        init = self.worker.all("init")[0]
        self.assertEqual((init.total_slots, init.version, init.last_command_index), (4, 1, 0))
        await self.begin(session, 1, "a1")
        await self.until(lambda: self.worker.events() == [(1, "a1", 1, "running")])

    async def test_it_takes_exactly_the_next_index_and_acknowledges_what_it_has(self) -> None:
        session = await self.announced()
        await self.begin(session, 2, "a2")
        await self.until(lambda: self.ignored() == ["index"])
        await self.begin(session, 1, "a1")
        await self.begin(session, 1, "a1")
        await self.begin(session, 2, "a2")
        await self.until(lambda: len(self.worker.events()) == 2)
        self.assertEqual([event[:2] for event in self.worker.events()], [(1, "a1"), (2, "a2")])
        await self.until(lambda: any(ping.last_command_index == 2 for ping in self.worker.all("ping")))

    async def test_it_acknowledges_at_once_after_64_commands(self) -> None:
        session = await self.announced(slots=100, behaviour=Behaviour("silent"))
        for index in range(1, 65):
            await self.begin(session, index, f"a{index}")
        await self.until(lambda: any(ping.last_command_index == 64 for ping in self.worker.all("ping")))

    async def test_it_ignores_another_sessions_commands(self) -> None:
        await self.announced()
        await self.begin("somebody", 1, "a1")
        await self.until(lambda: self.ignored() == ["another session"])
        self.assertEqual(self.runner.last_command, 0)

    async def test_a_full_runner_answers_no_slot(self) -> None:
        session = await self.announced(slots=1)
        await self.begin(session, 1, "a1")
        await self.begin(session, 2, "a2")
        await self.until(lambda: len(self.worker.events()) == 2)
        stopped = self.worker.all("events")[-1].events[-1].stopped
        self.assertEqual((stopped.code, stopped.message), (runners.STOP_CODE_ERROR, "no_slot"))

    async def test_an_older_generation_is_ignored_and_an_older_copy_ends_before_a_newer_start(self) -> None:
        session = await self.announced()
        await self.begin(session, 1, "a1", generation=2)
        await self.begin(session, 2, "a1", generation=1)
        await self.begin(session, 3, "a1", generation=3)
        await self.until(lambda: len(self.worker.events()) == 3)
        kinds = [event[2:] for event in self.worker.events()]
        self.assertEqual(kinds, [(2, "running"), (2, "stopped"), (3, "running")])
        self.assertEqual(self.ignored(), ["older generation"])

    async def test_a_stop_ends_the_actor_with_ok(self) -> None:
        session = await self.announced()
        await self.begin(session, 1, "a1")
        await self.worker.send("stop", session, index=2, actor_id="a1", generation=1, reason=commands.STOP_REASON_SLEEP)
        await self.until(lambda: len(self.worker.events()) == 2)
        self.assertEqual(self.worker.all("events")[-1].events[-1].stopped.code, runners.STOP_CODE_OK)
        self.assertEqual(self.runner.actors, {})

    async def test_a_welcome_has_it_send_again_from_the_index_it_names(self) -> None:
        session = await self.announced()
        for index in (1, 2, 3):
            await self.begin(session, index, f"a{index}")
        await self.until(lambda: len(self.worker.events()) == 3)
        await self.worker.send("welcome", session, last_event_index=1, ping_interval_ms=3_000)
        await self.until(lambda: len(self.worker.events()) == 5)
        self.assertEqual([event[0] for event in self.worker.events()], [1, 2, 3, 2, 3])

    async def test_acknowledged_events_are_not_sent_again(self) -> None:
        session = await self.announced()
        await self.begin(session, 1, "a1")
        await self.until(lambda: len(self.worker.events()) == 1)
        await self.worker.send("ack", session, last_event_index=1)
        await self.worker.send("welcome", session, last_event_index=0, ping_interval_ms=3_000)
        await self.begin(session, 2, "a2")
        await self.until(lambda: len(self.worker.events()) == 2)
        self.assertEqual([event[0] for event in self.worker.events()], [1, 2])

    async def test_closed_for_any_reason_it_stops_its_actors_and_takes_a_new_session(self) -> None:
        session = await self.announced()
        await self.begin(session, 1, "a1")
        await self.until(lambda: self.runner.actors)
        await self.worker.send("close", session, reason="lost")
        await self.until(lambda: len(self.worker.all("init")) == 2)
        again = self.worker.all("init")[1]
        self.assertNotEqual(again.session, session)
        self.assertEqual((again.last_command_index, self.runner.actors), (0, {}))
        await self.begin(again.session, 1, "a1", generation=2)
        await self.until(lambda: self.worker.events()[-1] == (1, "a1", 2, "running"))

    async def test_superseded_it_ends_with_an_error_that_names_it(self) -> None:
        session = await self.announced()
        await self.worker.send("close", session, reason="superseded")
        with self.assertRaisesRegex(Superseded, "r1"):
            await asyncio.wait_for(self.runner.ended, LIMIT_S)

    async def test_a_pong_that_does_not_know_it_makes_it_announce_the_same_session_again(self) -> None:
        session = await self.announced()
        self.worker.status = runners.PONG_STATUS_UNKNOWN
        await self.begin(session, 1, "a1")
        await self.until(lambda: len(self.worker.all("init")) > 1)
        again = self.worker.all("init")[1]
        self.assertEqual((again.session, again.last_command_index), (session, 1))

    async def test_without_pongs_for_stop_after_it_stops_its_actors(self) -> None:
        session = await self.announced()
        await self.worker.send("welcome", session, ping_interval_ms=50, stop_after_ms=200)
        self.worker.status = runners.PONG_STATUS_UNSPECIFIED
        await self.begin(session, 1, "a1")
        await self.until(lambda: (2, "a1", 1, "stopped") in self.worker.events())


if __name__ == "__main__":
    unittest.main()
