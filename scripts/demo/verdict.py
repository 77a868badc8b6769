"""The verdict of the demo, made from a recording alone: each thing that was to be seen, and by what it was seen."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from explaining import record_of, wait_limit
from judging import judge
from recording import Line, actor_of
from seen import Seen, Wait, cause_of, generation_of, is_empty, runner_of, verb_of

ACTORS, SLOTS, QUEUED = 12, 4, 6
# After these an actor has given its slot back; `destroyed` is the end of one that was being destroyed.
RELEASES = ("stopped", "lost", "destroyed")


@dataclass(frozen=True)
class Row:
    what: str
    # By what it was seen; "" = it was not.
    seen: str
    missing: str = ""


def actors_take_turns(seen: Seen) -> Row:
    what = f"{ACTORS} actors or more take turns on {SLOTS} slots"
    ran = {actor_of(o)[1] for o in seen.outputs if verb_of(o) == "ready"}
    slots = {
        (s["subject"].split(".")[5], s["body"]["session"]): s["body"].get("total_slots", 0)
        for s in seen.signals
        if ".runner." in s["subject"] and verb_of(s) == "init" and s["body"]
    }
    most: dict[tuple[str, str], int] = defaultdict(int)
    taken: dict[tuple[str, int], tuple[str, str]] = {}
    # Within a record the slots are released first: that is what made room.
    for output in sorted(seen.outputs, key=lambda o: (record_of(o), o["t"] == "command")):
        actor = actor_of(output)[1], generation_of(output)
        if verb_of(output) in RELEASES:
            taken.pop(actor, None)
        elif verb_of(output) == "start":
            session = taken[actor] = runner_of(output), output["body"]["session"]
            most[session] = max(most[session], sum(1 for other in taken.values() if other == session))
    for session, count in most.items():
        if count > slots.get(session, 0):
            return Row(what, "", f"{session[0]} has {slots.get(session, 0)} slots and had {count} actors at once")
    full = [runner for (runner, _), count in most.items() if count == SLOTS]
    if len(ran) < ACTORS or not full:
        return Row(what, "", f"{len(ran)} actors became ready; at most {max(most.values(), default=0)} ran at once")
    return Row(what, f"{len(ran)} became ready, at most {SLOTS} at once on {full[0]}")


def bare_sleep_and_wake(seen: Seen) -> Row:
    what = "an empty message puts to sleep and wakes"
    for sleep in filter(is_empty, seen.actor_signals("sleep")):
        actor = actor_of(sleep)[1]
        stopped = [s for s in seen.of(actor, "stop") if cause_of(s) == sleep["seq"]]
        for wake in filter(is_empty, seen.actor_signals("wake", actor)):
            if not stopped or wake["seq"] < sleep["seq"]:
                continue
            generation = generation_of(stopped[0]) + 1
            asleep = [e for e in seen.of(actor, "sleeping") if generation_of(e) == generation - 1]
            start = seen.start(actor, generation)
            ready = [e for e in seen.of(actor, "ready") if generation_of(e) == generation]
            if asleep and ready and start and cause_of(start) == wake["seq"]:
                return Row(what, f"{actor}: asleep by signal {sleep['seq']}, generation {generation} by {wake['seq']}")
    return Row(what, "", "no actor was stopped by an empty sleep, slept, and was started by an empty wake")


def queue_drains(seen: Seen) -> Row:
    what = f"a queue of {QUEUED} or more drains as slots free"
    # A release and what it makes room for are one record.
    released: dict[int, set[str]] = defaultdict(set)
    for output in seen.outputs:
        if verb_of(output) in RELEASES:
            released[record_of(output)].add(output["body"].get("runner_id", ""))
    served = [w for w in seen.waits if w.end and w.is_placed and runner_of(w.end) in released[record_of(w.end)]]
    place = {id(output): number for number, output in enumerate(seen.outputs)}
    served.sort(key=lambda w: place[id(w.end)])
    tickets = [w.pending["body"].get("ticket", 0) for w in served]
    if tickets != sorted(tickets):
        return Row(what, "", f"they did not start in the order they came: tickets {tickets}")
    together = max((sum(1 for other in served if waits_when(other, w)) for w in served), default=0)
    if together < QUEUED:
        return Row(what, "", f"at most {together} waited at once and were started when a slot became free")
    return Row(what, f"{together} waited at once; {len(served)} started in the order they came")


def waits_when(other: Wait, begun: Wait) -> bool:
    """True when `other` waits at the moment that `begun` begins to."""
    start = record_of(begun.pending)
    return record_of(other.pending) <= start and other.end is not None and record_of(other.end) > start


def patience_ends(seen: Seen) -> Row:
    what = "a pending timeout ends a wait, and never early"
    shown = ""
    for wait in seen.waits:
        if wait.end is None or verb_of(wait.end) != "pending_timeout":
            continue
        decided = wait.end["body"]["ts"]
        wakes = [w for w in seen.actor_signals("wake", wait.actor) if w["ts"] <= decided]
        limits = [(limit, w) for w in wakes if (limit := wait_limit(w)) is not None]
        if not limits:
            return Row(what, "", f"{wait.actor} timed out, and no wake of it had a limit")
        limit, wake = max(limits, key=lambda pair: pair[0])
        # What is stored proves the time: the newest signal that had been read when it was decided.
        proof = max((s["ts"] for s in seen.signals if s["ts"] <= decided), default=0)
        if proof < limit or wait.end["at"] < limit:
            return Row(what, "", f"{wait.actor} timed out {max(limit - proof, limit - wait.end['at'])} ms early")
        told = [a for a in seen.answers(wake["seq"]) if a["body"].get("outcome") == "OUTCOME_TIMED_OUT"]
        if told:
            patience, late = limit - wake["ts"], wait.end["at"] - limit
            shown = f"{wait.actor}: patience {patience} ms, told {late} ms after it ended"
    return Row(what, shown, "no actor was pending, had an event pending_timeout, and answered TIMED_OUT")


def allocates_between(seen: Seen, wait: Wait, end: Line) -> list[Line]:
    """Allocate signals to the actor while it waited."""
    found = seen.actor_signals("allocate", wait.actor)
    return [a for a in found if wait.pending["body"]["ts"] <= a["ts"] <= end["at"]]


def joined(seen: Seen, start: Line) -> Line | None:
    """The signal with which the session of a start announced itself."""
    ending = f".runner.{runner_of(start)}.init"
    inits = (s for s in seen.signals if s["subject"].endswith(ending) and s["body"])
    return next((s for s in inits if s["body"].get("session") == start["body"]["session"]), None)


def runner_rescues(seen: Seen) -> Row:
    what = "a new runner rescues one that waits"
    for wait in seen.waits:
        if wait.end is None or not wait.is_placed or allocates_between(seen, wait, wait.end):
            continue
        init = joined(seen, wait.end)
        if init and wait.pending["at"] < init["ts"]:
            waited = init["ts"] - wait.pending["body"]["ts"]
            return Row(what, f"{wait.actor} had waited {waited / 1000:.1f} s when {runner_of(wait.end)} joined")
    return Row(what, "", "no actor that was pending before a runner joined was started on it")


def allocated(seen: Seen) -> Row:
    what = "an Allocate places one on the named runner"
    for wait in seen.waits:
        if wait.end is None or not wait.is_placed:
            continue
        init = joined(seen, wait.end)
        for allocate in allocates_between(seen, wait, wait.end):
            runner = runner_of(wait.end)
            answers = [a["body"].get("outcome") for a in seen.answers(allocate["seq"])]
            if not init or allocate["body"].get("runner_id") != runner or answers[:1] != ["OUTCOME_ACCEPTED"]:
                continue
            passed_over = init["ts"] - wait.pending["body"]["ts"] > 0 and init["seq"] < allocate["seq"]
            why = "whose free slot nobody was given" if passed_over else "by its name"
            return Row(what, f"{wait.actor} on {runner}, {why}, by signal {allocate['seq']}")
    return Row(what, "", "no pending actor was started on the runner that an accepted Allocate named")


def destroyed_while_pending(seen: Seen) -> Row:
    what = "a Destroy ends a wait"
    for wait in seen.waits:
        if wait.end is None or verb_of(wait.end) != "destroyed":
            continue
        asked = [d for d in seen.actor_signals("destroy") if d["seq"] == cause_of(wait.end)]
        started = seen.start(wait.actor, generation_of(wait.pending) + 1)
        if asked and not started:
            return Row(what, f"{wait.actor} by signal {asked[0]['seq']}; it was never started after that")
    return Row(what, "", "no pending actor was destroyed by a signal, or it was started all the same")


def alarm_wakes(seen: Seen) -> Row:
    what = "an alarm wakes a sleeper"
    for report in seen.signals:
        for event in (report["body"] or {}).get("events", []) if ".runner." in report["subject"] else []:
            alarm_ts = event.get("set_alarm", {}).get("alarm_ts")
            if alarm_ts is None:
                continue
            actor, generation = event["actor_id"], event["generation"]
            start = seen.start(actor, generation + 1)
            slept = [e for e in seen.of(actor, "sleeping") if generation_of(e) == generation]
            woken = [w for w in seen.actor_signals("wake", actor) if w["seq"] > report["seq"]]
            if not start or not slept or woken or cause_of(start) != 0:
                continue
            if start["at"] < alarm_ts:
                return Row(what, "", f"{actor} was woken {alarm_ts - start['at']} ms early")
            late_ms = start["at"] - alarm_ts
            return Row(what, f"{actor}, generation {generation + 1}, {late_ms} ms after the time it had set")
    return Row(what, "", "no actor that set an alarm and slept was started by nobody's signal")


def crash_backs_off(seen: Seen) -> Row:
    what = "crashes: restarted at once, then with back-off"
    for create in seen.actor_signals("create"):
        if (create["body"] or {}).get("crash_policy") != "CRASH_POLICY_RESTART":
            continue
        actor = actor_of(create)[1]
        crashes = [e for e in seen.of(actor, "stopped") if e["body"].get("reason") == "error"]
        waits = seen.of(actor, "backoff")
        if len(crashes) < 2 or not waits:
            return Row(what, "", f"{actor} had {len(crashes)} crashes and {len(waits)} events backoff")
        first, second = (generation_of(crash) for crash in crashes[:2])
        at_once, later = seen.start(actor, first + 1), seen.start(actor, second + 1)
        if not at_once or record_of(at_once) != record_of(crashes[0]) or generation_of(waits[0]) != second:
            return Row(what, "", f"{actor} was not started at once after its first crash")
        delay_ms = int(waits[0]["body"].get("message", "0"))
        until = waits[0]["body"]["ts"] + delay_ms
        if not later or delay_ms == 0 or later["at"] < until:
            return Row(what, "", f"{actor} was not started after the back-off of {delay_ms} ms, or before its end")
        return Row(what, f"{actor}: generation {first + 1} at once, {second + 1} after {delay_ms / 1000:.1f} s")
    return Row(what, "", "no actor with crash policy RESTART was created")


def worker_is_killed(seen: Seen) -> Row:
    what = "the worker is killed with -9 and goes on"
    killed, back, acked = seen.kill()
    if not killed or not back:
        return Row(what, "", "no worker was killed with -9 and started again")
    stored = [s for s in seen.signals if s["seq"] in acked]
    if not stored:
        return Row(what, "", "no signal was stored while there was no worker")
    for signal in stored:
        effects = [o["at"] for o in seen.outputs if cause_of(o) == signal["seq"]]
        effects += [a["at"] for a in seen.answers(signal["seq"])]
        if not effects:
            return Row(what, "", f"nothing came of signal {signal['seq']}, stored while there was no worker")
        if min(effects) < back["at"]:
            return Row(what, "", f"signal {signal['seq']} had an effect while there was no worker: who did that?")
    waiting = [w for w in seen.waits if w.pending["at"] <= killed["at"]]
    kept = [w for w in waiting if w.is_placed and w.end and w.end["at"] >= back["at"]]
    if not kept:
        return Row(what, "", "nobody waited when it was killed and was started afterwards")
    return Row(what, f"{len(stored)} signals stored meanwhile were applied; {len(kept)} that waited were started")


def nothing_lost_or_doubled(seen: Seen) -> Row:
    what = "nothing is lost or doubled"
    judgement = judge(seen.recording)
    if judgement.findings:
        more = f" (and {len(judgement.findings) - 1} more)" if len(judgement.findings) > 1 else ""
        return Row(what, "", f"{judgement.findings[0]}{more}")
    starts, wakes, signals = (judgement.counts[thing] for thing in ("starts", "wakes", "signals"))
    if not starts or not wakes:
        return Row(what, "", "there were no starts or no wakes to judge")
    return Row(what, f"{starts} starts, each once; {wakes} wakes, each explained; {signals} signals")


RULES: tuple[Callable[[Seen], Row], ...] = (
    actors_take_turns,
    bare_sleep_and_wake,
    patience_ends,
    destroyed_while_pending,
    crash_backs_off,
    alarm_wakes,
    queue_drains,
    worker_is_killed,
    allocated,
    runner_rescues,
    nothing_lost_or_doubled,
)


def verdict(lines: Iterable[Line]) -> list[Row]:
    seen = Seen(lines)
    return [rule(seen) for rule in RULES]
