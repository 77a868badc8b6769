/// The numbers the host of processes holds itself to, each with its reason. Times in ms.
package enum ProcessLimits {
  /// Between SIGTERM and SIGKILL unless it is set: below the pool's default stop threshold of 30 s.
  package static let graceMs: Int64 = 10_000
  /// A grace beyond an hour is a mistake of the unit.
  package static let longestGraceMs: Int64 = 3_600_000
  /// Descriptors that a running actor needs here: control, output, error.
  package static let descriptorsPerActor = 3
  /// Descriptors for everything else: the link, the log, the ends of a process that is being started; some 30.
  package static let otherDescriptors = 64
  /// Starts that the supervisor is sent before it has answered: four descriptors each are under way, which the kernel
  /// bounds, for all processes of a user, by the limit of descriptors.
  static let startsUnderWay = 64
  /// Bytes of a control line: the longest that means something has 30.
  static let controlLineBytes = 256
  /// Control lines of one actor that are read within ``windowMs``; then its pipe fills and it waits. Each becomes a
  /// message in the signal stream.
  static let controlLines = 50
  /// Bytes of control lines read at a time: the limit of lines is looked at after each piece.
  static let controlReadBytes = 512
  /// Lines of output that one actor may write to the log within ``windowMs``; the rest is counted.
  static let logLines = 100
  static let windowMs: Int64 = 1_000
  /// Bytes of an output line, in the log and as the message of an error.
  static let outputLineBytes = 500
  /// Bytes of an actor's log file before it is moved to `.1` in place of the one before: two of them per actor.
  static let logFileBytes = 1 << 20
  /// Bytes read at a time.
  static let readBytes = 64 << 10
  /// Bytes read of what an ended actor left in its pipes; they hold 64 KiB each.
  static let leftBytes = 1 << 20
  /// How long the supervisor may take to kill everything, in ms.
  package static let supervisorEndMs: Int32 = 10_000
}
