/// The numbers a runner holds itself to, each with its reason. Times in ms.
enum RunnerLimits {
  /// No `welcome`, or no acknowledgement of events, after this long: said again (lifecycle, runners).
  static let answerMs: Int64 = 5_000
  /// The longest pause between two attempts to have events acknowledged.
  static let longestResendMs: Int64 = 60_000
  /// After a publish that the broker did not take, and between two new sessions: neither may spin.
  static let pauseMs: Int64 = 1_000
  /// Commands are acknowledged ahead of the next ping after this many ...
  static let commandsPerPing = 64
  /// ... or this long after the first of them.
  static let acknowledgeMs: Int64 = 250
  /// Until a welcome names the pool's own interval.
  static let pingIntervalMs: Int64 = 3_000
  /// Pings are not sent faster than this, whatever a welcome says.
  static let shortestPingIntervalMs: Int64 = 50
  /// Events in one message; with 1 KiB for each message of an error it stays below half of a broker's 1 MiB.
  static let eventsPerMessage = 400
  /// Generations remembered of actors that are gone; within a session the order of commands is a fence already.
  static let rememberedGenerations = 100_000
}
