"""Kills the worker with -9 at random moments under load, starts it again each time, and lets the outside checker judge.

    kills.py --kills 50 --wakes 2000 --actors 200 [--seed S] [--server-binary PATH] [--worker PATH | --fake-worker]

With --restarts N the broker is stopped and started N times as well; what passed is then recorded by the broker itself,
and the worker reaches it through a door that is closed before it is stopped (gate.py says why).
With --fault POINT the worker is not killed: libfiu fails its next call of that kind (posix/io/sync/fdatasync) once, with
EIO. It must end by itself with 74; one that tries again would succeed and live on.
The seed decides the wakes and the moments; it is printed. Exit 0: everything was explained; 1: the checker found
something; 2: the trial itself failed. The folder with the recording and the logs is kept unless all went well.
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from asyncio.subprocess import Process
from errno import EIO
from pathlib import Path

import capture
import wire
from gate import Gate
from load import Load
from processes import Children, until, within

POOL = "default/gpu"
RUNNERS = 3
SLEEP_AFTER_MS = 20
# A worker lives so long at least before it is killed: to the middle of its recovery.
LEAST_LIFE_S = 0.02
# A worker whose disk has failed says so with this code, and is started again without the fault.
DISK_FAILED = 74
FAULT_LIMIT_S = 20.0
# The broker: long enough for what was interrupted to be under way again.
BROKER_LIFE_S = (0.3, 2.5)
# What a worker logs when it has read its journal and goes on, or begins.
AT_WORK = b"link to the broker is up"
# Nothing new for this long, longer than a resend of commands and an overdue report take: the trial is over.
QUIET_S = 6.0
QUIET_LIMIT_S = 120.0
EXIT_FAILED = 2
# Where libfiu takes orders, with the process id behind it.
FAULT_PIPE = "fault"


class Trial:
    def __init__(self, chosen: argparse.Namespace, folder: Path) -> None:
        self.chosen, self.folder = chosen, folder
        self.children = Children(folder)
        self.random = random.Random(chosen.seed)
        self.lives = 0
        self.last_change = time.monotonic()

    async def run(self) -> int:
        """The checker's exit code."""
        chosen = self.chosen
        server = await self.children.broker(chosen.server_binary)
        recorded = self.folder / "recording.jsonl"
        self.client = await wire.connect(server, "kills")
        worker_server = server
        if chosen.restarts:
            await capture.begin(self.client)
            self.gate = Gate(server)
            worker_server = await self.gate.begin()
        else:
            recorder = await self.children.python(
                "recorder", "checker.py", "record", "--server", server, "--out", recorded, first_line=True
            )
        await self._watch()
        worker = await self._start_worker(worker_server)
        await until(lambda: self.has_stream, "the worker made no stream")
        for number in range(1, RUNNERS + 1):
            await self._start_runner(server, f"r{number}")

        acked = (self.folder / "acked.jsonl").open("w")
        load = Load(self.client, POOL, chosen.actors, chosen.seed, lambda line: print(json.dumps(line), file=acked))
        await load.create()
        # As long as the kills take, give or take: so that most of them meet wakes in flight.
        trouble_s = max(chosen.kills * (LEAST_LIFE_S + chosen.life_s), chosen.restarts * sum(BROKER_LIFE_S)) / 2
        loading = asyncio.create_task(load.wake(chosen.wakes, chosen.rate or chosen.wakes / max(trouble_s, 1)))
        restarting = asyncio.create_task(self._restart_broker())
        worker = await self._kill(worker, worker_server, load)
        await restarting
        await loading
        acked.close()
        if not chosen.fake_worker:
            # Until the last one has read its journal nothing changes either.
            await until(self._is_at_work, "the last worker did not reach the broker", QUIET_LIMIT_S)
            self.last_change = time.monotonic()
        quiet_s = chosen.quiet_s
        await until(lambda: time.monotonic() - self.last_change > quiet_s, "the pool did not come to rest", QUIET_LIMIT_S)
        if worker.returncode is not None:
            raise RuntimeError(f"the last worker ended by itself with {worker.returncode}")
        if chosen.restarts:
            with recorded.open("w") as out:
                await capture.collect(self.client, out)
        elif code := await self.children.stop(recorder):
            raise RuntimeError(f"the recorder ended with {code}: see {self.folder}/recorder.log")
        await self.client.close()
        judge = await self.children.python("judge", "checker.py", "judge", recorded, self.folder / "acked.jsonl")
        await judge.wait()
        print((self.folder / "judge.log").read_text(), end="")
        return judge.returncode or 0

    async def _watch(self) -> None:
        """Sees whether anything still changes: signals, commands, events, answers."""
        self.has_stream = False

        async def changed(message: object) -> None:
            self.last_change = time.monotonic()

        for subject in ("roost.signal.>", "roost.command.>", "roost.event.>", f"{wire.REPLY_PREFIX}.>"):
            await self.client.subscribe(subject, cb=changed)

        async def look() -> None:
            stream = wire.jetstream(self.client)
            while not self.has_stream:
                self.has_stream = wire.SIGNAL_STREAM in [info.config.name for info in await self._streams(stream)]

        self.looking = asyncio.create_task(look())

    async def _streams(self, stream: wire.JetStreamContext) -> list[object]:
        try:
            return await stream.streams_info()
        except (wire.nats.errors.Error, asyncio.TimeoutError):
            return []

    async def _start_worker(self, server: str) -> Process:
        self.lives += 1
        if self.chosen.fake_worker:
            return await self.children.python(
                "worker", "fake_worker.py", "--server", server, "--pool", POOL, "--lose", str(self.chosen.lose)
            )
        self.logged = self._worker_log.stat().st_size if self._worker_log.exists() else 0
        worker = (self.chosen.worker, "worker", "--server", server, "--data", self.folder / "data")
        if self.chosen.fault:
            return await self.children.spawn("worker", "fiu-run", "-x", "-f", self.folder / FAULT_PIPE, *worker)
        return await self.children.spawn("worker", *worker)

    @property
    def _worker_log(self) -> Path:
        return self.folder / "worker.log"

    def _is_at_work(self) -> bool:
        """The worker that was started last."""
        return AT_WORK in self._worker_log.read_bytes()[self.logged :]

    async def _start_runner(self, server: str, name: str) -> None:
        arguments = ["--server", server, "--pool", POOL, "--id", name, "--slots", str(self.chosen.slots)]
        behaviour = ["--behaviour", "sleep-after", str(SLEEP_AFTER_MS)]
        await self.children.python(f"runner-{name}", "runner.py", *arguments, *behaviour)

    async def _restart_broker(self) -> None:
        # A generator of its own: the kills must meet the same moments with and without restarts.
        moments = random.Random(self.chosen.seed)
        for _ in range(self.chosen.restarts):
            await asyncio.sleep(moments.uniform(*BROKER_LIFE_S))
            await self.gate.close()
            await capture.settle(self.client)
            await self.children.stop(self.children.broker_process)
            self.gate.open()
            await self.children.start_broker_again(self.chosen.server_binary)

    async def _kill(self, worker: Process, server: str, load: Load) -> Process:
        for kill in range(1, self.chosen.kills + 1):
            life_s = self.random.uniform(LEAST_LIFE_S, self.chosen.life_s)
            await asyncio.sleep(life_s)
            if worker.returncode is not None:
                raise RuntimeError(f"worker {self.lives} ended by itself with {worker.returncode} before kill {kill}")
            if self.chosen.fault:
                await self._fail(worker, load)
            else:
                worker.kill()
                await worker.wait()
            worker = await self._start_worker(server)
        return worker

    async def _fail(self, worker: Process, load: Load) -> None:
        """Its disk fails once, and it ends by itself."""
        pipe = self.folder / f"{FAULT_PIPE}-{worker.pid}"
        await until(Path(f"{pipe}.out").is_fifo, "libfiu is not in the worker")
        order = f"enable name={self.chosen.fault},onetime,failinfo={EIO}"
        sent = await self.children.spawn("fault", "fiu-ctrl", "-c", order, pipe)
        await sent.wait()
        # The load may be over: something to write.
        await Load(self.client, POOL, 1, self.chosen.seed, load.sink, prefix=f"fault{self.lives}-").create()
        if not await within(FAULT_LIMIT_S, worker.wait()):
            raise RuntimeError(f"worker {self.lives} went on after {self.chosen.fault} had failed")
        if worker.returncode != DISK_FAILED:
            raise RuntimeError(f"worker {self.lives} ended with {worker.returncode} when its disk failed")


