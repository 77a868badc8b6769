import CRoostSystem
import Glibc
import RoostCore

/// The process that starts, signals and reaps the actors' processes, and kills them all when this one is gone.
final class Supervisor: Sendable {
  enum Reply: Equatable {
    /// There is a process for it, which is the leader of a group.
    case made(UInt64, pid: pid_t)
    /// Its program runs.
    case started(UInt64, pid: pid_t)
    /// errno; nothing was started.
    case failed(UInt64, Int32)
    /// The wait status; nothing is left of its group.
    case ended(UInt64, status: Int32)
  }

  let pid: pid_t
  let socket: Int32

  /// Every process runs `path` with `arguments` (the first is its own name) and `environment`.
  init(
    path: String, arguments: [String], environment: [String: String], capacity: UInt32
  ) throws(RunnerError) {
    let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
    var argumentPointers = arguments.map { strdup($0) } + [nil]
    var variablePointers = variables.map { strdup($0) } + [nil]
    defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
    var made = roost_supervisor()
    let number = roost_supervisor_make(&made, path, &argumentPointers, &variablePointers, capacity)
    if number != 0 {
      throw RunnerError(
        .system,
        "no process can be made: \(String(cString: strerror(number))); raise the limit of processes (ulimit -u)")
    }
    pid = made.pid
    socket = made.socket
  }

  /// 0, EAGAIN, or why not.
  func send(_ request: [UInt8], descriptors: [Int32]) -> Int32 {
    request.span.withUnsafeBytes { bytes in
      roost_supervisor_send(socket, bytes.baseAddress, bytes.count, descriptors.isEmpty ? nil : descriptors)
    }
  }

  static func start(_ id: UInt64, variables: [(String, String)]) -> [UInt8] {
    var request = head(UInt32(roost_supervisor_start), id, signal: 0)
    for (name, value) in variables { request += Array("\(name)=\(value)".utf8) + [0] }
    return request
  }

  static func signal(_ id: UInt64, _ number: Int32) -> [UInt8] {
    head(UInt32(roost_supervisor_signal), id, signal: number)
  }

  private static func head(_ kind: UInt32, _ id: UInt64, signal: Int32) -> [UInt8] {
    let request = roost_supervisor_request(kind: kind, signal: signal, id: id)
    return withUnsafeBytes(of: request) { Array($0) }
  }

  enum Received {
    case reply(Reply)
    case nothing
    case gone
  }

  func receive() -> Received {
    var reply = roost_supervisor_reply()
    let result = roost_supervisor_receive(socket, &reply)
    if result == 0 { return .nothing }
    guard result > 0 else { return .gone }
    switch reply.kind {
    case UInt32(roost_supervisor_started):
      return .reply(.started(reply.id, pid: pid_t(truncatingIfNeeded: reply.value)))
    case UInt32(roost_supervisor_made): return .reply(.made(reply.id, pid: pid_t(truncatingIfNeeded: reply.value)))
    case UInt32(roost_supervisor_failed): return .reply(.failed(reply.id, Int32(truncatingIfNeeded: reply.value)))
    default: return .reply(.ended(reply.id, status: Int32(truncatingIfNeeded: reply.value)))
    }
  }

  /// Everything it started is killed; waits until that is done, or for as long as it may take. Once.
  func close() {
    shutdown(socket, Int32(SHUT_WR))
    // One that somebody has stopped would not see it.
    kill(pid, SIGCONT)
    // Its end of the socket is open until its last instruction; replies that still come are of no interest.
    var source = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    var isGone = false
    while !isGone, poll(&source, 1, ProcessLimits.supervisorEndMs) > 0 {
      if case .gone = receive() { isGone = true }
    }
    Glibc.close(socket)
    var status: Int32 = 0
    waitpid(pid, &status, isGone ? 0 : WNOHANG)
  }
}
