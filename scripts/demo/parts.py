"""The parts of the demo, each an operating-system process: a broker, a worker, runners, and through them the actors."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from pathlib import Path

from processes import Children, until

POOL = "default/demo"
BROKER, WORKER = "broker", "worker"
# In the environment of everything that is started here, and of everything that they start: so that we find it again.
MARK = "ROOST_DEMO"
GRACE = "2s"
# How long a part may take to end when asked: in good order a second; a runner without a worker longer than we wait.
END_LIMIT_S = 20.0
HURRIED_END_LIMIT_S = 3.0
GONE_LIMIT_S = 10.0


class Parts:
    def __init__(self, folder: Path, roost: Path, actor: str, server_binary: str) -> None:
        self.folder, self.roost, self.actor, self.server_binary = folder, roost, actor, server_binary
        self.children = Children(folder, {MARK: folder.name})
        # Those that should be running now, in the order they were started.
        self.running: dict[str, Process] = {}

    async def broker(self) -> str:
        self.server = await self.children.broker(self.server_binary)
        self.running[BROKER] = self.children.broker_process
        return self.server

    async def worker(self) -> None:
        await self._start(WORKER, "worker", "--data", self.folder / "data")

    async def runner(self, name: str, slots: int, version: int) -> None:
        which = ["--pool", POOL, "--id", name, "--slots", str(slots), "--version", str(version)]
        how = ["--ready-line", "--grace", GRACE, "--log-dir", self.folder / "actors"]
        await self._start(name, "runner", *which, *how, "--", self.actor)

    async def ask(self, command: str, *arguments: str) -> str:
        """Runs a command of roost to its end and gives back what it prints."""
        process = await self.children.spawn(command, self.roost, command, "--server", self.server, *arguments)
        try:
            code = await process.wait()
        finally:
            await self.children.stop(process)
        if code != 0:
            raise RuntimeError(f"roost {command} ended with {code}: {self.children.last_words(command)}")
        return (self.folder / f"{command}.log").read_text()

    async def _start(self, name: str, command: str, *arguments: str | Path) -> None:
        words = [self.roost, command, "--server", self.server, *arguments]
        self.running[name] = await self.children.spawn(name, *words)

    def pid(self, name: str) -> int:
        return self.running[name].pid

    async def kill_worker(self) -> int:
        """kill -9; gives back how the process ended, as waitpid says: -9."""
        return await self.children.stop(self.running.pop(WORKER), signal.SIGKILL)

    def ended(self) -> str:
        """Who of those that should run does not, and its last words; "" when all do."""
        for name, process in self.running.items():
            if process.returncode is not None:
                return f"{name} ended by itself, exit code {process.returncode}: {self.children.last_words(name)}"
        return ""

    async def end(self, is_hurried: bool) -> list[str]:
        """Ends runners, worker and broker in this order and sees that nothing is left; gives back what went wrong.

        In a hurry whoever is slow is killed, and how they ended is nobody's concern.
        """
        limit_s = HURRIED_END_LIMIT_S if is_hurried else END_LIMIT_S
        complaints: list[str] = []
        for names in ([n for n in self.running if n not in (BROKER, WORKER)], [WORKER], [BROKER]):
            running = {name: self.running.pop(name) for name in names if name in self.running}
            codes = await asyncio.gather(*(self.children.stop(p, limit_s=limit_s) for p in running.values()))
            # A broker of 2.9 ends with 1 when it is asked to.
            wrong = [(n, code) for n, code in zip(running, codes, strict=True) if code != 0 and n != BROKER]
            complaints += [f"{name} ended with {code}: {self.children.last_words(name)}" for name, code in wrong]
        await self.children.stop_all()
        if is_hurried:
            complaints.clear()
        try:
            await until(lambda: not self.left_behind(), "processes of the demo still run", GONE_LIMIT_S)
        except RuntimeError as error:
            left = self.left_behind()
            complaints.append(f"{error}: {left}, which are killed now")
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        return complaints

    def left_behind(self) -> list[int]:
        """Everything that descends from us and still runs."""
        mark = f"{MARK}={self.folder.name}".encode()
        found: list[int] = []
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                variables = (process / "environ").read_bytes().split(b"\0")
            except OSError:
                # It has ended meanwhile, or belongs to somebody else.
                continue
            if mark in variables:
                found.append(int(process.name))
        return found
