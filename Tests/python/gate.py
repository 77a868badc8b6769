"""A door between the worker and the broker, for trials that stop the broker.

A broker that is stopped, in good order too, forgets what it has read and answered a PING for, but not yet put into a
stream that captures it: a caller who listens would have had the message, the recording does not. So the door is closed
first, and the broker is given time to store what came through. What the worker writes against the closed door is lost, as
in a socket whose other end is gone.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from pathlib import Path

from processes import until

HOST = "127.0.0.1"
CHUNK = 64 * 1024


class Gate:
    def __init__(self, server: str) -> None:
        """`server`: nats://HOST:PORT of the broker."""
        self._broker_port = int(server.rpartition(":")[2])
        self._is_open = asyncio.Event()
        self._is_open.set()

    async def begin(self) -> str:
        """Listens; gives back the URL that stands for the broker's."""
        self._listener = await asyncio.start_server(self._join, HOST, 0)
        return f"nats://{HOST}:{self._listener.sockets[0].getsockname()[1]}"

    async def end(self) -> None:
        self._listener.close()

    async def close(self) -> None:
        """Lets nothing through to the broker any more, and waits until it has read what came through."""
        self._is_open.clear()
        await until(lambda: not self.has_unread, "the broker does not read what it is sent")

    def open(self) -> None:
        self._is_open.set()

    @property
    def has_unread(self) -> bool:
        """Bytes lie in a socket of the broker (proc(5), net/tcp)."""
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state, queues, *_ = line.split()
            is_established, port = int(state, 16) == 1, int(local.rpartition(":")[2], 16)
            if is_established and port == self._broker_port and int(queues.rpartition(":")[2], 16) > 0:
                return True
        return False

    async def _join(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            theirs, ours = await asyncio.open_connection(HOST, self._broker_port)
        except OSError:
            writer.close()
            return
        ways = [asyncio.create_task(self._carry(reader, ours, self._is_open)), asyncio.create_task(self._carry(theirs, writer))]
        # Either end takes the other with it.
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (ours, writer):
            end.close()

    async def _carry(self, reader: StreamReader, writer: StreamWriter, door: asyncio.Event | None = None) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                if door:
                    await door.wait()
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            return
