"""The main job on real parts: a broker, a worker that is killed, runners, and actors that are processes.

    demo.py [--roost PATH] [--actor PROGRAM] [--server-binary PATH] [--keep]

Prints what a plain subscriber sees, and a verdict. Exit 0: each thing was seen; 1: something was not; 128 and the
signal's number: it was interrupted. Nothing of it stays: processes and folder are gone afterwards, whatever happened.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "Tests/python"))

import nats.errors  # noqa: E402
import wire  # noqa: E402
from acts import Story  # noqa: E402
from parts import Parts  # noqa: E402
from processes import within  # noqa: E402
from recording import Recorder  # noqa: E402
from stage import StoryEnded  # noqa: E402
from timeline import BOLD, COLOUR_OF_WHAT, RED, Timeline  # noqa: E402
from verdict import Row, verdict  # noqa: E402

CLOSE_LIMIT_S = 5.0
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Demo:
    def __init__(self, chosen: argparse.Namespace, folder: Path) -> None:
        self.timeline = Timeline()
        self.parts = Parts(folder, chosen.roost, chosen.actor, chosen.server_binary)
        self.story = Story(self.parts, self.timeline)
        self.interrupt: signal.Signals | None = None

    async def run(self) -> int:
        telling = asyncio.create_task(self.tell())
        for number in INTERRUPTS:
            asyncio.get_running_loop().add_signal_handler(number, self.interrupted, number, telling)
        began = time.monotonic()
        why = ""
        try:
            await telling
        except asyncio.CancelledError:
            why = "it was interrupted"
        except (StoryEnded, RuntimeError, OSError, nats.errors.Error, asyncio.TimeoutError) as error:
            why = str(error) or repr(error)
        told_s = time.monotonic() - began
        complaints = await self.parts.end(is_hurried=bool(why))
        self.timeline.finish()
        for complaint in complaints:
            self.timeline.say(f"demo: {complaint}", RED)
        if self.interrupt is not None:
            self.timeline.say(f"demo: {self.interrupt.name}: everything it had started is ended", BOLD)
            return 128 + self.interrupt
        return self.judge(why, told_s) or (1 if complaints else 0)

    async def tell(self) -> None:
        server = await self.parts.broker()
        client = await wire.connect(server, "demo")
        recorder = Recorder(client, self.timeline.take)
        try:
            await recorder.start()
            await self.story.tell(client, recorder)
            await recorder.finish()
        finally:
            await hang_up(client)

    def interrupted(self, number: signal.Signals, telling: "asyncio.Task[None]") -> None:
        """Ends the story; how the parts are ended then is not broken off by a second Ctrl-C."""
        self.interrupt = self.interrupt or number
        telling.cancel()

    def judge(self, why: str, told_s: float) -> int:
        rows = verdict(self.timeline.lines)
        self.timeline.section("The verdict, from what was seen on the subjects")
        if why:
            self.timeline.say(f"   The story ended early: {why}.", RED)
        width = max(len(row.what) for row in rows)
        for row in rows:
            self.timeline.say(self.row(row, width))
        count = sum(1 for row in rows if row.seen)
        is_good = count == len(rows) and not why
        self.timeline.say(f"   {count} of {len(rows)} seen in {told_s:.1f} s", BOLD if is_good else RED)
        return 0 if is_good else 1

    def row(self, row: Row, width: int) -> str:
        word = "seen" if row.seen else "NOT SEEN"
        shown = self.timeline.coloured(f"{word:<8}", COLOUR_OF_WHAT[word])
        return f"   {row.what:<{width}}  {shown}  {row.seen or row.missing}"


async def hang_up(client: wire.Client) -> None:
    """Never fails: where the broker is gone, what was still to be written is too, and why the story ended says more."""
    try:
        await within(CLOSE_LIMIT_S, client.close())
    except (OSError, nats.errors.Error):
        return


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--roost", type=Path, default=CHECKOUT / ".build/debug/roost")
    own_actor = str(Path(__file__).with_name("actor.sh"))
    options.add_argument("--actor", default=own_actor, help="the program of every actor")
    options.add_argument("--server-binary", default=shutil.which("nats-server") or "/usr/sbin/nats-server")
    options.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    chosen = options.parse_args()
    chosen.roost = chosen.roost.absolute()
    folder = Path(tempfile.mkdtemp(prefix="roost-demo-"))
    try:
        return asyncio.run(Demo(chosen, folder).run())
    except BrokenPipeError:
        # Whoever read what we print has gone, and our parts with it: there is nobody to tell. Python flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    finally:
        if chosen.keep:
            print(f"demo: the logs are in {folder}")
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
