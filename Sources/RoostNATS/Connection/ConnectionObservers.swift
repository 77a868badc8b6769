import Synchronization

/// Who wants to hear what happens to a connection. The library holds one reference until its closed callback.
final class ConnectionObservers: Sendable {
  let subscriptions = Subscriptions()
  private let list: Mutex<[@Sendable (NATSConnectionEvent) -> Void]>

  init(_ first: (@Sendable (NATSConnectionEvent) -> Void)?) {
    list = Mutex(first.map { [$0] } ?? [])
  }

  func add(_ observer: @escaping @Sendable (NATSConnectionEvent) -> Void) {
    list.withLock { $0.append(observer) }
  }

  func tell(_ event: NATSConnectionEvent) {
    let all = list.withLock { $0 }
    for observer in all { observer(event) }
  }

  /// After the last event: observers may hold the connection itself.
  func forgetAll() {
    list.withLock { $0 = [] }
  }
}
