"""Random and mutated bytes on every subject of a live worker, while somebody else's actor is woken once a second.

    hostile.py [--seconds 600] [--rate 1000] [--seed S] [--worker PATH] [--server-binary PATH]

Exit 0: the worker lives, each of its innocent wakes was answered, every hostile message was counted, and its memory did not
grow; 1: one of these is not so; 2: the trial itself failed. The folder with the logs is kept unless all went well.
"""

import argparse
import asyncio
import json
import random
import re
import shutil
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import wire
from processes import Children, until

POOLS = ["default.gpu", "default.cpu", "other.gpu"]
# Nobody attacks it: what happens here must go on as if nothing were.
PROBE_POOL = "default/probe"
PROBE_ACTOR = "probe"
IDS = 50
VERBS = {"actor": wire.ACTOR_SIGNALS, "runner": wire.RUNNER_SIGNALS, "pool": wire.POOL_SIGNALS}
API_VERBS = ["wake", "get", "list", "runners", "pending", "history", "explain", "nonsense"]
SERVICE = ["$SRV.PING", "$SRV.INFO", "$SRV.STATS", "$SRV.PING.roost", "$SRV.INFO.roost.x", "$SRV.NONSENSE"]
HEADERS = ["Roost-Reply-To", "traceparent", "tracestate", "Roost-Expires", "X-Other"]
BURST = 50
PROBE_EVERY_S = 1.0
ANSWER_LIMIT_S = 20.0
COUNT_LIMIT_S = 120.0
# Of the least that was resident in the second quarter of the time: more in the last one is growth. The most says nothing,
# for a compaction and a question about history have a whole segment in memory for a moment.
QUARTERS = 4
GROWTH = 1.25
GROWTH_BYTES = 16 * 1024 * 1024
LARGEST = 100_000
EXIT_FAILED = 2


class Typist:
    """A connection that types header blocks as they are: what no client does."""

    @staticmethod
    async def connect(server: str) -> "Typist":
        host, _, port = server.removeprefix("nats://").rpartition(":")
        typist = Typist()
        typist.reader, typist.writer = await asyncio.open_connection(host, int(port))
        typist.writer.write(b'CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\n')
        typist.pong = asyncio.Event()
        typist.reading = asyncio.create_task(typist._read())
        await typist.flush()
        return typist

    async def _read(self) -> None:
        while line := await self.reader.readline():
            if line.startswith(b"PING"):
                self.writer.write(b"PONG\r\n")
            elif line.startswith(b"PONG"):
                self.pong.set()

    async def publish(self, subject: str, headers: bytes, payload: bytes) -> None:
        sizes = f"{len(headers)} {len(headers) + len(payload)}"
        self.writer.write(f"HPUB {subject} {sizes}\r\n".encode() + headers + payload + b"\r\n")
        await self.writer.drain()

    async def flush(self) -> None:
        """Returns once the broker has read all of it."""
        self.pong.clear()
        self.writer.write(b"PING\r\n")
        await asyncio.wait_for(self.pong.wait(), ANSWER_LIMIT_S)

    async def close(self) -> None:
        self.reading.cancel()
        self.writer.close()


