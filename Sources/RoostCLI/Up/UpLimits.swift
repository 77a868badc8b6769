import RoostRunner

/// The numbers `roost up` holds itself to, each with its reason. Times in ms.
enum UpLimits {
  /// Until the broker answers: it takes some 50 ms; with a large store on a slow disk, seconds.
  static let brokerReadyMs: Int64 = 60_000
  /// How often a condition that nobody tells us about is looked at.
  static let lookMs: Int64 = 20
  /// For the answer to a question that is asked again: Ctrl-C is not heard meanwhile.
  static let answerMs: Int64 = 1_000
  /// After this long without being ready it is said what is waited for, and again. A long journal takes its time: that
  /// is no error, and Ctrl-C is there.
  static let patienceMs: Int64 = 10_000
  /// Beyond the time that the runner itself allows its actors to end: until its supervisor is gone, and a little.
  static let runnerMarginMs = Int64(ProcessLimits.supervisorEndMs) + 2_000
  /// A worker finishes what it has in hand: one batch.
  static let workerEndMs: Int64 = 10_000
  /// The broker writes its streams' state.
  static let brokerEndMs: Int64 = 10_000
  /// From SIGKILL to the end of a process that the kernel does not hold up.
  static let killMs: Int64 = 5_000
  /// For the last words of a part whose process is gone.
  static let lastWordsMs: Int64 = 1_000
  /// Until the parts of an earlier one that was killed are gone: the kernel kills them, a loaded machine takes a while.
  static let leftBehindMs: Int64 = 10_000
  /// Bytes of a part's line of output; the rest of a longer one goes on in the next. Lines of our log have 4,000.
  static let lineBytes = 8_192
}
