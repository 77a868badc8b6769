"""A load of wakes: creates actors and wakes them at random, recording every PubAck as a JSON line.

    load.py --server URL --pool NS/POOL --wakes 2000 --actors 200 [--rate N] [--window N] [--seed S] [--out FILE]

Every second wake asks for answers below roost.reply, and half of those have an empty payload; the others may wait for
room, since a wake that neither waits nor asks may find no room and leave no trace of it. A publish without PubAck is made
again with the same Nats-Msg-Id, so what is recorded as acknowledged is in the stream once.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import nats.errors
import wire

TRIES = 20
RETRY_PAUSE_S = 0.25
PATIENCE_MS = 600_000

Sink = Callable[[dict[str, Any]], None]


class Load:
    def __init__(self, client: wire.Client, pool: str, actors: int, seed: int, sink: Sink, prefix: str = "a") -> None:
        self.stream = wire.jetstream(client)
        self.pool, self.sink, self.seed = pool, sink, seed
        self.random = random.Random(seed)
        self.actors = [f"{prefix}{number}" for number in range(actors)]

    async def create(self, window: int = 100) -> None:
        await self._all([self._publish(actor, "create", b"", f"create-{actor}") for actor in self.actors], window)

    async def wake(self, wakes: int, rate: float = 0, window: int = 100) -> None:
        """`rate` wakes a second in random bursts; 0 = as fast as `window` publishes without PubAck allow."""
        jobs: list[asyncio.Task[None]] = []
        gate = asyncio.Semaphore(window)
        started, number = time.monotonic(), 0
        while number < wakes:
            burst = min(self.random.randint(1, 20), wakes - number)
            for _ in range(burst):
                await gate.acquire()
                jobs.append(asyncio.create_task(self._one_wake(number)))
                jobs[-1].add_done_callback(lambda _: gate.release())
                number += 1
            if rate and (ahead := started + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(ahead)
        await asyncio.gather(*jobs)

    async def _one_wake(self, number: int) -> None:
        payload = b"" if number % 4 == 0 else wire.wake_that_waits(PATIENCE_MS)
        reply = f"{wire.REPLY_PREFIX}.load{self.seed}.{number}" if number % 2 == 0 else None
        await self._publish(self.random.choice(self.actors), "wake", payload, f"wake-{self.seed}-{number}", reply)

    async def _publish(self, actor: str, verb: str, payload: bytes, message_id: str, reply: str | None = None) -> None:
        subject = wire.actor_signal(self.pool, actor, verb)
        headers = {"Nats-Msg-Id": message_id} | ({wire.REPLY_HEADER: reply} if reply else {})
        for tried in range(1, TRIES + 1):
            try:
                ack = await self.stream.publish(subject, payload, headers=headers)
                self.sink({"t": "acked", "at": wire.now_ms(), "seq": ack.seq, "subject": subject})
                return
            except (nats.errors.Error, asyncio.TimeoutError):
                if tried == TRIES:
                    raise
                await asyncio.sleep(RETRY_PAUSE_S)

    async def _all(self, jobs: list[Any], window: int) -> None:
        gate = asyncio.Semaphore(window)

        async def gated(job: Any) -> None:
            async with gate:
                await job

        await asyncio.gather(*(gated(job) for job in jobs))


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--server", required=True)
    options.add_argument("--pool", required=True, metavar="NS/POOL")
    options.add_argument("--wakes", type=int, default=2000)
    options.add_argument("--actors", type=int, default=200)
    options.add_argument("--rate", type=float, default=0)
    options.add_argument("--window", type=int, default=100)
    options.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options.add_argument("--out", type=argparse.FileType("w"), default=sys.stdout)
    chosen = options.parse_args()
    client = await wire.connect(chosen.server, "load")
    load = Load(
        client, chosen.pool, chosen.actors, chosen.seed, lambda line: print(json.dumps(line), file=chosen.out)
    )
    await load.create()
    await load.wake(chosen.wakes, chosen.rate, chosen.window)
    await client.close()
    print(f"load: {chosen.wakes} wakes over {chosen.actors} actors, seed {chosen.seed}", file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(main())
