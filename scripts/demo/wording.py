"""What a line of the recording says to people: who, what happened, and why."""

from typing import Any

from recording import Line

KINDS = {
    "signal": "signal",
    "command": "command",
    "event": "event",
    "outcome": "answer",
    "dead": "dead",
    "note": "note",
}
Words = tuple[str, str, str]


def worded(line: Line, cause: Line | None) -> Words | None:
    """None = nothing that people would miss: ticks, acknowledgements, and reports, which events repeat."""
    match line["t"]:
        case "signal":
            return _signal(line)
        case "command":
            return _command(line, cause)
        case "event":
            return _event(line)
        case "outcome":
            return _outcome(line, cause)
        case "dead":
            return "", "dead letter", line["headers"].get("Roost-Dead-Reason", "")
        case "note":
            return line["who"], line["note"], line["why"]
    return None


def _signal(line: Line) -> Words | None:
    body, tokens = line["body"] or {}, line["subject"].split(".")
    about, verb = tokens[4], tokens[-1]
    if about == "actor":
        return tokens[5], verb, _because(_actor_signal(verb, body), f"signal {line['seq']}")
    if about == "runner" and verb == "init":
        return tokens[5], "joins", f"{body.get('total_slots', 0)} slots, version {body.get('version', 0)}"
    if about == "runner" and verb == "stopping":
        return tokens[5], "leaves", ""
    if about == "runner":
        for event in body.get("events", []):
            if "set_alarm" in event:
                ahead_ms = event["set_alarm"].get("alarm_ts", line["ts"]) - line["ts"]
                return event["actor_id"], "set_alarm", f"in {ahead_ms / 1000:.1f} s"
    return None


def _actor_signal(verb: str, body: dict[str, Any]) -> str:
    match verb:
        case "create":
            policy = body.get("crash_policy", "CRASH_POLICY_SLEEP").removeprefix("CRASH_POLICY_")
            job = bytes.fromhex(body.get("input", "")).decode(errors="replace").strip()
            return f"input '{job}', after a crash {policy}"
        case "allocate":
            return f"on {body.get('runner_id')}"
        case "wake" if "allocation_override" in body:
            limit_ms = body["allocation_override"].get("dont_sleep", {}).get("pending_timeout_ms")
            return "may wait for room" if limit_ms is None else f"may wait {limit_ms / 1000:g} s for room"
    return "" if body else "an empty message"


def _command(line: Line, cause: Line | None) -> Words | None:
    body, tokens = line["body"] or {}, line["subject"].split(".")
    runner, verb = tokens[4], tokens[-1]
    match verb:
        case "start":
            return body["actor_id"], f"start {runner}", _because(f"generation {body['generation']}", _of(cause))
        case "stop":
            reason = body.get("reason", "").removeprefix("STOP_REASON_")
            if reason == "STALE":
                return body["actor_id"], f"stop {runner}", f"STALE, for generation {body['generation']}, which is over"
            return body["actor_id"], f"stop {runner}", _because(reason, _of(cause))
        case "welcome":
            return runner, "welcome", ""
        case "close":
            return runner, "close", body.get("reason", "")
    return None


def _of(cause: Line | None) -> str:
    """What a start or a stop came of."""
    if cause is None:
        return "its time has come"
    tokens = cause["subject"].split(".")
    what = "report" if tokens[4] == "runner" else tokens[-1]
    return f"of {what} {cause['seq']}"


def _event(line: Line) -> Words:
    body = line["body"] or {}
    kind, reason, message = body.get("kind", "?"), body.get("reason", ""), body.get("message", "")
    match kind:
        case "pending":
            why = _because(reason, f"place {body.get('queue_position', 0)} in the queue")
        case "pending_timeout":
            why = _because(reason, f"after {int(message) / 1000:g} s")
        case "backoff":
            why = f"next start in {int(message) / 1000:.1f} s"
        case "ready":
            why = f"on {body.get('runner_id', '')}, generation {body.get('generation', 0)}"
        case _:
            why = _because(reason, message)
    return body.get("actor_id", ""), kind, why


def _outcome(line: Line, cause: Line | None) -> Words | None:
    body = line["body"] or {}
    outcome = body.get("outcome", "").removeprefix("OUTCOME_")
    if outcome == "ACCEPTED" and not (cause and cause["subject"].endswith(".allocate")):
        return None
    return body.get("actor_id", ""), outcome, _because(body.get("reason", ""), f"to signal {body['signal_sequence']}")


def _because(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
