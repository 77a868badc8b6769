"""The checker is proven here: clean recordings pass, each doctored one fails with the finding that names the fault."""

import unittest
from copy import deepcopy

from judging import Judgement, judge
from recording import Line, Recording
from story import POOL, Story

REPLY = "roost.reply.test.1"


def judged(lines: list[Line]) -> Judgement:
    return judge(Recording.of(lines))


def two_lives() -> Story:
    """a1 is created, woken, sleeps, and is woken again; a2 is created and never woken."""
    story = Story()
    story.create("a2")
    story.create("a1")
    story.run("a1", 1, story.wake("a1"))
    story.run("a1", 2, story.wake("a1"))
    return story


class CheckerCase(unittest.TestCase):
    def assert_clean(self, story: Story) -> Judgement:
        judgement = judged(story.end())
        self.assertEqual([str(finding) for finding in judgement.findings], [])
        return judgement

    def assert_finds(self, lines: list[Line], rule: str, *words: str) -> None:
        found = judged(lines).findings
        matching = [f for f in found if f.rule == rule and all(word in f.text for word in words)]
        self.assertTrue(matching, f"no finding of {rule} with {words} in {[str(f) for f in found]}")
        self.assertEqual({f.rule for f in found}, {rule}, [str(f) for f in found])


class CleanRecordings(CheckerCase):
    def test_generations_may_jump_when_another_journal_adopted_the_pools(self) -> None:
        story = two_lives()
        story.adopt()
        story.run("a1", 1_000_003, story.wake("a1"))
        self.assert_clean(story)

    def test_wakes_followed_by_starts_pass_and_are_counted(self) -> None:
        counts = self.assert_clean(two_lives()).counts
        self.assertEqual((counts["wakes"], counts["wakes: start"], counts["starts"], counts["acked"]), (2, 2, 2, 2))

    def test_everything_sent_again_after_a_crash_passes(self) -> None:
        story = two_lives()
        story.lines += deepcopy([line for line in story.lines if line["t"] in ("command", "event")])
        counts = self.assert_clean(story).counts
        self.assertEqual((counts["starts"], counts["starts_sent_again"]), (2, 2))

    def test_wakes_that_join_a_start_a_run_and_a_wait_pass(self) -> None:
        story = Story()
        story.create("a1")
        first = story.wake("a1", 5_000)
        story.event("a1", "pending", 0, first)
        story.wake("a1")
        story.start("a1", 1, first)
        story.wake("a1")
        story.event("a1", "ready", 1, story.report("a1"))
        story.wake("a1")
        counts = self.assert_clean(story).counts
        self.assertEqual((counts["wakes: joined active"], counts["wakes: pending"]), (3, 1))

    def test_a_wake_between_the_intent_to_sleep_and_the_stop_is_explained_by_the_next_start(self) -> None:
        story = Story()
        story.create("a1")
        story.start("a1", 1, story.wake("a1"))
        story.event("a1", "ready", 1, story.report("a1"))
        story.fall_asleep("a1", 1)
        first, second = story.wake("a1"), story.wake("a1")
        self.assertLess(first, second)
        stopped = story.report("a1")
        story.start("a1", 2, first)
        story.event("a1", "stopped", 1, stopped)
        counts = self.assert_clean(story).counts
        self.assertEqual((counts["wakes: start"], counts["wakes: joined active"]), (2, 1))

    def test_a_wake_stored_before_a_timeout_was_seen_may_have_joined_the_wait(self) -> None:
        story = Story()
        story.create("a1")
        story.event("a1", "pending", 0, story.wake("a1", 20))
        story.wake("a1")
        story.event("a1", "pending_timeout", 0, 0)
        story.event("a1", "sleeping", 0, 0)
        self.assert_clean(story)

    def test_answers_and_dead_letters_explain_and_are_counted(self) -> None:
        story = Story()
        story.create("a1")
        wake = story.wake("a1", reply=REPLY)
        story.outcome(REPLY, wake, "ACCEPTED")
        for _ in range(2):
            story.outcome(REPLY, wake, "SLEEPING", final=True, state="sleeping")
        story.dead(story.wake("a1"), f"roost.signal.{POOL}.actor.a1.wake", "undecodable")
        counts = self.assert_clean(story).counts
        self.assertEqual((counts["answered_sleeping"], counts["dead_letters"]), (1, 1))

    def test_a_start_that_turned_into_a_stale_stop_keeps_its_index_and_its_generation(self) -> None:
        story = Story()
        story.create("a1")
        wake = story.wake("a1")
        story.stop("a1", 1, wake, "STALE")
        story.run("a1", 2, story.wake("a1"))
        # Nobody saw the start: it was decided, and before it was sent again the actor had moved on.
        self.assert_clean(story)


