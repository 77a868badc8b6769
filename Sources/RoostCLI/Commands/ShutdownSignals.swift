import Glibc

/// SIGTERM and SIGINT as calls on a thread of their own, where everything may be done.
enum ShutdownSignals {
  /// Call before any other thread is started, so that all of them leave the two signals to ours. `stop` is called at
  /// the first signal; a second one ends the process at once, as a crash would.
  static func watch(_ stop: @escaping @Sendable (_ name: String) -> Void) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let box = Unmanaged.passRetained(Box(stop)).toOpaque()
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, waitForSignals, box)
    precondition(status == 0, "no thread for signals: error \(status)")
    pthread_detach(thread)
  }
}

private final class Box: Sendable {
  let stop: @Sendable (String) -> Void
  init(_ stop: @escaping @Sendable (String) -> Void) { self.stop = stop }
}

@Sendable private func waitForSignals(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
  var set = sigset_t()
  sigemptyset(&set)
  sigaddset(&set, SIGTERM)
  sigaddset(&set, SIGINT)
  var isFirst = true
  while true {
    var number: Int32 = 0
    if sigwait(&set, &number) != 0 { continue }
    // What a shell reports for a process that the signal itself has ended.
    if !isFirst { _exit(128 + number) }
    isFirst = false
    box.stop(number == SIGINT ? "SIGINT" : "SIGTERM")
  }
}
