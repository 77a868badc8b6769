"""Builds recordings for the tests of the judge: a tidy world whose lines a test then doctors."""

from typing import Any

from recording import Line

POOL = "default.gpu"


class Story:
    """Signals get the next sequence and are 10 ms apart; every output is a journal record of its own."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.seq = 0
        self.record = 0
        self.now = 1_000_000
        self.index: dict[str, int] = {}

    def signal(self, subject: str, body: dict[str, Any] | None = None, reply: str = "") -> int:
        self.seq += 1
        self.now += 10
        headers = {"Roost-Reply-To": reply} if reply else {}
        line = {"t": "signal", "seq": self.seq, "ts": self.now, "at": self.now, "subject": subject}
        self.lines.append({**line, "headers": headers, "body": body or {}})
        return self.seq

    def create(self, actor: str) -> int:
        seq = self.signal(f"roost.signal.{POOL}.actor.{actor}.create")
        self.event(actor, "created", 0, seq)
        return seq

    def wake(self, actor: str, timeout_ms: int | None = None, reply: str = "") -> int:
        override = {"dont_sleep": {"pending_timeout_ms": timeout_ms}} if timeout_ms else None
        body = {"allocation_override": override} if override else {}
        seq = self.signal(f"roost.signal.{POOL}.actor.{actor}.wake", body, reply)
        self.lines.append({"t": "acked", "seq": seq, "subject": self.lines[-1]["subject"]})
        return seq

    def start(self, actor: str, generation: int, cause: int, session: str = "s1", runner: str = "r1") -> Line:
        return self.command("start", actor, generation, cause, session, runner)

    def stop(self, actor: str, generation: int, cause: int, reason: str = "SLEEP", session: str = "s1") -> Line:
        line = self.command("stop", actor, generation, cause, session, "r1")
        line["body"]["reason"] = f"STOP_REASON_{reason}"
        return line

    def command(self, verb: str, actor: str, generation: int, cause: int, session: str, runner: str) -> Line:
        self.index[session] = self.index.get(session, 0) + 1
        body = {"index": self.index[session], "session": session}
        return self._output("command", f"roost.command.{POOL}.{runner}.{verb}", actor, generation, cause, body)

    def event(self, actor: str, kind: str, generation: int, cause: int, **facts: Any) -> Line:
        body = {"kind": kind, "ts": self.now, **facts}
        return self._output("event", f"roost.event.{POOL}.{actor}.{kind}", actor, generation, cause, body)

    def _output(self, t: str, subject: str, actor: str, generation: int, cause: int, body: dict[str, Any]) -> Line:
        self.record += 1
        self.now += 1
        facts = {"actor_id": actor, "generation": generation, "journal_sequence": self.record, "cause_sequence": cause}
        line = {"t": t, "at": self.now, "subject": subject, "body": {**facts, **body}}
        self.lines.append(line)
        return line

    def outcome(self, reply: str, seq: int, outcome: str, final: bool = False, **facts: Any) -> Line:
        self.now += 1
        body = {"outcome": f"OUTCOME_{outcome}", "signal_sequence": seq, "final": final, **facts}
        line = {"t": "outcome", "at": self.now, "subject": reply, "body": body}
        self.lines.append(line)
        return line

    def dead(self, seq: int, subject: str, reason: str) -> None:
        headers = {"Roost-Dead-Sequence": str(seq), "Roost-Dead-Subject": subject, "Roost-Dead-Reason": reason}
        self.lines.append({"t": "dead", "at": self.now, "subject": f"roost.dead.{POOL}", "headers": headers})

    def adopt(self) -> None:
        """The pools belong to another journal from now on."""
        for generation in (2, 1_000_002):
            self.lines.append({"t": "owner", "at": self.now, "key": "$KV.ROOST_META.journal", "generation": generation})

    def run(self, actor: str, generation: int, cause: int) -> int:
        """One life: started, ready, asleep again; gives back the sequence of the report that ended it."""
        self.start(actor, generation, cause)
        running = self.report(actor)
        self.event(actor, "ready", generation, running)
        self.fall_asleep(actor, generation)
        stopped = self.report(actor)
        self.event(actor, "stopped", generation, stopped)
        self.event(actor, "sleeping", generation, stopped)
        return stopped

    def fall_asleep(self, actor: str, generation: int) -> int:
        intent = self.report(actor)
        self.stop(actor, generation, intent)
        self.event(actor, "sleep_intent", generation, intent)
        return intent

    def report(self, actor: str) -> int:
        return self.signal(f"roost.signal.{POOL}.runner.r1.events", {"events": [{"actor_id": actor}]})

    def end(self) -> list[Line]:
        return [*self.lines, {"t": "end", "at": self.now, "last_seq": self.seq}]