async def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--life-s", type=float, default=1.0, help="of a worker at most: well into the load")
    options.add_argument("--restarts", type=int, default=0, help="of the broker, in good order")
    options.add_argument("--fault", default="", help="in the place of each kill: a failure point of libfiu, see fiu-run(1)")
    options.add_argument("--wakes", type=int, default=2000)
    options.add_argument("--actors", type=int, default=200)
    options.add_argument("--slots", type=int, default=20, help="of each of the three runners")
    options.add_argument("--rate", type=float, default=0, help="wakes a second; 0 = spread over the kills")
    options.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options.add_argument("--server-binary", default="/usr/sbin/nats-server")
    options.add_argument("--worker", type=Path, default=wire.ROOT / ".build/debug/roost")
    options.add_argument("--fake-worker", action="store_true", help="the test double; only with --kills 0")
    options.add_argument("--lose", type=int, default=0, help="the test double drops every Nth wake")
    options.add_argument("--quiet-s", type=float, default=QUIET_S, help="how long nothing may happen before the end")
    options.add_argument("--keep", action="store_true", help="keep the folder even when all went well")
    chosen = options.parse_args()
    if chosen.fault and not shutil.which("fiu-run"):
        print("kills.py: no fiu-run: apt-get install fiu-utils", file=sys.stderr)
        return EXIT_FAILED
    folder = Path(tempfile.mkdtemp(prefix="roost-kills-"))
    print(f"kills.py: seed {chosen.seed}, folder {folder}", flush=True)
    began = time.monotonic()
    trial = Trial(chosen, folder)
    code = EXIT_FAILED
    try:
        code = await trial.run()
        took = f"{chosen.wakes} wakes, {time.monotonic() - began:.1f} s, seed {chosen.seed}"
        print(f"kills.py: {chosen.kills} kills, {chosen.restarts} broker restarts, {took}")
    except (RuntimeError, asyncio.TimeoutError, wire.nats.errors.Error) as error:
        print(f"kills.py: {error!r}; logs in {folder}", file=sys.stderr)
    finally:
        await trial.children.stop_all()
    if code == 0 and not chosen.keep:
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
