"""The verdict of scripts/demo: a good recording passes; each doctored one is found out by the row it touches."""

import asyncio
import io
import os
import sys
import unittest
from collections.abc import Callable
from unittest import mock

import wire
from demo_story import ALARM_MS, DemoStory
from recording import Line

sys.path.insert(0, str(wire.ROOT / "scripts/demo"))

import demo  # noqa: E402
import verdict as rows  # noqa: E402
from timeline import Timeline  # noqa: E402

Rule = Callable[[rows.Seen], rows.Row]


class Doctored:
    """The lines of a good demo, found by their subject."""

    def __init__(self) -> None:
        self.lines = DemoStory().end()

    def find(self, ending: str, **facts: object) -> list[Line]:
        """Lines whose subject ends so and whose body has these facts."""
        found = [line for line in self.lines if str(line.get("subject", "")).endswith(ending)]
        return [line for line in found if facts.items() <= (line.get("body") or {}).items()]

    def drop(self, lines: list[Line]) -> None:
        gone = {id(line) for line in lines}
        self.lines = [line for line in self.lines if id(line) not in gone]

    def note(self, what: str) -> Line:
        return next(line for line in self.lines if line["t"] == "note" and line["note"] == what)

    def after(self, line: Line, other: Line) -> None:
        """`other` comes right after `line`."""
        self.lines.insert(self.lines.index(line) + 1, other)


class DemoCase(unittest.TestCase):
    def setUp(self) -> None:
        self.demo = Doctored()

    def assert_not_seen(self, rule: Rule, why: str) -> None:
        row = rule(rows.Seen(self.demo.lines))
        self.assertEqual(row.seen, "")
        self.assertIn(why, row.missing)

    def event(self, actor: str, kind: str, **facts: object) -> Line:
        found = self.demo.find(f".{actor}.{kind}", **facts)
        return next(line for line in found if line["t"] == "event")

    def start(self, actor: str, generation: int) -> Line:
        return self.demo.find(".start", actor_id=actor, generation=generation)[0]


class GoodDemo(DemoCase):
    def test_every_row_is_seen_and_says_by_what(self) -> None:
        judged = rows.verdict(self.demo.lines)
        self.assertEqual([row.what for row in judged if not row.seen], [])
        self.assertEqual(len(judged), 11)

    def test_of_nothing_no_row_is_seen_and_each_says_what_is_missing(self) -> None:
        for row in rows.verdict([]):
            self.assertEqual(row.seen, "", row.what)
            self.assertNotEqual(row.missing, "", row.what)


