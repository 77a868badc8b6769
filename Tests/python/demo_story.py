"""The recording of a demo that went well, written by hand, for the tests of its verdict."""

from recording import Line
from story import POOL, Story

HOLDERS = ["a01", "a02", "a03", "a04"]
NAPPERS = ["a05", "a06", "a07", "a08", "a09", "a10", "a11"]
PATIENCE_MS, BACKOFF_MS, ALARM_MS = 2_000, 1_600, 4_000


class DemoStory(Story):
    def __init__(self) -> None:
        super().__init__()
        self.tickets = 0
        self.join("r1", 4, 2)
        self.twelve_on_four_slots()
        self.bare_publishes()
        self.patience_and_destroy()
        self.crash_and_alarm()
        self.queue_and_kill()
        self.allocate_and_rescue()

    # The acts.

    def twelve_on_four_slots(self) -> None:
        for actor in HOLDERS:
            self.place(actor, 1, self.create(actor))
        for actor in [*NAPPERS, "a12"]:
            self.event(actor, "sleeping", 0, self.create(actor))

    def bare_publishes(self) -> None:
        self.sleep("a01", 1)
        self.place("a01", 2, self.wake("a01"))

    def patience_and_destroy(self) -> None:
        reply = "roost.reply.demo.1"
        impatient = self.wake("a05", PATIENCE_MS, reply)
        began = self.now
        self.pend("a05", 0, impatient)
        self.pend("a12", 0, self.wake("a12", 600_000))
        self.event("a12", "destroyed", 0, self.to_actor("a12", "destroy"))
        self.now = began + PATIENCE_MS
        self.signal(f"roost.signal.{POOL}.pool.tick")
        self.event("a05", "pending_timeout", 0, 0, message=str(PATIENCE_MS))
        self.event("a05", "sleeping", 0, 0)
        self.outcome(reply, impatient, "TIMED_OUT", final=True, actor_id="a05")

    def crash_and_alarm(self) -> None:
        self.sleep("a01", 2)
        self.sleep("a02", 1)
        create = self.signal(f"roost.signal.{POOL}.actor.crasher.create", {"crash_policy": "CRASH_POLICY_RESTART"})
        self.event("crasher", "created", 0, create)
        self.start("crasher", 1, create)
        self.as_one_record(self.end_with("crasher", 1, "error"), self.start("crasher", 2, self.seq))
        self.end_with("crasher", 2, "error")
        wait = self.event("crasher", "backoff", 2, self.seq, message=str(BACKOFF_MS))
        self.place("dreamer", 1, self.create("dreamer"))
        alarm = {"actor_id": "dreamer", "generation": 1, "set_alarm": {"alarm_ts": self.now + ALARM_MS}}
        self.signal(f"roost.signal.{POOL}.runner.r1.events", {"events": [alarm]})
        self.fall_asleep("dreamer", 1)
        self.end_with("dreamer", 1, "ok")
        self.event("dreamer", "sleeping", 1, self.seq)
        self.now = wait["body"]["ts"] + BACKOFF_MS
        self.place("crasher", 3, 0)
        self.now = alarm["set_alarm"]["alarm_ts"]
        self.place("dreamer", 2, 0)

    def queue_and_kill(self) -> None:
        for actor in NAPPERS:
            self.pend(actor, 0, self.wake(actor, 600_000))
        self.note("worker", "killed", code=-9)
        asked = {actor: self.to_actor(actor, "sleep") for actor in HOLDERS[2:]}
        self.note("worker", "started")
        waiting = list(NAPPERS)
        running = [(actor, 1, asked[actor]) for actor in HOLDERS[2:]]
        while running:
            actor, generation, cause = running.pop(0)
            self.stop(actor, generation, cause or self.report(actor))
            stopped = self.end_with(actor, generation, "ok")
            if waiting:
                following = waiting.pop(0)
                self.as_one_record(stopped, self.place(following, 1, self.wake_of(following)))
                running.append((following, 1, 0))
            self.event(actor, "sleeping", generation, self.seq)

    def allocate_and_rescue(self) -> None:
        self.place("a01", 3, self.wake("a01", 600_000))
        self.place("a02", 2, self.wake("a02", 600_000))
        self.pend("a03", 1, self.wake("a03", 600_000))
        self.pend("a04", 1, self.wake("a04", 600_000))
        self.join("r0", 1, 1)
        reply = "roost.reply.demo.2"
        allocate = self.to_actor("a04", "allocate", {"runner_id": "r0"}, reply)
        self.place("a04", 2, self.wake_of("a04"), "r0")
        self.outcome(reply, allocate, "ACCEPTED", final=True, actor_id="a04", runner_id="r0", generation=2)
        self.join("r2", 1, 2)
        self.place("a03", 2, self.wake_of("a03"), "r2")

    # What they are made of.

    def join(self, runner: str, slots: int, version: int) -> None:
        body = {"session": f"s-{runner}", "total_slots": slots, "version": version}
        self.signal(f"roost.signal.{POOL}.runner.{runner}.init", body)

    def to_actor(self, actor: str, verb: str, body: dict[str, object] | None = None, reply: str = "") -> int:
        seq = self.signal(f"roost.signal.{POOL}.actor.{actor}.{verb}", body, reply)
        self.lines.append({"t": "acked", "seq": seq, "subject": self.lines[-1]["subject"]})
        return seq

    def wake_of(self, actor: str) -> int:
        """The last wake of an actor."""
        ending = f".{actor}.wake"
        return int(
            [line["seq"] for line in self.lines if line["t"] == "signal" and line["subject"].endswith(ending)][-1]
        )

    def place(self, actor: str, generation: int, cause: int, runner: str = "r1") -> Line:
        """Started and ready; gives back the start."""
        start = self.start(actor, generation, cause, f"s-{runner}", runner)
        self.event(actor, "ready", generation, cause or self.report(actor), runner_id=runner)
        return start

    def start(self, actor: str, generation: int, cause: int, session: str = "s-r1", runner: str = "r1") -> Line:
        return super().start(actor, generation, cause, session, runner)

    def stop(self, actor: str, generation: int, cause: int, reason: str = "SLEEP", session: str = "s-r1") -> Line:
        return super().stop(actor, generation, cause, reason, session)

    def sleep(self, actor: str, generation: int) -> None:
        self.stop(actor, generation, self.to_actor(actor, "sleep"))
        self.end_with(actor, generation, "ok")
        self.event(actor, "sleeping", generation, self.seq)

    def end_with(self, actor: str, generation: int, reason: str) -> Line:
        return self.event(actor, "stopped", generation, self.report(actor), reason=reason, runner_id="r1")

    def pend(self, actor: str, generation: int, cause: int) -> None:
        self.tickets += 1
        self.event(actor, "pending", generation, cause, ticket=self.tickets, reason="newest_full")

    def note(self, who: str, what: str, **facts: object) -> None:
        self.now += 1
        self.lines.append({"t": "note", "at": self.now, "who": who, "note": what, "why": "", **facts})

    @staticmethod
    def as_one_record(first: Line, second: Line) -> None:
        second["body"]["journal_sequence"] = first["body"]["journal_sequence"]
