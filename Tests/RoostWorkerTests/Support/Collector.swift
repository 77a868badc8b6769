import Glibc
import Synchronization

/// Things that arrive on other threads, and a bounded wait for what a test expects of them.
final class Collector<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  func add(_ element: Element) { elements.withLock { $0.append(element) } }

  var all: [Element] { elements.withLock { $0 } }

  /// Waits until `condition` holds of what has come; false when it does not in time.
  func wait(seconds: Double = 20, _ condition: ([Element]) -> Bool) -> Bool {
    eventually(seconds: seconds) { elements.withLock { condition($0) } }
  }
}

/// Looks again and again, until it holds or the time is over.
func eventually(seconds: Double = 20, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while true {
    if try condition() { return true }
    if ContinuousClock.now > deadline { return false }
    usleep(200)
  }
}
