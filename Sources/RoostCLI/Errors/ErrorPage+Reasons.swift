import RoostWire

extension ErrorPage {
  /// Reasons of waits, events, starts, stops and closed sessions: a trace shows them with their titles.
  static let reasons = waits + ends + sessions

  private static let waits = [
    ErrorPage(
      "no_runner", "the pool has no runner",
      "No runner has an open session, so nobody can be placed. Whoever waits is placed once one announces itself.",
      do: "`roost runner --pool NS/POOL` starts one. If some run already, see whether pool and --prefix are the same."),
    ErrorPage(
      "all_stale", "no runner pings",
      "Runners have a session, but none has pinged within runner_eligible_threshold_ms. None gets new actors before it does.",
      do: "See whether their processes live and reach the broker; they count again with their next ping."),
    ErrorPage(
      "all_draining", "all runners drain", "Every runner of the pool is being drained and takes no new actors.",
      do: "Start a runner that is not drained."),
    ErrorPage(
      "newest_full", "no free slot",
      "All slots of the runners of the highest version are taken. Runners of lower versions get no new actors meanwhile.",
      do:
        "Start more runners of that version, or give them more slots. `roost pool explain NS/POOL` says how many there are."
    ),
    ErrorPage(
      "behind_others", "others came before it",
      "There is room, and those who waited longer are being placed first.", do: "Nothing: its turn comes at once."),
    ErrorPage(
      "pending_timeout", "its patience was over",
      "The actor waited for a slot as long as its wake said, and sleeps on.",
      do: "The event pending_timeout before it says what was missing; wake it again when there is room."),
    ErrorPage(
      "no_capacity", "there was no room for it",
      "The actor's last wait for a slot ended without one. The message says what was missing.",
      do: "`roost explain` has a page of that too."),
    ErrorPage(
      HistoryEntry.slotReleased, "a slot became free",
      "The actor had waited, and was started when another one, which is named, gave its slot back.", do: "Nothing."),
    ErrorPage(
      HistoryEntry.runnerJoined, "a runner joined",
      "The actor had waited, and was started when its runner opened a session.", do: "Nothing."),
  ]

  private static let ends = [
    ErrorPage(
      "asked", "by a signal", "Somebody sent a signal that asks for this.", do: "Nothing; the signal is named."),
    ErrorPage(
      "stopped", "it has ended as it was told to", "The actor was being put to sleep, and its run has ended.",
      do: "Nothing."),
    ErrorPage(
      "ok", "it ended well", "The actor's run ended without an error: it was told to, or its work is done.",
      do: "Nothing."),
    ErrorPage(
      "error", "it ended with an error", "The runner reports that the run failed; its words stand in the message.",
      do: "Mend what ends it; its output is in the log of the runner."),
    ErrorPage(
      "crashed", "its last run ended with an error", "The runner's words stand in the message.",
      do: "Mend what ends it; its output is in the log of the runner."),
    ErrorPage(
      "completed", "its work is done", "The actor's run ended well by itself, which ends the actor for good.",
      do: "Nothing; create it again if there is more to do."),
    ErrorPage(
      "crash_policy", "so its crash policy says",
      "Its run crashed or was lost, and nobody waits for it: crash policy SLEEP lets it sleep, DESTROY ends it.",
      do: "The event before it says why it ended. RESTART starts it again."),
    ErrorPage(
      "no_start_report", "the runner did not say that it runs",
      "The runner was told to start the actor and did not report it within actor_start_threshold_ms. The run is taken for lost.",
      do: "See the log of the runner; raise the threshold if the start is that slow."),
    ErrorPage(
      "no_stop_report", "the runner did not say that it stopped",
      "The runner was told to stop the actor and did not report it within actor_stop_threshold_ms. The run is taken for lost.",
      do: "See the log of the runner; the threshold must be longer than its --grace."),
    ErrorPage(
      "runner_lost", "the runner fell silent",
      "No ping came within runner_lost_threshold_ms. The session is closed and its actors are lost.",
      do: "See whether the runner's process lived and reached the broker."),
    ErrorPage(
      "handed_back", "its runner ends and had not begun with it",
      "A draining runner never took the start, so nothing ran. The actor is placed again.", do: "Nothing."),
    ErrorPage(
      "drain", "its runner drains", "The actor is stopped where it is, to go on elsewhere.", do: "Nothing."),
    ErrorPage("sleep", "to sleep", "Why a stop is sent: the actor is to sleep.", do: "Nothing."),
    ErrorPage(
      "stop", "to end, as it wanted", "Why a stop is sent: the actor said that its work is done.", do: "Nothing."),
    ErrorPage(
      "going_away", "to go on elsewhere", "Why a stop is sent: its runner drains, or somebody rescheduled the actor.",
      do: "Nothing: it is started again wherever there is room."),
    ErrorPage("destroy", "to end for good", "Why a stop is sent: the actor was destroyed.", do: "Nothing."),
    ErrorPage(
      "stale", "a copy that is nobody's any more",
      "Why a stop is sent: the run was taken for lost and is still there. Only its runner is told; the actor goes on elsewhere.",
      do: "Nothing; if it comes often, see why that runner reports so late."),
  ]

  private static let sessions = [
    ErrorPage(
      "superseded", "its runner was started anew",
      "A process announced itself with the id of the runner: the session before it is closed and its actors are lost.",
      do: "Nothing after a restart. If two processes have the same --id, give each its own; see ROOST-R001."),
    ErrorPage(
      "changed", "its runner said something else of itself",
      "The runner announced the session that it has with another version or other slots: it is closed.",
      do: "A runner that wants these to change takes a new session."),
    ErrorPage(
      "unknown_session", "the worker does not know the session",
      "The runner speaks of a session that the journal has not, or of commands that it never had: it is closed.",
      do: "Nothing: the runner takes a new session. After a journal was restored or repaired this is expected."),
    ErrorPage(
      "drain_deadline", "its runner took too long to drain",
      "Actors were still there after runner_drain_deadline_ms: the session is closed and they are lost.",
      do: "Raise the setting if they need that long to stop."),
    ErrorPage(
      "drained", "its runner has drained", "All of its actors have left, and the session is closed.", do: "Nothing."),
    ErrorPage(
      "lost", "the runner fell silent",
      "No ping came within runner_lost_threshold_ms, and the session is closed. A runner that lives takes a new one.",
      do: "See whether its process lived and reached the broker."),
  ]
}
