"""The story of the demo: what is done to the actors, act by act. Every wait is for something that was seen."""

import wire
from parts import BROKER, POOL, WORKER
from recording import Recorder
from stage import Stage
from wire import signals

SLOTS = 4
OLD, NEW = 1, 2
HOLDERS = [f"a{number:02}" for number in range(1, SLOTS + 1)]
NAPPERS = [f"a{number:02}" for number in range(SLOTS + 1, 13)]
IMPATIENT, QUEUED, DOOMED = NAPPERS[0], NAPPERS[1:-1], NAPPERS[-1]
CRASHER, DREAMER = "crasher", "dreamer"
PATIENCE_MS = 2_000
JOBS = {"hold": "stay", "nap": "nap 0.4", IMPATIENT: "stay", CRASHER: "crash 2", DREAMER: "alarm 4s"}


class Story(Stage):
    async def tell(self, client: wire.Client, recorder: Recorder) -> None:
        self.connected(client)
        self.frail = {CRASHER}
        await self.begin(recorder)
        await self.twelve_on_four_slots()
        await self.bare_publishes()
        await self.patience_and_destroy()
        await self.crash_and_alarm()
        await self.worker_dies()
        await self.queue_drains()
        await self.rescue_and_allocate()
        await self.why()

    async def begin(self, recorder: Recorder) -> None:
        title = "A broker, a worker, and a runner with 4 slots: processes of this machine"
        self.timeline.section(title, "What follows is read from the subjects by a plain subscriber.")
        self.timeline.header()
        self.started(BROKER, f"nats-server, {self.parts.server}", self.timeline.began)
        await self.start_worker("roost worker")
        await self.until("the worker to make its streams", recorder.following.done)
        await self.new_runner("r1", SLOTS, NEW)

    async def twelve_on_four_slots(self) -> None:
        self.timeline.section(
            "Twelve actors on 4 slots",
            "The first four run. The others find no room and sleep: nothing said that they may wait.",
        )
        for actor in HOLDERS:
            await self.create(actor, JOBS["hold"])
        for actor in NAPPERS:
            await self.create(actor, JOBS.get(actor, JOBS["nap"]))
        for actor in HOLDERS:
            await self.event("ready", actor)
        for actor in NAPPERS:
            await self.event("sleeping", actor)

    async def bare_publishes(self) -> None:
        actor = HOLDERS[0]
        self.timeline.section(
            "Sleep and wake by a bare publish",
            "Typed on a TCP connection to the broker, without any client:",
            f"PUB {wire.actor_signal(POOL, actor, 'sleep')} 0",
        )
        mark = self.mark()
        await self.bare(actor, "sleep")
        await self.event("sleeping", actor, mark)
        await self.bare(actor, "wake")
        await self.event("ready", actor, mark)

    async def patience_and_destroy(self) -> None:
        self.timeline.section(
            "No room: patience that ends, and a destroy",
            f"{IMPATIENT} is woken and may wait 2 s; {DOOMED} may wait for ever, but is destroyed while it waits.",
        )
        mark = self.mark()
        await self.wake(IMPATIENT, PATIENCE_MS)
        await self.wake(DOOMED)
        await self.event("pending", IMPATIENT, mark)
        await self.event("pending", DOOMED, mark)
        await self.signal(DOOMED, "destroy")
        await self.event("destroyed", DOOMED, mark)
        await self.event("pending_timeout", IMPATIENT, mark)
        await self.event("sleeping", IMPATIENT, mark)

    async def crash_and_alarm(self) -> None:
        self.timeline.section(
            "A crash with back-off, and an alarm",
            f"Two make room. {CRASHER} fails twice: the first restart is at once, the second one later.",
            f"{DREAMER} sets an alarm and sleeps.",
        )
        mark = self.mark()
        for actor in HOLDERS[:2]:
            await self.signal(actor, "sleep")
            await self.event("sleeping", actor, mark)
        await self.create(CRASHER, JOBS[CRASHER], signals.CRASH_POLICY_RESTART)
        await self.create(DREAMER, JOBS[DREAMER])
        await self.event("backoff", CRASHER)
        await self.event("sleeping", DREAMER)

    async def worker_dies(self) -> None:
        self.timeline.section(
            f"{len(QUEUED)} wait for room, and the worker is killed with -9",
            f"All slots are taken. Then {', '.join(HOLDERS)} are sent to sleep: nobody hears it, the broker keeps it.",
        )
        mark = self.mark()
        for actor in HOLDERS[:2] + QUEUED:
            await self.wake(actor)
        for actor in QUEUED:
            await self.event("pending", actor, mark)
        code = await self.parts.kill_worker()
        self.timeline.note(WORKER, "killed", f"exit code {code}", code=code)
        for actor in HOLDERS:
            await self.signal(actor, "sleep")

    async def queue_drains(self) -> None:
        self.timeline.section(
            "The worker is back: slots become free, and the queue drains",
            "It reads its journal, then what was stored meanwhile. Each who waited naps and makes room for the next.",
        )
        mark = self.mark()
        await self.start_worker("roost worker, the same data folder")
        for actor in QUEUED:
            await self.event("ready", actor, mark)
            await self.event("sleeping", actor, mark)
        for actor in HOLDERS:
            await self.event("sleeping", actor, mark)
        # They may have come before the worker was killed.
        await self.event("ready", CRASHER)
        await self.event("ready", DREAMER, generation=2)

    async def rescue_and_allocate(self) -> None:
        allocated, rescued = HOLDERS[3], IMPATIENT
        self.timeline.section(
            "Allocate, and a new runner",
            f"Two of four find room. r0 is of an older version: its slot stays free until {allocated} is allocated.",
            f"r2 is as new as r1: it rescues {rescued}, whose first wait ended in vain.",
        )
        mark = self.mark()
        for actor in [*HOLDERS[:2], rescued, allocated]:
            await self.wake(actor)
        for actor in HOLDERS[:2]:
            await self.event("ready", actor, mark)
        await self.event("pending", rescued, mark)
        await self.event("pending", allocated, mark)
        await self.new_runner("r0", 1, OLD)
        await self.signal(allocated, "allocate", signals.Allocate(runner_id="r0"))
        await self.event("ready", allocated, mark)
        await self.new_runner("r2", 1, NEW)
        await self.event("ready", rescued, mark)

    async def why(self) -> None:
        self.timeline.section(f"Why {IMPATIENT} waited in vain, and runs now", f"$ roost trace {POOL} {IMPATIENT} --since 10m")
        told = await self.meanwhile("the trace", self.parts.ask("trace", POOL, IMPATIENT, "--since", "10m"))
        self.timeline.say(told.rstrip())
