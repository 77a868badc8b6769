"""The outside checker: a program that sees only NATS.

    checker.py record --server URL --out FILE     records until SIGINT or SIGTERM; prints "recording" once it listens
    checker.py judge FILE...                      judges one recording, which may lie in several files

judge prints the findings, one a line, then one JSON line of what it counted; it exits with 1 when it found something.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

import wire
from judging import judge
from recording import Recorder, Recording, writing

MAX_FINDINGS_SHOWN = 50


async def record(server: str, out: Path) -> None:
    client = await wire.connect(server, "checker")
    with out.open("w") as file:
        recorder = Recorder(client, writing(file))
        await recorder.start()
        done = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, done.set)
        print("recording", flush=True)
        await done.wait()
        await recorder.finish()
    await client.close()


def report(files: list[Path]) -> int:
    judgement = judge(Recording.read(files))
    for finding in judgement.findings[:MAX_FINDINGS_SHOWN]:
        print(finding)
    if len(judgement.findings) > MAX_FINDINGS_SHOWN:
        print(f"... and {len(judgement.findings) - MAX_FINDINGS_SHOWN} more")
    print(json.dumps({"findings": len(judgement.findings), **dict(sorted(judgement.counts.items()))}))
    return 1 if judgement.findings else 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = options.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record")
    recording.add_argument("--server", required=True)
    recording.add_argument("--out", type=Path, required=True)
    judging = commands.add_parser("judge")
    judging.add_argument("files", type=Path, nargs="+")
    chosen = options.parse_args()
    if chosen.command == "judge":
        return report(chosen.files)
    asyncio.run(record(chosen.server, chosen.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
