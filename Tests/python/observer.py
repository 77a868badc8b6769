"""Sees everything that passes a broker and publishes what it is told, for tests that are written elsewhere.

    observer.py --server URL [--out FILE]

It prints the lines of a recording as they come (and writes them to FILE, for the judge), "following" once it reads the
signals. Orders are JSON objects, one a line:

    {"publish": SUBJECT, "tag": T, "body": {...} | "hex": "..." | "fill": BYTES, "headers": {...}}
                                    prints {"t": "acked", "tag": T, "seq": N, "ts": stored-at}, or
                                    {"t": "refused", "tag": T, "error": E}
    {"read": STREAM, "tag": T}      prints {"t": "stored", ...} for each message, then {"t": "read", "tag": T, "count": N}
    {"finish": true}                reads the signals to their end, prints {"t": "end"}, and ends
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any, TextIO

import nats.errors
import nats.js.errors
import wire
from google.protobuf import json_format
from recording import Recorder

# An order is a line: as long as a payload in hexadecimal may be.
ORDER_LIMIT_BYTES = 4 * 1024 * 1024
SHOWN_BYTES = 256


class Observer:
    def __init__(self, client: wire.Client, file: TextIO | None) -> None:
        self.stream = wire.jetstream(client)
        self.file = file
        self.recorder = Recorder(client, self.say)

    def say(self, line: dict[str, Any]) -> None:
        """On standard output, and in the file that the judge can read."""
        text = json.dumps(line)
        print(text, flush=True)
        if self.file:
            print(text, file=self.file)

    async def obey(self, order: dict[str, Any]) -> None:
        if "publish" in order:
            await self._publish(order)
        elif "read" in order:
            await self._read(order["read"], order["tag"])
        else:
            raise ValueError(f"no such order: {sorted(order)}")

    async def _publish(self, order: dict[str, Any]) -> None:
        try:
            ack = await self.stream.publish(order["publish"], payload(order), headers=order.get("headers"))
            stored = await self.stream.get_msg(ack.stream, ack.seq)
        except (nats.errors.Error, asyncio.TimeoutError) as error:
            self.say({"t": "refused", "tag": order["tag"], "error": repr(error)})
            return
        facts = {"seq": ack.seq, "subject": order["publish"], "ts": int(stored.time.timestamp() * 1000)}
        self.say({"t": "acked", "tag": order["tag"], "at": wire.now_ms(), **facts})

    async def _read(self, stream: str, tag: str) -> None:
        """Message by message, which every server version answers."""
        messages: list[Any] = []
        wanted = -1
        # A key-value bucket may replace a value meanwhile: read again.
        while len(messages) != wanted:
            state = (await self.stream.stream_info(stream)).state
            wanted, messages = state.messages, []
            for seq in range(max(state.first_seq, 1), state.last_seq + 1):
                try:
                    messages.append(await self.stream.get_msg(stream, seq))
                except nats.js.errors.NotFoundError:
                    continue
        for message in messages:
            data = message.data or b""
            facts = {"stream": stream, "seq": message.seq, "subject": message.subject, "headers": message.headers or {}}
            self.say({"t": "stored", "tag": tag, **facts, "bytes": len(data), "hex": data[:SHOWN_BYTES].hex()})
        self.say({"t": "read", "tag": tag, "count": len(messages)})


def payload(order: dict[str, Any]) -> bytes:
    if "fill" in order:
        # No protobuf message begins with it.
        return b"\xff" * order["fill"]
    if "hex" in order:
        return bytes.fromhex(order["hex"])
    kind = wire.signal_type(order["publish"])
    return json_format.ParseDict(order.get("body", {}), kind()).SerializeToString() if kind else b""


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--server", required=True)
    options.add_argument("--out", type=Path)
    chosen = options.parse_args()
    client = await wire.connect(chosen.server, "observer")
    observer = Observer(client, chosen.out.open("w", buffering=1) if chosen.out else None)
    await observer.recorder.start()
    observer.say({"t": "note", "note": "recording"})
    observer.recorder.following.add_done_callback(lambda _: observer.say({"t": "note", "note": "following"}))
    orders = asyncio.StreamReader(limit=ORDER_LIMIT_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        order = json.loads(line)
        if "finish" in order:
            await observer.recorder.finish()
            break
        await observer.obey(order)
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
