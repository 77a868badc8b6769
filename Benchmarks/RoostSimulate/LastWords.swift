import Glibc

/// A trap in the code under simulation ends the process, and so does a seed that does not end: its last words are the
/// seed.
enum LastWords {
  /// A seed takes milliseconds; one that takes so long never ends.
  private static let patienceSeconds: UInt32 = 120
  // Unsafe as far as the compiler knows: a signal handler reads them, in the one thread there is, which also writes them.
  /// The seed that is played.
  private nonisolated(unsafe) static var seed: UInt64 = 0
  /// What repeats it, before the seed.
  private nonisolated(unsafe) static var command: StaticString = ""

  /// - Parameter patienceSeconds: 0 = no limit.
  static func begin(_ seed: UInt64, patienceSeconds: UInt32 = patienceSeconds) {
    self.seed = seed
    alarm(patienceSeconds)
  }

  static func install(_ command: StaticString = "make simulate SEED=") {
    self.command = command
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGBUS, SIGALRM] {
      signal(number) { number in
        LastWords.say()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  /// Only what a signal handler may do.
  private static func say() {
    write("the process dies; ")
    write(command)
    var digit: UInt64 = 1
    while seed / digit >= 10 { digit *= 10 }
    while digit > 0 {
      var byte = UInt8(48 + seed / digit % 10)
      _ = Glibc.write(1, &byte, 1)
      digit /= 10
    }
    write("\n")
  }

  private static func write(_ text: StaticString) { _ = Glibc.write(1, text.utf8Start, text.utf8CodeUnitCount) }
}