class Attack:
    def __init__(self, chosen: argparse.Namespace, folder: Path) -> None:
        self.chosen, self.folder = chosen, folder
        self.children = Children(folder)
        self.random = random.Random(chosen.seed)
        self.sent = {"signals": 0, "pings": 0, "requests": 0, "services": 0}
        self.faults: list[str] = []
        self.probes = 0
        # The least and the most that was resident in each quarter, in bytes.
        self.least: list[int] = []
        self.most: list[int] = []

    async def run(self) -> dict[str, object]:
        chosen = self.chosen
        server = await self.children.broker(chosen.server_binary)
        worker = (chosen.worker, "worker", "--server", server, "--data", self.folder / "data", "--http", "127.0.0.1:0")
        self.worker = await self.children.spawn("worker", *worker)
        await until(lambda: self._page() is not None, "the worker told no address of its health page")
        await until(lambda: self._get("readyz") is not None, "the worker was not ready")
        self.client = await wire.connect(server, "hostile")
        self.stream = wire.jetstream(self.client)
        self.typist = await Typist.connect(server)
        runner = ["--server", server, "--pool", PROBE_POOL, "--id", "r1", "--slots", "1"]
        await self.children.python("runner", "runner.py", *runner, "--behaviour", "sleep-after", "1")
        await self.stream.publish(wire.actor_signal(PROBE_POOL, PROBE_ACTOR, "create"))
        probing = asyncio.create_task(self._probe())
        await self._shoot()
        await self.typist.flush()
        probing.cancel()
        counted = await self._count()
        await self.client.close()
        await self.typist.close()
        if self.worker.returncode is not None:
            self.faults.append(f"the worker ended with {self.worker.returncode}")
        elif await self.children.stop(self.worker) != 0:
            self.faults.append("the worker did not end in good order")
        memory = {"least_mib": [bytes >> 20 for bytes in self.least], "most_mib": [bytes >> 20 for bytes in self.most]}
        return {"sent": self.sent, "counted": counted, "probes": self.probes} | memory

    # What is shot.

    async def _shoot(self) -> None:
        began, fired = time.monotonic(), 0
        while (passed := time.monotonic() - began) < self.chosen.seconds:
            if self.worker.returncode is not None:
                return
            for _ in range(BURST):
                await self._fire()
            fired += BURST
            await self.client.flush()
            quarter = min(int(passed / self.chosen.seconds * QUARTERS), QUARTERS - 1)
            resident = self._resident()
            while len(self.least) <= quarter:
                self.least.append(resident)
                self.most.append(resident)
            self.least[-1] = min(self.least[-1], resident)
            self.most[-1] = max(self.most[-1], resident)
            if (ahead := fired / self.chosen.rate - passed) > 0:
                await asyncio.sleep(ahead)

    async def _fire(self) -> None:
        kind = self.random.choices(["signals", "pings", "requests", "services"], [70, 15, 13, 2])[0]
        pool, number = self.random.choice(POOLS), self.random.randrange(IDS)
        reply = self.client.new_inbox()
        if kind == "signals":
            subject, valid = self._signal(pool, number)
            if self.random.random() < 0.25:
                await self.typist.publish(subject, self._block(), self._bytes(valid))
            else:
                await self.client.publish(subject, self._bytes(valid), headers=self._headers())
        elif kind == "pings":
            ping = wire.runners.Ping(session=f"s{number}").SerializeToString() if number % 2 else b""
            await self.client.publish(f"roost.ping.{pool}.{self._id('r', number)}", self._bytes(ping), reply=reply)
        elif kind == "requests":
            verb = self.random.choice(API_VERBS)
            await self.client.publish(f"roost.api.{pool}.{verb}", self._bytes(b"\x0a\x02a1"), reply=reply)
        else:
            await self.client.publish(self.random.choice(SERVICE), self._bytes(b""), reply=reply)
        self.sent[kind] += 1

    def _signal(self, pool: str, number: int) -> tuple[str, bytes]:
        kind = self.random.choice(list(VERBS))
        verb, shape = self.random.choice(list(VERBS[kind].items()))
        tokens = ["roost", "signal", *pool.split("."), kind]
        if kind != "pool":
            tokens.append(self._id(kind[0], number))
        tokens.append(verb)
        if self.random.random() < 0.1:
            tokens[self.random.randrange(2, len(tokens))] = self._token()
        return ".".join(tokens), self._valid(shape, number)

    def _valid(self, shape: type[wire.Message], number: int) -> bytes:
        """A message to begin from, with some fields set."""
        message = shape()
        for field in shape.DESCRIPTOR.fields:
            if field.label == field.LABEL_REPEATED:
                continue
            if field.type == field.TYPE_STRING:
                setattr(message, field.name, f"a{number}")
            elif field.type in (field.TYPE_UINT64, field.TYPE_UINT32):
                setattr(message, field.name, self.random.choice([0, 1, number, 2**32 - 1]))
        return message.SerializeToString()

    def _id(self, letter: str, number: int) -> str:
        return self._token() if self.random.random() < 0.05 else f"{letter}{number}"

    def _token(self) -> str:
        # What the broker takes as a token, and more than an id may be.
        letters = "aZ09-_%$:/\\\"'{}~é"
        return "".join(self.random.choice(letters) for _ in range(self.random.choice([1, 8, 64, 65, 200])))

    def _bytes(self, valid: bytes) -> bytes:
        chance = self.random.random()
        if chance < 0.45:
            return valid
        if chance < 0.46:
            return self.random.randbytes(self.random.randrange(LARGEST))
        if chance < 0.7:
            return self.random.randbytes(self.random.randrange(300))
        mutated = bytearray(valid)
        for _ in range(self.random.randint(1, 4)):
            at = self.random.randrange(len(mutated) + 1)
            mutated[at : at + self.random.randint(0, 2)] = self.random.randbytes(self.random.randint(0, 4))
        return bytes(mutated)

    def _headers(self) -> dict[str, str] | None:
        if self.random.random() < 0.5:
            return None
        return {name: self._token() for name in self.random.sample(HEADERS, self.random.randint(1, 3))}

    def _block(self) -> bytes:
        """Headers with empty values, without colons, folded, cut."""
        values = ["", " ", "_INBOX.x", "a: b", "\t", "\0", "\r", "\n", "é"]
        lines = [f"{self.random.choice([*HEADERS, '', ' '])}{self.random.choice([':', ': ', ''])}" for _ in range(3)]
        block = "NATS/1.0\r\n" + "".join(f"{line}{self.random.choice(values)}\r\n" for line in lines) + "\r\n"
        cut = len(block) if self.random.random() < 0.8 else self.random.randrange(len(block))
        return block.encode()[:cut]

    # What is looked at.

    async def _probe(self) -> None:
        while True:
            inbox = self.client.new_inbox()
            answers = await self.client.subscribe(inbox)
            headers = {wire.REPLY_HEADER: inbox}
            await self.stream.publish(wire.actor_signal(PROBE_POOL, PROBE_ACTOR, "wake"), b"", headers=headers)
            try:
                await answers.next_msg(timeout=ANSWER_LIMIT_S)
                self.probes += 1
            except asyncio.TimeoutError:
                self.faults.append(f"wake {self.probes + 1} was not answered within {ANSWER_LIMIT_S:.0f} s")
                return
            await answers.unsubscribe()
            await asyncio.sleep(PROBE_EVERY_S)

    async def _count(self) -> dict[str, int]:
        """Everything that was sent, by the worker's own count."""
        found: dict[str, int] = {}
        stored = (await self.stream.stream_info(wire.SIGNAL_STREAM)).state.last_seq

        def is_counted() -> bool:
            metrics = self._metrics()
            found.update(
                stored=stored,
                signals=sum(n for name, n in metrics.items() if name.startswith("roost_signals_")),
                dead=metrics['roost_signals_total{outcome="dead_lettered"}'],
                pings=metrics["roost_pings_total"] + metrics["roost_pings_unreadable_total"],
                requests=metrics["roost_api_requests_total"],
            )
            # A list of a runner's events counts as applied, and as dead when one of them is.
            return stored <= found["signals"] <= stored + found["dead"] and found["requests"] == self.sent["requests"]

        try:
            await until(is_counted, "not every message was counted", COUNT_LIMIT_S)
        except RuntimeError as error:
            self.faults.append(f"{error}: {found}, sent {self.sent}")
        # The runner of the probe pings as well.
        if found.get("pings", 0) < self.sent["pings"]:
            self.faults.append(f"{self.sent['pings']} pings were sent, {found.get('pings')} counted")
        if len(self.least) == QUARTERS and self.least[-1] > max(self.least[1] * GROWTH, self.least[1] + GROWTH_BYTES):
            self.faults.append(f"memory grew: {self.least}")
        return found

    def _page(self) -> str | None:
        log = self.folder / "worker.log"
        found = re.search(r"roost\.http\.address=(127\.0\.0\.1:\d+)", log.read_text()) if log.exists() else None
        return found and found[1]

    def _get(self, path: str) -> str | None:
        try:
            with urllib.request.urlopen(f"http://{self._page()}/{path}", timeout=ANSWER_LIMIT_S) as page:
                return page.read().decode()
        except OSError:
            return None

    def _metrics(self) -> dict[str, int]:
        lines = (line for line in (self._get("metrics") or "").splitlines() if not line.startswith("#"))
        return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def _resident(self) -> int:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.worker.pid}/status").read_text())
        return int(found[1]) * 1024 if found else 0


async def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--rate", type=float, default=1000, help="messages a second")
    options.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options.add_argument("--worker", type=Path, default=wire.ROOT / ".build/debug/roost")
    options.add_argument("--server-binary", default="/usr/sbin/nats-server")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="roost-hostile-"))
    print(f"hostile.py: seed {chosen.seed}, {chosen.seconds:.0f} s, folder {folder}", flush=True)
    attack = Attack(chosen, folder)
    code = EXIT_FAILED
    try:
        print(json.dumps(await attack.run()))
        code = 1 if attack.faults else 0
    except (RuntimeError, asyncio.TimeoutError, wire.nats.errors.Error) as error:
        print(f"hostile.py: {error!r}; logs in {folder}", file=sys.stderr)
    finally:
        await attack.children.stop_all()
    for fault in attack.faults:
        print(fault)
    if code == 0:
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
