import CRoostSystem
import Glibc
import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// The one thread that talks with the supervisor and reads what processes write. Nothing in it blocks.
final class ProcessLoop {
  let settings: ProcessSettings
  let supervisor: Supervisor
  let log: Log
  let sink: HostSink
  let poller: Int32
  private let bell: Int32
  var processes: [UInt64: ActorProcess] = [:]
  var ids: [ActorID: UInt64] = [:]
  private var lastID: UInt64 = 0
  /// To the supervisor, in order.
  var requests: [Request] = []
  /// Starts that were sent and not answered yet.
  var startsUnderWay = 0
  /// Whose grace ends when, and whose control pipe is read again when: both in the order of time.
  var graces: [Due] = []
  var pauses: [Due] = []
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ProcessLimits.readBytes, alignment: 16)

  struct Due {
    var atMs: Int64
    var id: UInt64
  }

  init(
    _ settings: ProcessSettings, _ supervisor: Supervisor, poller: Int32, bell: Int32, log: Log,
    sink: @escaping HostSink
  ) {
    self.settings = settings
    self.supervisor = supervisor
    self.poller = poller
    self.bell = bell
    self.log = log
    self.sink = sink
  }

  deinit {
    for process in processes.values { closeAll(process.descriptors) }
    for request in requests { for descriptor in request.theirs { close(descriptor) } }
    close(poller)
    buffer.deallocate()
  }

  static func nowMs() -> Int64 { Monotonic.nowNs() / 1_000_000 }

  /// Until `close` is ordered, or the supervisor is gone.
  func run(_ takeOrders: () -> [ProcessHost.Order]) {
    defer { supervisor.close() }
    watch(bell, .bell)
    watch(supervisor.socket, .supervisor)
    var tokens = [UInt64](repeating: 0, count: 64)
    while true {
      let count = roost_poller_wait(poller, &tokens, Int32(tokens.count), timeoutMs())
      for token in tokens.prefix(Int(max(0, count))) {
        switch Source(token) {
        case .bell:
          _ = roost_bell_silence(bell)
        case .supervisor:
          if !hearSupervisor() { return supervisorIsGone() }
        case .control(let id): readControl(id)
        case .out(let id): readOutput(id, .out)
        case .err(let id): readOutput(id, .err)
        }
      }
      for order in takeOrders() {
        switch order {
        case .start(let order): start(order)
        case .end(let actor, let generation): end(actor, generation)
        case .close: return
        }
      }
      fireTimers()
      if !sendRequests() { return supervisorIsGone() }
    }
  }

  // MARK: - The supervisor

  private func hearSupervisor() -> Bool {
    while true {
      switch supervisor.receive() {
      case .nothing: return true
      case .gone: return false
      case .reply(.made(let id, let pid)): processes[id]?.pid = pid
      case .reply(.started(let id, let pid)):
        startsUnderWay -= 1
        started(id, pid)
      case .reply(.failed(let id, let number)):
        startsUnderWay -= 1
        failed(id, number)
      case .reply(.ended(let id, let status)): ended(id, ProcessEnd(status: status))
      }
    }
  }

  /// Whoever killed it killed the leaders of all groups with it (parent-death signal); the rest is for us to do.
  private func supervisorIsGone() {
    for process in processes.values { if let pid = process.pid { kill(-pid, SIGKILL) } }
    sink(
      .failed(
        RunnerError(
          .supervisorGone,
          "the process that looks after the actors' processes (\(supervisor.pid)) was killed, and they with it; start the "
            + "runner again")))
  }

  // MARK: - Sources

  enum Source: Equatable {
    case bell, supervisor
    case control(UInt64), out(UInt64), err(UInt64)

    init(_ number: UInt64) {
      switch (number & 3, number >> 2) {
      case (0, 0): self = .bell
      case (0, _): self = .supervisor
      case (1, let id): self = .control(id)
      case (2, let id): self = .out(id)
      case (_, let id): self = .err(id)
      }
    }

    var number: UInt64 {
      switch self {
      case .bell: 0
      case .supervisor: 4
      case .control(let id): id << 2 | 1
      case .out(let id): id << 2 | 2
      case .err(let id): id << 2 | 3
      }
    }
  }

  func watch(_ descriptor: Int32, _ source: Source, alsoWriting: Bool = false, isKnown: Bool = false) {
    let result = roost_poller_watch(poller, descriptor, source.number, alsoWriting ? 1 : 0, isKnown ? 1 : 0)
    precondition(result == 0, "descriptor \(descriptor) cannot be watched: error \(errno)")
  }

  func unwatch(_ descriptor: Int32) {
    let result = roost_poller_forget(poller, descriptor)
    precondition(result == 0, "descriptor \(descriptor) was not watched: error \(errno)")
  }

  // MARK: - Time

  private func timeoutMs() -> Int32 {
    guard let next = [graces.first, pauses.first].compactMap({ $0?.atMs }).min() else { return -1 }
    return Int32(clamping: max(0, next - Self.nowMs()))
  }

  private func fireTimers() {
    let now = Self.nowMs()
    while let due = graces.first, due.atMs <= now {
      graces.removeFirst()
      guard let process = processes[due.id] else { continue }
      log.info("grace is over, process is killed", [.actorID: process.actor, .generation: process.generation])
      ask(Request(id: due.id, kind: .signal, bytes: Supervisor.signal(due.id, SIGKILL)))
    }
    while let due = pauses.first, due.atMs <= now {
      pauses.removeFirst()
      guard let descriptor = processes[due.id]?.descriptors.control, descriptor >= 0 else { continue }
      watch(descriptor, .control(due.id))
    }
  }

  func newID() -> UInt64 {
    lastID += 1
    return lastID
  }

  func report(_ process: ActorProcess, _ report: ActorReport) {
    sink(.actor(process.actor, process.generation, report))
  }
}