class DoctoredDemos(DemoCase):
    def test_more_actors_at_once_than_slots(self) -> None:
        self.demo.find(".r1.init")[0]["body"]["total_slots"] = 3
        self.assert_not_seen(rows.actors_take_turns, "r1 has 3 slots and had 4 actors at once")

    def test_fewer_than_twelve_actors(self) -> None:
        self.demo.drop([line for actor in ("a05", "a06") for line in self.demo.find(f".{actor}.ready")])
        self.assert_not_seen(rows.actors_take_turns, "11 actors became ready")

    def test_a_wake_that_was_not_empty(self) -> None:
        self.demo.find(".a01.wake")[0]["body"] = {"allocation_override": {}}
        self.assert_not_seen(rows.bare_sleep_and_wake, "no actor")

    def test_a_start_that_came_of_something_else(self) -> None:
        self.start("a01", 2)["body"]["cause_sequence"] = 0
        self.assert_not_seen(rows.bare_sleep_and_wake, "no actor")

    def test_a_queue_out_of_order(self) -> None:
        first, second = (
            self.event(actor, "pending", ticket=ticket)["body"] for actor, ticket in (("a06", 4), ("a07", 5))
        )
        first["ticket"], second["ticket"] = second["ticket"], first["ticket"]
        self.assert_not_seen(rows.queue_drains, "not start in the order")

    def test_a_queue_of_five(self) -> None:
        self.demo.drop([line for actor in ("a10", "a11") for line in self.demo.find(f".{actor}.pending")])
        self.assert_not_seen(rows.queue_drains, "at most 5 waited at once")

    def test_a_queue_that_moves_without_a_free_slot(self) -> None:
        for line in self.demo.find(".stopped"):
            line["body"]["runner_id"] = "r9"
        self.assert_not_seen(rows.queue_drains, "at most 0 waited at once")

    def test_a_timeout_that_nothing_stored_proves(self) -> None:
        event = self.event("a05", "pending_timeout")
        event["body"]["ts"] -= 11
        self.assert_not_seen(rows.patience_ends, "ms early")

    def test_a_timeout_that_was_told_early(self) -> None:
        self.event("a05", "pending_timeout")["at"] -= 12
        self.assert_not_seen(rows.patience_ends, "1 ms early")

    def test_a_timeout_that_was_not_answered(self) -> None:
        self.demo.drop(self.demo.find("demo.1", outcome="OUTCOME_TIMED_OUT"))
        self.assert_not_seen(rows.patience_ends, "no actor")

    def test_a_runner_that_was_there_before_the_wait(self) -> None:
        self.demo.find(".r2.init")[0]["ts"] = 0
        self.assert_not_seen(rows.runner_rescues, "no actor")

    def test_an_allocate_is_no_rescue(self) -> None:
        allocate = dict(
            self.demo.find(".a04.allocate")[0],
            seq=1_000,
            subject=f"{wire.actor_signal('default/gpu', 'a03', 'allocate')}",
        )
        self.demo.after(self.demo.find(".a04.allocate")[0], allocate)
        self.assert_not_seen(rows.runner_rescues, "no actor")

    def test_an_allocate_that_was_rejected(self) -> None:
        self.demo.find("demo.2")[-1]["body"]["outcome"] = "OUTCOME_REJECTED"
        self.assert_not_seen(rows.allocated, "no pending actor")

    def test_an_allocate_that_led_elsewhere(self) -> None:
        self.demo.find(".a04.allocate")[0]["body"]["runner_id"] = "r1"
        self.assert_not_seen(rows.allocated, "no pending actor")

    def test_a_destroy_that_nobody_asked_for(self) -> None:
        self.event("a12", "destroyed")["body"]["cause_sequence"] = 0
        self.assert_not_seen(rows.destroyed_while_pending, "no pending actor")

    def test_a_destroyed_actor_that_starts(self) -> None:
        start = self.start("a05", 1)
        self.demo.after(start, {**start, "body": {**start["body"], "actor_id": "a12", "index": 1_000}})
        self.assert_not_seen(rows.destroyed_while_pending, "started all the same")

    def test_an_alarm_that_goes_off_early(self) -> None:
        self.start("dreamer", 2)["at"] -= ALARM_MS // 2
        self.assert_not_seen(rows.alarm_wakes, f"{ALARM_MS // 2 - 1} ms early")

    def test_a_sleeper_that_was_woken_by_somebody(self) -> None:
        slept = self.event("dreamer", "sleeping")
        wake = {
            **self.demo.find(".a01.wake")[0],
            "seq": 1_000,
            "subject": wire.actor_signal("default/gpu", "dreamer", "wake"),
        }
        self.demo.after(slept, wake)
        self.assert_not_seen(rows.alarm_wakes, "no actor")

    def test_a_first_restart_that_had_to_wait(self) -> None:
        self.start("crasher", 2)["body"]["journal_sequence"] += 1
        self.assert_not_seen(rows.crash_backs_off, "not started at once")

    def test_a_second_restart_without_back_off(self) -> None:
        self.demo.drop(self.demo.find(".backoff"))
        self.assert_not_seen(rows.crash_backs_off, "2 crashes and 0 events backoff")

    def test_a_second_restart_before_the_end_of_the_back_off(self) -> None:
        self.start("crasher", 3)["at"] -= 2
        self.assert_not_seen(rows.crash_backs_off, "before its end")

    def test_a_worker_that_ended_by_itself(self) -> None:
        self.demo.note("killed")["code"] = 1
        self.assert_not_seen(rows.worker_is_killed, "no worker was killed")

    def test_a_worker_that_was_not_started_again(self) -> None:
        self.demo.drop([self.demo.note("started")])
        self.assert_not_seen(rows.worker_is_killed, "no worker was killed with -9 and started again")

    def test_a_kill_that_nobody_noticed(self) -> None:
        self.demo.drop([line for line in self.demo.lines if line["t"] == "acked"])
        self.assert_not_seen(rows.worker_is_killed, "no signal was stored")

    def test_a_signal_that_was_lost_with_the_worker(self) -> None:
        self.demo.drop(self.demo.find(".stop", actor_id="a03", generation=1))
        self.assert_not_seen(rows.worker_is_killed, "nothing came of signal")

    def test_an_effect_while_there_was_no_worker(self) -> None:
        self.demo.find(".stop", actor_id="a03", generation=1)[0]["at"] = self.demo.note("started")["at"] - 1
        self.assert_not_seen(rows.worker_is_killed, "who did that?")

    def test_a_queue_that_was_lost_with_the_worker(self) -> None:
        killed = self.demo.note("killed")["at"]
        self.demo.drop([line for line in self.demo.find(".start") if line["at"] > killed])
        self.assert_not_seen(rows.worker_is_killed, "nobody waited")

    def test_a_generation_on_two_sessions(self) -> None:
        start = self.start("a03", 2)
        twice = {**start, "subject": start["subject"].replace("r2", "r1"), "body": {**start["body"], "session": "s-r1"}}
        self.demo.after(start, twice)
        self.assert_not_seen(rows.nothing_lost_or_doubled, "started_once: actor a03 of default.gpu generation 2")

    def test_a_recording_without_an_end(self) -> None:
        self.demo.drop([line for line in self.demo.lines if line["t"] == "end"])
        self.assert_not_seen(rows.nothing_lost_or_doubled, "the recorder did not finish")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Printing(unittest.TestCase):
    def printed(self, lines: list[Line], out: io.StringIO | None = None) -> list[str]:
        timeline = Timeline(out or io.StringIO(), began=1_000_000)
        for line in lines:
            timeline.take(line)
        timeline.finish()
        return timeline.out.getvalue().splitlines()

    def test_a_whole_demo_in_columns(self) -> None:
        printed = self.printed(DemoStory().end())
        self.assertGreater(len(printed), 150)
        for text in printed:
            self.assertRegex(text, r"^ *\d+\.\d{3}  (signal|command|event|answer|note) {1,4} \S")
            self.assertRegex(text[20:], r"^\S+ +")
        self.assertTrue(any("start r2" in text and "waited" in text for text in printed))

    def test_a_cause_stands_before_its_effect(self) -> None:
        story = DemoStory().end()
        wake = next(line for line in story if line.get("subject", "").endswith(".a01.wake"))
        late = [line for line in story if line is not wake]
        start = next(n for n, line in enumerate(late) if (line.get("body") or {}).get("cause_sequence") == wake["seq"])
        late.insert(start + 1, wake)
        printed = self.printed(late)
        self.assertEqual(printed, self.printed(story))

    def test_what_is_sent_again_says_so(self) -> None:
        story = DemoStory().end()
        start = next(line for line in story if line.get("subject", "").endswith(".start"))
        self.assertIn("(sent again)", self.printed([*story, start])[-1])

    def test_colours_only_on_a_terminal_that_wants_them(self) -> None:
        story = DemoStory().end()
        with mock.patch.dict(os.environ, {"NO_COLOR": ""}):
            self.assertNotIn("\033", "".join(self.printed(story)))
            self.assertIn("\033", "".join(self.printed(story, Terminal())))
        with mock.patch.dict(os.environ, {"NO_COLOR": "1"}):
            self.assertNotIn("\033", "".join(self.printed(story, Terminal())))


class HangingUp(unittest.TestCase):
    def test_a_connection_that_is_lost_does_not_hide_why_the_story_ended(self) -> None:
        """nats-py writes what it still has when it closes; the socket of a dead broker refuses it."""
        client = mock.AsyncMock()
        client.close.side_effect = ConnectionResetError("Connection lost")

        async def story() -> None:
            try:
                raise demo.StoryEnded("broker ended by itself")
            finally:
                await demo.hang_up(client)

        with self.assertRaisesRegex(demo.StoryEnded, "broker ended by itself"):
            asyncio.run(story())


if __name__ == "__main__":
    unittest.main()
