"""A runner written with nats-py from the published protos alone: the runner's side of the lifecycle.

    runner.py --server URL --pool NS/POOL --id r1 --slots 4 [--version V] [--behaviour sleep-after 20]

It prints one JSON line for everything it saw or said. With --stdin it takes one order a line: sleep ACTOR, stop ACTOR,
crash ACTOR, complete ACTOR, alarm ACTOR [MS], stopping, quit; with --held it announces itself at the order announce.
It exits with 1 when another process has its id.
"""

import argparse
import asyncio
import json
import signal
import sys
from typing import Any

import wire
from behaviour import Behaviour
from runner_side import Runner


async def obey(runner: Runner, orders: asyncio.StreamReader) -> None:
    while line := (await orders.readline()).decode().split():
        order, actor = line[0], runner.actors.get(line[1]) if len(line) > 1 else None
        if order == "quit":
            return
        if order == "announce":
            await runner.start()
            continue
        if order == "stopping":
            await runner.stopping()
        elif actor is None:
            runner.see("refused", order=order, why="no such actor")
        elif order in ("sleep", "stop"):
            runner.want(actor, f"{order}_intent")
        elif order in ("crash", "complete"):
            runner.end(actor, "ordered to crash" if order == "crash" else None)
        elif order == "alarm":
            runner.set_alarm(actor, int(line[2]) if len(line) > 2 else None)


async def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--server", required=True)
    options.add_argument("--pool", required=True, metavar="NS/POOL")
    options.add_argument("--id", required=True)
    options.add_argument("--slots", type=int, default=1)
    options.add_argument("--version", type=int, default=1)
    options.add_argument("--behaviour", nargs="+", default=["ready"], metavar="WORD")
    options.add_argument("--stdin", action="store_true", help="take orders, one a line; the end of the input ends it")
    options.add_argument("--held", action="store_true", help="be silent until the order announce")
    options.add_argument("--quiet", action="store_true", help="print nothing")
    chosen = options.parse_args()

    def show(line: dict[str, Any]) -> None:
        if not chosen.quiet:
            print(json.dumps(line), flush=True)

    client = await wire.connect(chosen.server, f"runner {chosen.id}")
    behaviour = Behaviour.parse(chosen.behaviour)
    runner = Runner(client, chosen.pool, chosen.id, chosen.slots, chosen.version, behaviour, show)
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, done.set)
    if chosen.held:
        runner.see("held")
    else:
        await runner.start()
    waits = [asyncio.create_task(done.wait()), runner.ended]
    if chosen.stdin:
        orders = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        waits.append(asyncio.create_task(obey(runner, orders)))
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    await runner.close()
    await client.close()
    if runner.ended.done() and runner.ended.exception():
        print(runner.ended.exception(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
