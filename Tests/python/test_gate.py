"""The door between worker and broker, with a broker that only notes what it reads."""

import asyncio
import unittest
from asyncio import StreamReader, StreamWriter

from gate import HOST, Gate
from processes import until


class GateTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.read = b""
        self.ends: list[StreamWriter] = []

        async def note(reader: StreamReader, writer: StreamWriter) -> None:
            self.ends.append(writer)
            while chunk := await reader.read(100):
                self.read += chunk
                writer.write(chunk.upper())

        self.broker = await asyncio.start_server(note, HOST, 0)
        self.gate = Gate(f"nats://{HOST}:{self.broker.sockets[0].getsockname()[1]}")
        url = await self.gate.begin()
        self.reader, self.writer = await asyncio.open_connection(HOST, int(url.rpartition(":")[2]))

    async def asyncTearDown(self) -> None:
        for end in [self.writer, *self.ends]:
            end.close()
        await self.gate.end()
        self.broker.close()

    async def test_open_it_carries_both_ways(self) -> None:
        self.writer.write(b"ping")
        self.assertEqual(await self.reader.readexactly(4), b"PING")

    async def test_what_is_written_against_the_closed_door_is_lost_with_the_broker(self) -> None:
        self.writer.write(b"before")
        await self.reader.readexactly(6)
        await self.gate.close()
        self.writer.write(b"after")
        await self.writer.drain()
        for end in self.ends:
            end.close()
        self.broker.close()
        # The worker sees a closed connection, and nothing came through.
        self.assertEqual(await self.reader.read(), b"")
        self.assertEqual(self.read, b"before")

    async def test_close_waits_until_the_broker_has_read_what_came_through(self) -> None:
        self.writer.write(b"early")
        await self.reader.readexactly(5)
        broker = self.ends[0].transport
        broker.pause_reading()
        self.writer.write(b"late")
        await until(lambda: self.gate.has_unread, "the bytes did not come through")
        closing = asyncio.create_task(self.gate.close())
        await asyncio.sleep(0)
        self.assertFalse(closing.done())
        broker.resume_reading()
        await closing
        await until(lambda: self.read == b"earlylate", "the broker read nothing")


if __name__ == "__main__":
    unittest.main()
