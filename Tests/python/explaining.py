"""Whether each wake was explained: followed by a start, joined to a wait or start under way, or answered.

An actor's outputs (starts, stops, events) are put in the order of their journal records. Each has a position in the
stream: its cause, or, when no signal caused it, somewhere after the causes before it and not later than when it was
seen. The state that the outputs up to a wake's position add up to says what must follow the wake.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from recording import Line, Recording, actor_of, pool_of

Actor = tuple[str, str]
STOPS_AN_ACTOR = {"STOP_REASON_SLEEP", "STOP_REASON_STOP", "STOP_REASON_GOING_AWAY", "STOP_REASON_DESTROY"}
STATE_AFTER = {
    "start": "active",
    "ready": "active",
    "stop": "ending",
    "sleep_intent": "ending",
    "going_away": "ending",
    "stopped": "ending",
    "lost": "ending",
    "pending": "waiting",
    "backoff": "waiting",
    "pending_timeout": "asleep",
    "sleeping": "asleep",
    "created": "asleep",
    "destroying": "gone",
    "destroyed": "gone",
}
# What answers a wake in this state, when it comes later.
ANSWERED_BY = {
    "waiting": {"start", "pending_timeout", "sleeping", "destroying", "destroyed"},
    "ending": {"start", "pending", "backoff", "destroying", "destroyed"},
}


@dataclass(frozen=True)
class Output:
    kind: str
    generation: int
    # The stream sequence of the signal it came of; 0 = of none.
    cause: int
    # When it was seen, and when it was decided; ms since the epoch.
    at: int
    ts: int
    # Everything up to this sequence had been applied in earlier records.
    after: int


@dataclass(frozen=True)
class Verdict:
    """explained: how, or "" when it is not; otherwise: what is missing."""

    explained: str
    missing: str = ""


def outputs_by_pool(recording: Recording) -> dict[str, list[Line]]:
    """First occurrences only (a crash has them sent again), in the order of their records, commands first."""
    pools: dict[str, list[Line]] = defaultdict(list)
    seen: set[tuple[object, ...]] = set()
    for line in recording.outputs:
        if line["body"] is None or not is_output(line):
            continue
        identity = identity_of(line)
        if identity not in seen:
            seen.add(identity)
            pools[pool_of(line)].append(line)
    for lines in pools.values():
        lines.sort(key=lambda line: (record_of(line), line["t"] == "event"))
    return pools


def record_of(line: Line) -> int:
    """The journal record that an output was decided in."""
    return int(line["body"].get("journal_sequence", 0))


def outputs_by_actor(recording: Recording) -> dict[Actor, list[Output]]:
    found: dict[Actor, list[tuple[tuple[int, int, bool, int], Output]]] = defaultdict(list)
    for lines in outputs_by_pool(recording).values():
        newest = newest_before = last_record = 0
        for order, line in enumerate(lines):
            record, is_event, body = record_of(line), line["t"] == "event", line["body"]
            if record != last_record:
                newest_before, last_record = newest, record
            cause = body.get("cause_sequence", 0)
            newest = max(newest, cause)
            ts = body.get("ts", line["at"])
            output = Output(kind_of(line), body.get("generation", 0), cause, line["at"], ts, newest_before)
            found[actor_of(line)].append(((record, cause or newest_before, is_event, order), output))
    return {actor: [output for _, output in sorted(placed, key=lambda p: p[0])] for actor, placed in found.items()}


def is_output(line: Line) -> bool:
    return line["t"] == "event" or line["subject"].endswith((".start", ".stop"))


def kind_of(line: Line) -> str:
    verb = line["subject"].rsplit(".", 1)[1]
    return "stale" if verb == "stop" and line["body"].get("reason") not in STOPS_AN_ACTOR else verb


def identity_of(line: Line) -> tuple[object, ...]:
    """Equal for what was sent again: commands by session and index, events by everything they say."""
    body = line["body"]
    if line["t"] == "command":
        return line["subject"], body.get("session"), body.get("index"), body.get("actor_id"), body.get("generation")
    return line["subject"], *sorted(body.items())


def state_after(outputs: list[Output]) -> str:
    state, generation = "unknown", 0
    for output in outputs:
        if output.kind not in STATE_AFTER or (output.generation < generation and output.kind != "created"):
            continue
        if output.kind == "created" and state == "active":
            continue
        generation = max(generation, output.generation)
        state = STATE_AFTER[output.kind]
    return state


def candidates(outputs: list[Output], seq: int, stored: int) -> Iterator[tuple[str, list[Output]]]:
    """The states the actor may have been in when signal `seq`, stored at `stored`, was applied, and what came after."""
    unsure = [o for o in outputs if o.cause == 0 and o.at >= stored and o.after < seq]
    for split in range(len(unsure) + 1):
        later = {id(o) for o in unsure[split:]}
        later |= {id(o) for o in outputs if o.cause > seq or (o.cause == 0 and o.at >= stored and o.after >= seq)}
        yield state_after([o for o in outputs if id(o) not in later]), [o for o in outputs if id(o) in later]


def wait_limit(signal: Line) -> int | None:
    """When the wake's patience ends, ms since the epoch; None = it has none, or has no limit."""
    override = (signal["body"] or {}).get("allocation_override", {}).get("dont_sleep", {})
    timeout = override.get("pending_timeout_ms")
    return None if timeout is None else signal["ts"] + timeout


def explain(signal: Line, outputs: list[Output], finals: set[int], dead: set[int]) -> Verdict:
    seq = signal["seq"]
    if seq in finals:
        return Verdict("answered")
    if seq in dead:
        return Verdict("dead letter")
    for output in outputs:
        if output.cause == seq:
            return Verdict(output.kind)
    missing = "no start, event or answer came of it"
    for state, later in candidates(outputs, seq, signal["ts"]):
        if state in ("active", "gone"):
            return Verdict(f"joined {state}")
        if state in ANSWERED_BY:
            if any(output.kind in ANSWERED_BY[state] for output in later):
                return Verdict(f"joined {state}")
            limit = wait_limit(signal)
            if state == "ending" and limit and any(o.kind == "sleeping" and o.ts >= limit for o in later):
                return Verdict("its patience ended before the stop")
            missing = f"it joined an actor that was {state}, and nothing followed"
    expires = (signal["body"] or {}).get("expires_ts")
    if expires is not None:
        return Verdict("may have expired")
    return Verdict("", missing)