class DoctoredRecordings(CheckerCase):
    def test_a_start_on_two_sessions(self) -> None:
        story = two_lives()
        story.start("a1", 2, 6, session="s2", runner="r2")
        self.assert_finds(story.end(), "started_once", "actor a1", "generation 2", "s1", "s2", "seen at")

    def test_a_start_on_two_sessions_of_one_runner(self) -> None:
        story = two_lives()
        story.start("a1", 2, 6, session="s2")
        self.assert_finds(story.end(), "started_once", "actor a1", "two sessions")

    def test_a_start_sent_again_with_another_index(self) -> None:
        story = two_lives()
        story.start("a1", 2, 6)
        self.assert_finds(story.end(), "started_once", "actor a1 of default.gpu generation 2", "index 5, not 3")

    def test_a_lost_wake(self) -> None:
        story = two_lives()
        lost = story.wake("a1")
        self.assert_finds(story.end(), "wakes", "actor a1", f"signal {lost} ", "stored at", "no start")

    def test_a_lost_wake_that_a_later_wakes_start_seems_to_cover(self) -> None:
        story = two_lives()
        lost = story.wake("a1")
        story.run("a1", 3, story.wake("a1"))
        self.assert_finds(story.end(), "wakes", f"signal {lost} ")

    def test_a_lost_wake_of_an_actor_nobody_heard_of(self) -> None:
        story = two_lives()
        story.wake("stranger")
        self.assert_finds(story.end(), "wakes", "actor stranger")

    def test_a_lost_rewake(self) -> None:
        story = Story()
        story.create("a1")
        story.start("a1", 1, story.wake("a1"))
        story.fall_asleep("a1", 1)
        lost = story.wake("a1", 60_000)
        story.event("a1", "sleeping", 1, story.report("a1"))
        self.assert_finds(story.end(), "wakes", f"signal {lost} ", "ending")

    def test_a_wait_that_never_ends(self) -> None:
        story = Story()
        story.create("a1")
        story.event("a1", "pending", 0, story.wake("a1", 5_000))
        joined = story.wake("a1")
        self.assert_finds(story.end(), "wakes", f"signal {joined} ", "waiting")

    def test_a_wake_lost_after_the_timeout_was_seen(self) -> None:
        story = Story()
        story.create("a1")
        story.event("a1", "pending", 0, story.wake("a1", 20))
        story.event("a1", "pending_timeout", 0, 0)
        story.event("a1", "sleeping", 0, 0)
        lost = story.wake("a1")
        self.assert_finds(story.end(), "wakes", f"signal {lost} ")

    def test_a_gap_in_generations(self) -> None:
        story = two_lives()
        story.run("a1", 4, story.wake("a1"))
        self.assert_finds(story.end(), "generations", "actor a1", "from generation 2 to 4", "seen at")

    def test_a_gap_in_generations_that_no_adoption_explains(self) -> None:
        story = two_lives()
        story.run("a1", 1_000_003, story.wake("a1"))
        self.assert_finds(story.end(), "generations", "actor a1", "from generation 2 to 1000003")

    def test_a_gap_that_is_not_an_adoptions_though_there_was_one(self) -> None:
        story = two_lives()
        story.adopt()
        story.run("a1", 1_000_003, story.wake("a1"))
        story.run("a1", 1_000_005, story.wake("a1"))
        self.assert_finds(story.end(), "generations", "actor a1", "from generation 1000003 to 1000005")

    def test_a_generation_that_goes_back(self) -> None:
        story = two_lives()
        story.lines = [o for o in story.lines if not (o["t"] == "command" and o["body"]["generation"] == 1)]
        for line in story.lines:
            if line["t"] == "event" and line["body"]["generation"] == 1:
                line["body"]["generation"] = 0
        self.assertIn("generations", {f.rule for f in judged(story.end()).findings})

    def test_a_first_generation_that_is_not_one(self) -> None:
        story = Story()
        story.create("a1")
        story.run("a1", 2, story.wake("a1"))
        self.assert_finds(story.end(), "generations", "actor a1", "from generation 0 to 2")

    def test_a_stop_without_a_start(self) -> None:
        story = two_lives()
        story.stop("a2", 1, story.report("a2"))
        self.assert_finds(story.end(), "generations", "actor a2", "stop and no start")

    def test_a_hole_in_the_command_indexes(self) -> None:
        story = two_lives()
        story.index["s1"] += 1
        story.run("a1", 3, story.wake("a1"))
        self.assert_finds(story.end(), "command_indexes", "session s1", "command index 5")

    def test_an_index_used_twice(self) -> None:
        story = two_lives()
        story.index["s1"] -= 1
        story.run("a2", 1, story.wake("a2"))
        self.assert_finds(story.end(), "command_indexes", "index 4", "two commands")

    def test_two_different_finals(self) -> None:
        story = Story()
        story.create("a1")
        wake = story.wake("a1", reply=REPLY)
        story.start("a1", 1, wake)
        story.outcome(REPLY, wake, "READY", final=True, actor_id="a1", generation=1)
        story.outcome(REPLY, wake, "TIMED_OUT", final=True, actor_id="a1")
        self.assert_finds(story.end(), "answers", "actor a1", f"signal {wake}", "READY", "TIMED_OUT")

    def test_a_wake_never_answered_finally(self) -> None:
        story = Story()
        story.create("a1")
        wake = story.wake("a1", reply=REPLY)
        story.start("a1", 1, wake)
        story.outcome(REPLY, wake, "ACCEPTED")
        self.assert_finds(story.end(), "answers", "never answered finally", f"signal {wake} ")

    def test_a_timeout_before_its_time(self) -> None:
        story = Story()
        story.create("a1")
        wake = story.wake("a1", 2_000, REPLY)
        story.now += 1_900
        story.outcome(REPLY, wake, "TIMED_OUT", final=True)
        self.assert_finds(story.end(), "answers", "99 ms early", f"signal {wake} ")

    def test_ready_without_a_start(self) -> None:
        story = Story()
        story.create("a1")
        wake = story.wake("a1", reply=REPLY)
        story.outcome(REPLY, wake, "READY", final=True, actor_id="a1", generation=1)
        self.assert_finds(story.end(), "answers", "actor a1", "never started")

    def test_an_answer_to_somebody_who_did_not_ask(self) -> None:
        story = two_lives()
        story.outcome("roost.reply.test.9", 6, "ACCEPTED", final=True)
        self.assert_finds(story.end(), "answers", "did not ask")

    def test_events_out_of_order(self) -> None:
        story = two_lives()
        first, last = [n for n, line in enumerate(story.lines) if line["t"] == "event"][-2:]
        story.lines[first], story.lines[last] = story.lines[last], story.lines[first]
        self.assert_finds(story.end(), "event_order", "a1.stopped", "came after")

    def test_a_dead_letter_of_nothing(self) -> None:
        story = two_lives()
        story.dead(99, "roost.signal.default.gpu.actor.a1.wake", "undecodable")
        self.assert_finds(story.end(), "dead_letters", "99")

    def test_an_acknowledged_wake_that_is_not_in_the_stream(self) -> None:
        story = two_lives()
        story.lines.append({"t": "acked", "seq": 99, "subject": "roost.signal.default.gpu.actor.a1.wake"})
        self.assert_finds(story.end(), "complete", "99")

    def test_a_hole_in_the_recording(self) -> None:
        story = two_lives()
        story.lines = [line for line in story.lines if line.get("seq") != 1]
        self.assert_finds(story.end(), "complete", "1 signals")

    def test_a_recording_that_was_cut_off(self) -> None:
        self.assert_finds(two_lives().lines, "complete", "no end line")


if __name__ == "__main__":
    unittest.main()
