"""The timeline: every line that a plain subscriber sees, printed as it comes, for people."""

import asyncio
import os
import sys
from collections.abc import Iterator
from typing import TextIO

import wire
from explaining import identity_of
from recording import Line, actor_of
from wording import KINDS, worded

COLUMNS = "{seconds:>8}  {kind:<7}  {who:<8}  {what:<16}  {why}"
BOLD, DIM, RED, GREEN, YELLOW, CYAN, PLAIN = (f"\033[{code}m" for code in ("1", "2", "31", "32", "33", "36", "0"))
COLOUR_OF_KIND = {"signal": CYAN, "note": BOLD}
COLOUR_OF_WHAT = {
    "ready": GREEN,
    "pending": YELLOW,
    "backoff": YELLOW,
    "pending_timeout": RED,
    "lost": RED,
    "rejected": RED,
    "TIMED_OUT": RED,
    "seen": GREEN,
    "NOT SEEN": RED,
}


def wants_colours(out: TextIO) -> bool:
    return out.isatty() and not os.environ.get("NO_COLOR")


class Timeline:
    """The sink of a recorder: keeps every line for the verdict and prints those that tell people something.

    An output is held back until the signal that it came of was seen too, so that causes stand before effects.
    """

    def __init__(self, out: TextIO = sys.stdout, began: int | None = None) -> None:
        self.out, self.has_colours = out, wants_colours(out)
        self.began = wire.now_ms() if began is None else began
        self.lines: list[Line] = []
        self.changed = asyncio.Event()
        self._held: list[Line] = []
        self._signals: dict[int, Line] = {}
        self._pending_since: dict[str, int] = {}
        self._shown: set[tuple[object, ...]] = set()

    def take(self, line: Line) -> None:
        self.lines.append(line)
        self.changed.set()
        if line["t"] == "signal":
            self._signals[line["seq"]] = line
            self._show(line)
        else:
            self._held.append(line)
        self._release()

    def note(self, who: str, what: str, why: str, **facts: object) -> None:
        """What happened to a process; it stands in the recording as well."""
        self.take({"t": "note", "at": wire.now_ms(), "note": what, "who": who, "why": why, **facts})

    def finish(self) -> None:
        """Nothing more will come: what is held back has to do without its cause."""
        for line in self._held:
            self._show(line)
        self._held.clear()

    def section(self, title: str, *explanation: str) -> None:
        self.say("")
        self.say(f"== {title}", BOLD)
        for text in explanation:
            self.say(f"   {text}")

    def header(self) -> None:
        self.say(COLUMNS.format(seconds="seconds", kind="kind", who="who", what="what", why="why"), DIM)

    def say(self, text: str, colour: str = "") -> None:
        print(self.coloured(text, colour), file=self.out, flush=True)

    def coloured(self, text: str, colour: str) -> str:
        return f"{colour}{text}{PLAIN}" if colour and self.has_colours else text

    # What others wait for.

    def events(self, kind: str, actor: str, since: int = 0) -> list[Line]:
        """Of those lines that came after the first `since`."""
        return list(self._outputs("event", kind, actor, since))

    def starts(self, actor: str, since: int = 0) -> list[Line]:
        return list(self._outputs("command", "start", actor, since))

    def _outputs(self, t: str, ending: str, actor: str, since: int) -> Iterator[Line]:
        for line in self.lines[since:]:
            if line["t"] == t and line["body"] and line["subject"].endswith(f".{ending}"):
                if actor_of(line)[1] == actor:
                    yield line

    # How a line is printed.

    def _release(self) -> None:
        while self._held and ((cause := self._cause(self._held[0])) == 0 or cause in self._signals):
            self._show(self._held.pop(0))

    def _cause(self, line: Line) -> int:
        body = line.get("body") or {}
        return int(body.get("cause_sequence", 0) or body.get("signal_sequence", 0))

    def _show(self, line: Line) -> None:
        words = worded(line, self._signals.get(self._cause(line)))
        if words is None:
            return
        who, what, why = words
        if line["t"] in ("command", "event", "outcome"):
            identity = identity_of(line)
            if identity in self._shown:
                why = f"{why} (sent again)".lstrip()
            elif waited := self._waited(line):
                why = f"{why}, waited {waited / 1000:.1f} s"
            self._shown.add(identity)
        seconds = f"{(line['at'] - self.began) / 1000:.3f}"
        text = COLUMNS.format(seconds=seconds, kind=KINDS[line["t"]], who=who, what=what, why=why).rstrip()
        self.say(text, COLOUR_OF_WHAT.get(what, COLOUR_OF_KIND.get(KINDS[line["t"]], "")))

    def _waited(self, line: Line) -> int:
        """For a start that ended a wait: how long that was."""
        actor = line["body"].get("actor_id", "")
        if line["subject"].endswith(".pending"):
            self._pending_since[actor] = line["at"]
            return 0
        if not line["subject"].endswith((".start", ".sleeping", ".destroyed")):
            return 0
        since = self._pending_since.pop(actor, line["at"])
        return line["at"] - since if line["subject"].endswith(".start") else 0
