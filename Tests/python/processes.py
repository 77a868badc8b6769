"""Child processes of a trial: a broker of its own on a free port, and programs that write to log files."""

import asyncio
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
BROKER_SETTINGS = HERE.parents[1] / "compose/nats-server.conf"
# Nothing outlives a trial that is killed itself.
DIE_WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "KILL")
STOP_LIMIT_S = 20.0
START_LIMIT_S = 20.0
LOOK_EVERY_S = 0.02


class Children:
    """Starts programs and stops every one of them at the end, whatever happened."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        """`environment` is added to our own."""
        self.folder = folder
        self.environment = os.environ | (environment or {})
        self._running: list[Process] = []

    async def spawn(self, name: str, *command: str | Path, first_line: bool = False) -> Process:
        """Logs to NAME.log; with `first_line` it waits until the program has printed a line."""
        with (self.folder / f"{name}.log").open("ab") as log:
            words = [*DIE_WITH_US, *(str(word) for word in command)]
            # In a session of its own: Ctrl-C is for us, who end them in order.
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=DEVNULL,
                stdout=PIPE if first_line else log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        self._running.append(process)
        if first_line:
            assert process.stdout is not None
            if not await asyncio.wait_for(process.stdout.readline(), START_LIMIT_S):
                raise RuntimeError(f"{name} ended before it was ready: see {self.folder}/{name}.log")
        return process

    async def python(self, name: str, script: str, *arguments: str | Path, first_line: bool = False) -> Process:
        return await self.spawn(name, sys.executable, HERE / script, *arguments, first_line=first_line)

    async def broker(self, binary: str) -> str:
        """The broker of compose/ with a store of its own, on a port that the system chose; gives back its URL."""
        ports = self.folder / "ports"
        ports.mkdir()
        self.broker_process = await self._spawn_broker(binary, -1, "--ports_file_dir", ports)
        # The file is named after the process: the port in it is that of ours.
        written = ports / f"{Path(binary).name}_{self.broker_process.pid}.ports"
        await until(
            lambda: self.broker_process.returncode is not None or (written.exists() and bool(written.read_text())),
            f"the broker wrote no {written}",
        )
        if self.broker_process.returncode is not None:
            raise RuntimeError(f"the broker ended at once: {self.last_words('broker')}")
        # Without a place of its own for the store a server takes one that all of this machine share.
        if not list(self.folder.glob("*/jetstream")):
            raise RuntimeError(f"the broker's store is not below {self.folder}")
        self._broker_url: str = json.loads(written.read_text())["nats"][0]
        return self._broker_url

    async def start_broker_again(self, binary: str) -> None:
        """After it was stopped, on the same port and store."""
        port = int(self._broker_url.rsplit(":", 1)[1])
        self.broker_process = await self._spawn_broker(binary, port)

    async def _spawn_broker(self, binary: str, port: int, *more: str | Path) -> Process:
        found = Path(shutil.which(binary) or binary).absolute()
        flags = ["--name", self.folder.name, "-a", "127.0.0.1", "-p", str(port), "-sd", self.folder / "js", *more]
        return await self.spawn("broker", found, "-c", BROKER_SETTINGS, *flags)

    async def stop(
        self, process: Process, number: signal.Signals = signal.SIGTERM, limit_s: float = STOP_LIMIT_S
    ) -> int:
        """Sends a signal and waits; -9 for one that does not hear it."""
        if process.returncode is None:
            process.send_signal(number)
        try:
            code = await asyncio.wait_for(process.wait(), limit_s)
        except asyncio.TimeoutError:
            process.kill()
            code = await process.wait()
        if process in self._running:
            self._running.remove(process)
        return code

    def last_words(self, name: str) -> str:
        """The last line that a program wrote to its log."""
        log = self.folder / f"{name}.log"
        lines = log.read_text(errors="replace").split("\n") if log.exists() else []
        return next((line for line in reversed(lines) if line.strip()), "it said nothing")

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
