"""The outside judge: reads a recording and says what a worker broke, naming actor, sequence and times."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from explaining import explain, identity_of, kind_of, outputs_by_actor, wait_limit
from recording import ADOPTED_GENERATIONS, Line, Recording, actor_of, pool_of

FINAL_TWICE = ("outcome", "state", "reason", "runner_id", "generation")


@dataclass(frozen=True)
class Finding:
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


@dataclass
class Judgement:
    findings: list[Finding] = field(default_factory=list)
    # What was looked at: without these a clean judgement could mean an empty recording.
    counts: Counter[str] = field(default_factory=Counter)


def judge(recording: Recording) -> Judgement:
    judgement = Judgement()
    for rule in (complete, started_once, generations, command_indexes, answers, event_order, dead_letters, wakes):
        judgement.findings += [Finding(rule.__name__, text) for text in rule(recording, judgement.counts)]
    return judgement


def spot(line: Line) -> str:
    """Where and when: for the text of a finding."""
    if line["t"] == "signal":
        return f"signal {line['seq']} {line['subject']} stored at {line['ts']}"
    return f"{line['subject']} seen at {line['at']}"


def name(actor: tuple[str, str]) -> str:
    return f"actor {actor[1]} of {actor[0]}"


def complete(recording: Recording, counts: Counter[str]) -> Iterator[str]:
    """Nothing is missing from the recording, and everything the broker acknowledged is in the stream."""
    if not recording.ends:
        yield "the recording has no end line: the recorder did not finish"
        return
    counts["signals"] = len(recording.signals)
    missing = set(range(1, recording.ends[-1]["last_seq"] + 1)) - recording.signals.keys()
    if missing:
        yield f"{len(missing)} signals were not recorded, the first is {min(missing)}"
    for ack in recording.acked:
        counts["acked"] += 1
        stored = recording.signals.get(ack["seq"])
        if stored is None or stored["subject"] != ack["subject"]:
            yield f"{ack['subject']} was acknowledged as {ack['seq']}, but the stream has {stored and stored['subject']}"


def started_once(recording: Recording, counts: Counter[str]) -> Iterator[str]:
    """A generation is started on one session; sent again it has the same session and index."""
    first: dict[tuple[tuple[str, str], int], Line] = {}
    for start in recording.commands("start"):
        body = start["body"]
        key = actor_of(start), body["generation"]
        if key not in first:
            first[key] = start
            counts["starts"] += 1
            continue
        counts["starts_sent_again"] += 1
        before = first[key]["body"]
        where = f"{name(key[0])} generation {key[1]}"
        if body["session"] != before["session"] or first[key]["subject"] != start["subject"]:
            yield (
                f"{where} was started on two sessions: {before['session']} by {spot(first[key])} "
                f"and {body['session']} by {spot(start)}"
            )
        elif (body["index"], body["journal_sequence"]) != (before["index"], before["journal_sequence"]):
            yield f"{where} was started again as index {body['index']}, not {before['index']}: {spot(start)}"


def generations(recording: Recording, counts: Counter[str]) -> Iterator[str]:
    """They grow by one per actor, from 1, but for an adoption; what stops or is ready was started."""
    newest: dict[tuple[str, str], int] = {}
    started: dict[tuple[str, str], set[int]] = defaultdict(set)
    destroyed: set[str] = set()
    counts["adoptions"] = recording.adoptions
    for output in recording.outputs:
        body = output["body"]
        if not body or not (output["t"] == "event" or output["subject"].endswith((".start", ".stop"))):
            continue
        kind, actor, generation = kind_of(output), actor_of(output), body.get("generation", 0)
        if kind == "destroyed":
            destroyed.add(actor[0])
        # A record that was removed leaves its generation to the pool as a floor: the first one is any then.
        floor_is_known = actor in newest or actor[0] not in destroyed
        is_adopted = counts["adoptions"] > 0 and generation > newest.get(actor, 0) + ADOPTED_GENERATIONS
        if generation > newest.get(actor, 0) + 1 and floor_is_known and not is_adopted:
            yield f"{name(actor)} went from generation {newest.get(actor, 0)} to {generation}: {spot(output)}"
        if kind == "start":
            if generation < newest.get(actor, 0) and generation not in started[actor]:
                yield f"{name(actor)} started generation {generation} after {newest[actor]}: {spot(output)}"
            started[actor].add(generation)
        elif kind in ("stop", "ready") and generation not in started[actor]:
            yield f"{name(actor)} generation {generation} had a {kind} and no start before: {spot(output)}"
        newest[actor] = max(newest.get(actor, 0), generation)
    counts["actors"] = len(newest)


def command_indexes(recording: Recording, counts: Counter[str]) -> Iterator[str]:
    """Each session has the indexes from 1 without a hole, and an index always means the same command."""
    sessions: dict[tuple[str, str], dict[int, Line]] = defaultdict(dict)
    for command in recording.commands("start") + recording.commands("stop"):
        body = command["body"]
        runner = command["subject"].rsplit(".", 1)[0]
        known = sessions[runner, body["session"]].setdefault(body["index"], command)
        before, turned_stale = known["body"], "stale" in (kind_of(command), kind_of(known))
        same_actor = (before["actor_id"], before["generation"]) == (body["actor_id"], body["generation"])
        if not same_actor or (kind_of(known) != kind_of(command) and not turned_stale):
            yield f"index {body['index']} of session {body['session']} is two commands: {spot(known)} and {spot(command)}"
    counts["sessions"] = len(sessions)
    for (runner, session), indexes in sessions.items():
        if missing := set(range(1, max(indexes) + 1)) - indexes.keys():
            yield f"session {session} on {runner} never saw command index {min(missing)} ({len(missing)} missing)"


def answers(recording: Recording, counts: Counter[str]) -> Iterator[str]:
    """One final per signal that asked, in order, and no time-out before its time."""
    finals: dict[tuple[str, int], Line] = {}
    told: set[tuple[object, ...]] = set()
    started = {(actor_of(start), start["body"]["generation"]) for start in recording.commands("start")}
    for outcome in recording.outcomes:
        body = outcome["body"]
        if body is None:
            yield f"an outcome does not decode: {spot(outcome)}"
            continue
        seq = body.get("signal_sequence", 0)
        key, counted = (outcome["subject"], seq), body.get("outcome", "?").removeprefix("OUTCOME_").lower()
        again = (*key, *sorted(body.items())) in told
        told.add((*key, *sorted(body.items())))
        if not body.get("final"):
            if key in finals and not again:
                yield f"signal {seq} was answered {counted} after its final: {spot(outcome)}"
            continue
        before = finals.setdefault(key, outcome)
        if before is outcome:
            counts[f"answered_{counted}"] += 1
        elif any(before["body"].get(fact) != body.get(fact) for fact in FINAL_TWICE):
            yield (
                f"signal {seq} of actor {body.get('actor_id')} has two different finals: "
                f"{before['body'].get('outcome')} at {before['at']} and {body.get('outcome')} at {outcome['at']}"
            )
        signal = recording.signals.get(seq)
        if signal is None or signal["headers"].get("Roost-Reply-To") != outcome["subject"]:
            yield f"{spot(outcome)} answers signal {seq}, which did not ask there"
        elif counted == "timed_out" and body.get("reason") != "expired" and outcome["at"] < (wait_limit(signal) or 0):
            yield f"timed out {(wait_limit(signal) or 0) - outcome['at']} ms early: {spot(signal)}, answered at {outcome['at']}"
        elif counted == "ready" and (actor_of(signal), body.get("generation", 0)) not in started:
            yield f"{name(actor_of(signal))} was said ready in a generation never started: {spot(outcome)}"
    answered = {seq for _, seq in finals}
    for seq, signal in recording.signals.items():
        reply = signal["headers"].get("Roost-Reply-To", "")
        if reply.startswith("roost.reply.") and signal["body"] is not None and seq not in answered:
            yield f"never answered finally: {spot(signal)}"


def event_order(recording: Recording, counts: Counter[str]) -> Iterator[str]:
    """Per pool, events come in the order of their journal records; only sent again may they go back."""
    last: dict[str, Line] = {}
    seen: set[tuple[object, ...]] = set()
    for event in recording.events():
        if (identity := identity_of(event)) in seen:
            counts["events_sent_again"] += 1
            continue
        seen.add(identity)
        counts["events"] += 1
        before = last.setdefault(pool_of(event), event)
        if event["body"].get("journal_sequence", 0) < before["body"].get("journal_sequence", 0):
            yield (
                f"{spot(event)} is of record {event['body'].get('journal_sequence', 0)} and came after "
                f"{spot(before)} of record {before['body'].get('journal_sequence', 0)}"
            )
        last[pool_of(event)] = event


def dead_letters(recording: Recording, counts: Counter[str]) -> Iterator[str]:
    """Each is of a signal in the stream, with one reason."""
    reasons: dict[int, str] = {}
    for dead in recording.dead:
        headers = dead["headers"]
        seq, reason = int(headers.get("Roost-Dead-Sequence", 0)), headers.get("Roost-Dead-Reason", "")
        signal = recording.signals.get(seq)
        if signal is None or signal["subject"] != headers.get("Roost-Dead-Subject"):
            yield f"{spot(dead)} names signal {seq}, which is another one or none"
        elif not reason or reasons.setdefault(seq, reason) != reason:
            yield f"{spot(dead)} of signal {seq} says '{reason}', before '{reasons.get(seq, '')}'"
    counts["dead_letters"] = len(reasons)


def wakes(recording: Recording, counts: Counter[str]) -> Iterator[str]:
    """Every wake in the stream is explained."""
    outputs = outputs_by_actor(recording)
    finals = {o["body"].get("signal_sequence", 0) for o in recording.outcomes if o["body"] and o["body"].get("final")}
    dead = {int(d["headers"].get("Roost-Dead-Sequence", 0)) for d in recording.dead}
    for seq, signal in recording.signals.items():
        if ".actor." not in signal["subject"] or not signal["subject"].endswith(".wake"):
            continue
        counts["wakes"] += 1
        verdict = explain(signal, outputs.get(actor_of(signal), []), finals, dead)
        counts["wakes: " + (verdict.explained or "unexplained")] += 1
        if not verdict.explained:
            yield f"{name(actor_of(signal))} was woken and {verdict.missing}: {spot(signal)}"
