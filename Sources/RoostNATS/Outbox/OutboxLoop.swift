import CNats
import Glibc
import Synchronization

/// Takes the place of the client library's own reading and writing threads for an outbox's connection.
///
/// Why: the library either makes a system call per publish or waits up to 1 ms before it sends what is buffered, and
/// has no call that sends the buffer and returns. With an event loop attached it leaves writing to us: publishes
/// gather in its buffer, and ``push()`` sends them at once, on the thread that calls it.
final class OutboxLoop: Sendable {
  private struct State {
    /// The library's handle, as a number: pointers do not cross a lock. 0 before the first connect.
    var connection: UInt = 0
    var socket: Int32 = -1
    var wantsWrite = false
    var isStopped = false
  }

  private let state = Mutex(State())
  private let pushing = Mutex(())
  /// A pipe that interrupts the polling thread.
  private let bell: (hear: Int32, ring: Int32)
  /// True between the first publish of a batch and its end: what is buffered meanwhile waits for the end.
  private let isGathering = Atomic<Bool>(false)
  private let isReading = Atomic<Bool>(false)
  private let breaks = Atomic<UInt64>(0)
  private let isAttached = Atomic<Bool>(false)
  private let thread = Mutex<ServiceThread?>(nil)

  init() {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "no pipe could be made (\(errno)): raise the process's limit of open files")
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    bell = (ends[0], ends[1])
  }

  deinit {
    close(bell.hear)
    close(bell.ring)
  }

  /// Begins to read; to be called before the connection is made.
  func start() {
    thread.withLock { $0 = ServiceThread { [self] in run() } }
  }

  /// Ends reading and writing. Afterwards the connection is only good for being closed.
  func stop() {
    state.withLock { $0.isStopped = true }
    ring()
    thread.withLock { thread in
      defer { thread = nil }
      return thread
    }?.join()
  }

  /// What is published from now on may wait for ``push()``.
  func gather() { isGathering.store(true, ordering: .sequentiallyConsistent) }

  /// Sends what has gathered. What the socket does not take is sent by the polling thread.
  ///
  /// `isLast`: nothing more waits for another push. That is said before sending: what is buffered behind it by
  /// another thread then rings the bell.
  func push(isLast: Bool) {
    if isLast { isGathering.store(false, ordering: .sequentiallyConsistent) }
    if writeBuffer() > 0 { ring() }
  }

  /// Returns how many bytes are left. The lock, because the library takes an empty buffer for a broken link: between
  /// the look and the call nobody else may empty it.
  @discardableResult private func writeBuffer() -> Int32 {
    guard let connection else { return 0 }
    return pushing.withLock { _ in
      if natsConnection_Buffered(connection) > 0 { natsConnection_ProcessWriteEvent(connection) }
      return natsConnection_Buffered(connection)
    }
  }

  /// How often the link broke; counted at once, while the library's own events come later and on another thread.
  var breakCount: UInt64 { breaks.load(ordering: .sequentiallyConsistent) }

  var hasSocket: Bool { isAttached.load(ordering: .sequentiallyConsistent) }

  private var connection: OpaquePointer? { OpaquePointer(bitPattern: state.withLock { $0.connection }) }

  private func ring() {
    var one: UInt8 = 1
    // A full pipe rings already.
    _ = write(bell.ring, &one, 1)
  }

  private func run() {
    while true {
      let (socket, wantsWrite, isStopped) = state.withLock { ($0.socket, $0.wantsWrite, $0.isStopped) }
      if isStopped { return }
      let mayWrite = wantsWrite && !isGathering.load(ordering: .sequentiallyConsistent)
      var polled = [
        pollfd(fd: bell.hear, events: Int16(POLLIN), revents: 0),
        pollfd(fd: socket, events: Int16(POLLIN | (mayWrite ? POLLOUT : 0)), revents: 0),
      ]
      // A negative descriptor is passed over.
      _ = poll(&polled, 2, -1)
      if polled[0].revents != 0 {
        var heard = [UInt8](repeating: 0, count: 64)
        _ = read(bell.hear, &heard, heard.count)
      }
      if polled[1].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { readSocket() }
      if polled[1].revents & Int16(POLLOUT) != 0 { writeBuffer() }
    }
  }

  private func readSocket() {
    guard let connection else { return }
    isReading.store(true, ordering: .sequentiallyConsistent)
    natsConnection_ProcessReadEvent(connection)
    isReading.store(false, ordering: .sequentiallyConsistent)
  }
}

/// What the library calls, with its connection's lock held: nothing here may call back into it.
extension OutboxLoop {
  func install(into options: OpaquePointer) throws(NATSError) {
    try check(
      natsOptions_SetEventLoop(
        options, Unmanaged.passUnretained(self).toOpaque(),
        { @Sendable userData, loop, connection, socket in
          userData?.pointee = loop
          OutboxLoop.from(loop)?.attached(connection, socket)
          return NATS_OK
        },
        { @Sendable loop, isAdded in
          if !isAdded { OutboxLoop.from(loop)?.forgetSocket() }
          return NATS_OK
        },
        { @Sendable loop, isAdded in
          OutboxLoop.from(loop)?.setWantsWrite(isAdded)
          return NATS_OK
        },
        { @Sendable loop in
          OutboxLoop.from(loop)?.forgetSocket()
          return NATS_OK
        }), "preparing a connection")
  }

  private static func from(_ loop: UnsafeMutableRawPointer?) -> OutboxLoop? {
    loop.map { Unmanaged<OutboxLoop>.fromOpaque($0).takeUnretainedValue() }
  }

  private func attached(_ connection: OpaquePointer?, _ socket: Int32) {
    detach()
    let connection = UInt(bitPattern: connection)
    state.withLock { state in
      state.connection = connection
      state.socket = socket
      state.wantsWrite = false
    }
    isAttached.store(true, ordering: .sequentiallyConsistent)
    ring()
  }

  private func detach() {
    isAttached.store(false, ordering: .sequentiallyConsistent)
    state.withLock { state in
      if state.socket >= 0 { breaks.add(1, ordering: .sequentiallyConsistent) }
      state.socket = -1
      state.wantsWrite = false
    }
  }

  /// The library closes the socket next. A read that is under way ends within microseconds, or waits for the lock
  /// that our caller holds and then finds the socket gone; the bound is for that second case.
  private func forgetSocket() {
    detach()
    for _ in 0..<1_000 where isReading.load(ordering: .sequentiallyConsistent) { sched_yield() }
    ring()
  }

  private func setWantsWrite(_ wantsWrite: Bool) {
    state.withLock { $0.wantsWrite = wantsWrite }
    if wantsWrite, !isGathering.load(ordering: .sequentiallyConsistent) { ring() }
  }
}
