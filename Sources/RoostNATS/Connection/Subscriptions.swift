import CNats
import Synchronization

/// The library's subscriptions of one connection, and when each may be freed.
///
/// Why: the library's reader looks a subscription up, lets go of its lock and then hands the message over without
/// holding the subscription (before nats.c 3.6.1), and the error handler gets one that nobody holds either (before
/// 3.7.0). One that is freed meanwhile is written to all the same. So one that has ended is kept until its reader has
/// begun with a later message, and what the error handler gets is never looked into.
final class Subscriptions: Sendable {
  private struct State {
    /// The library's handle, as a number: pointers do not cross a lock. 0 before the connect and after the close.
    var connection: UInt = 0
    var isClosed = false
    /// The subjects of those that have not ended, by handle.
    var subjects: [UInt: String] = [:]
    /// Have ended; the reader may be busy with the message of this number, or one before, for them.
    var ended: [(handle: UInt, lastMessage: UInt64)] = []
  }

  private let state = Mutex(State())

  func connected(_ connection: OpaquePointer) {
    state.withLock { $0.connection = UInt(bitPattern: connection) }
  }

  func add(_ handle: OpaquePointer, _ subject: String) {
    state.withLock { $0.subjects[UInt(bitPattern: handle)] = subject }
  }

  /// For the error handler's pointer; nil: it has ended, its memory may be gone.
  func subject(of handle: OpaquePointer?) -> String? {
    state.withLock { $0.subjects[UInt(bitPattern: handle)] }
  }

  /// Number of those that have ended and are not freed.
  var endedCount: Int { state.withLock { $0.ended.count } }

  /// Ends one, and frees it and others as soon as that is safe.
  func end(_ handle: OpaquePointer) {
    // Once it is out of the library's table no later message finds it.
    _ = natsSubscription_Unsubscribe(handle)
    let free = state.withLock { state in
      state.subjects[UInt(bitPattern: handle)] = nil
      if state.isClosed { return [UInt(bitPattern: handle)] }
      // The reader counts a message before it looks up whose it is, and has one in hand at a time.
      guard let begun = Self.messagesBegun(state.connection) else {
        state.ended.append((UInt(bitPattern: handle), .max))
        return []
      }
      let free = state.ended.filter { $0.lastMessage < begun }
      state.ended.removeAll { $0.lastMessage < begun }
      state.ended.append((UInt(bitPattern: handle), begun))
      return free.map(\.handle)
    }
    Self.free(free)
  }

  /// The connection is closed: its reader has ended.
  func close() {
    let free = state.withLock { state in
      state.isClosed = true
      state.connection = 0
      defer { state.ended = [] }
      return state.ended.map(\.handle)
    }
    Self.free(free)
  }

  private static func free(_ handles: [UInt]) {
    for handle in handles { natsSubscription_Destroy(OpaquePointer(bitPattern: handle)) }
  }

  /// How many messages the reader has begun with; nil: the library does not say, so nothing is known.
  private static func messagesBegun(_ connection: UInt) -> UInt64? {
    var statistics: OpaquePointer?
    guard natsStatistics_Create(&statistics) == NATS_OK else { return nil }
    defer { natsStatistics_Destroy(statistics) }
    var messages: UInt64 = 0
    guard natsConnection_GetStats(OpaquePointer(bitPattern: connection), statistics) == NATS_OK,
      natsStatistics_GetCounts(statistics, &messages, nil, nil, nil, nil) == NATS_OK
    else { return nil }
    return messages
  }
}
