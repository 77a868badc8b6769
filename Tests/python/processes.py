"""Child processes of a trial: a broker of its own on a free port, and programs that write to log files."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Nothing outlives a trial that is killed itself.
DIE_WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "KILL")
STOP_LIMIT_S = 20.0
START_LIMIT_S = 20.0
LOOK_EVERY_S = 0.02


class Children:
    """Starts programs and stops every one of them at the end, whatever happened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[Process] = []

    async def spawn(self, name: str, *command: str | Path, first_line: bool = False) -> Process:
        """Logs to NAME.log; with `first_line` it waits until the program has printed a line."""
        with (self.folder / f"{name}.log").open("ab") as log:
            words = [*DIE_WITH_US, *(str(word) for word in command)]
            process = await asyncio.create_subprocess_exec(*words, stdout=PIPE if first_line else log, stderr=log)
        self._running.append(process)
        if first_line:
            assert process.stdout is not None
            if not await asyncio.wait_for(process.stdout.readline(), START_LIMIT_S):
                raise RuntimeError(f"{name} ended before it was ready: see {self.folder}/{name}.log")
        return process

    async def python(self, name: str, script: str, *arguments: str | Path, first_line: bool = False) -> Process:
        return await self.spawn(name, sys.executable, HERE / script, *arguments, first_line=first_line)

    async def broker(self, binary: str) -> str:
        """A nats-server with JetStream in a folder of its own, on a port that the system chose; gives back its URL."""
        ports = self.folder / "ports"
        ports.mkdir()
        self._broker = await self.spawn("broker", *self._broker_command(binary, -1), "--ports_file_dir", ports)
        await until(lambda: any(file.read_text() for file in ports.iterdir()), "the broker wrote no ports file")
        self._broker_url = json.loads(next(ports.iterdir()).read_text())["nats"][0]
        return self._broker_url

    async def restart_broker(self, binary: str) -> None:
        """Stops it in good order and starts it again on the same port and store."""
        await self.stop(self._broker)
        port = int(self._broker_url.rsplit(":", 1)[1])
        self._broker = await self.spawn("broker", *self._broker_command(binary, port))

    def _broker_command(self, binary: str, port: int) -> list[str]:
        return [binary, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(self.folder / "js")]

    async def stop(self, process: Process, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal and waits; -9 for one that does not hear it."""
        if process.returncode is None:
            process.send_signal(number)
        try:
            code = await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
        except asyncio.TimeoutError:
            process.kill()
            code = await process.wait()
        if process in self._running:
            self._running.remove(process)
        return code

    async def stop_all(self) -> None:
        for process in reversed(list(self._running)):
            await self.stop(process)


async def until(condition: Callable[[], bool], complaint: str, limit_s: float = START_LIMIT_S) -> None:
    """Waits for a condition, with a bound."""

    async def look() -> None:
        while not condition():
            await asyncio.sleep(LOOK_EVERY_S)

    try:
        await asyncio.wait_for(look(), limit_s)
    except asyncio.TimeoutError:
        raise RuntimeError(f"{complaint} within {limit_s:.0f} s") from None


async def within(limit_s: float, work: Awaitable[object]) -> bool:
    """True when the work ended in time; it is cancelled when not."""
    try:
        await asyncio.wait_for(work, limit_s)
        return True
    except asyncio.TimeoutError:
        return False
