"""A recording of the demo, looked through once for what the rows of the verdict ask."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from explaining import outputs_by_pool
from recording import Line, Recording, actor_of

ENDS_OF_WAITS = ("pending_timeout", "sleeping", "destroying", "destroyed")


@dataclass(frozen=True)
class Wait:
    """An actor that was pending, and the start or event that ended that; None = nothing did."""

    actor: str
    pending: Line
    end: Line | None

    @property
    def is_placed(self) -> bool:
        return self.end is not None and verb_of(self.end) == "start"


class Seen:
    """A recording, looked through once for what the rows ask."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = list(lines)
        self.recording = Recording.of(self.lines)
        self.signals = [line for _, line in sorted(self.recording.signals.items())]
        # First occurrences, in the order of the journal's records, commands before events.
        self.outputs = [line for lines in outputs_by_pool(self.recording).values() for line in lines]
        self.waits = list(self._waits())

    def actor_signals(self, verb: str, actor: str = "") -> list[Line]:
        """To this actor, or to all."""
        found = [s for s in self.signals if ".actor." in s["subject"] and verb_of(s) == verb]
        return [s for s in found if actor in ("", actor_of(s)[1])]

    def of(self, actor: str, *verbs: str) -> list[Line]:
        """Starts, stops and events of an actor."""
        return [o for o in self.outputs if verb_of(o) in verbs and actor_of(o)[1] == actor]

    def start(self, actor: str, generation: int) -> Line | None:
        return next((s for s in self.of(actor, "start") if s["body"]["generation"] == generation), None)

    def answers(self, sequence: int) -> list[Line]:
        return [o for o in self.recording.outcomes if o["body"] and o["body"].get("signal_sequence") == sequence]

    def kill(self) -> tuple[Line | None, Line | None, list[int]]:
        """The first kill -9 of a process, when it was started again, and the signals that the broker took meanwhile."""
        killed: Line | None = None
        acked: list[int] = []
        for line in self.lines:
            if killed is None:
                is_kill = line["t"] == "note" and line["note"] == "killed" and line.get("code") == -9
                killed = line if is_kill else None
            elif line["t"] == "acked":
                acked.append(line["seq"])
            elif line["t"] == "note" and line["note"] == "started" and line["who"] == killed["who"]:
                return killed, line, acked
        return killed, None, acked

    def _waits(self) -> Iterator[Wait]:
        for place, pending in enumerate(self.outputs):
            if verb_of(pending) != "pending":
                continue
            actor = actor_of(pending)[1]
            later = (o for o in self.outputs[place + 1 :] if actor_of(o)[1] == actor and verb_of(o) != "start")
            following = next(later, None)
            # A start of the same record stands before the event.
            start = self.start(actor, generation_of(pending) + 1)
            ended_otherwise = following is not None and verb_of(following) in ENDS_OF_WAITS
            yield Wait(actor, pending, following if ended_otherwise else start)


def verb_of(line: Line) -> str:
    return str(line["subject"].rsplit(".", 1)[1])


def runner_of(command: Line) -> str:
    return str(command["subject"].split(".")[4])


def generation_of(line: Line) -> int:
    return int(line["body"].get("generation", 0))


def cause_of(line: Line) -> int:
    return int(line["body"].get("cause_sequence", 0))


def is_empty(signal: Line) -> bool:
    return signal["body"] == {}
