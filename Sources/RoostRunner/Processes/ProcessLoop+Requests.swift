import CRoostSystem
import Glibc
import RoostCore

// What the supervisor is asked, in order. Descriptors are opened when a start is sent, not when it is ordered: many starts
// at once need no more of them than their processes do.

extension ProcessLoop {
  struct Request {
    enum Kind {
      /// Of a process with this on its standard input.
      case start(input: [UInt8])
      case signal
    }

    let id: UInt64
    let kind: Kind
    let bytes: [UInt8]
    /// The process's ends, from when they are open until it is sent.
    var theirs: [Int32] = []

    var isStart: Bool { if case .start = kind { true } else { false } }
  }

  func ask(_ request: Request) { requests.append(request) }

  /// False: the supervisor is gone.
  func sendRequests() -> Bool {
    var sent = 0
    defer { requests.removeFirst(sent) }
    var isFull = false
    while !isFull, sent < requests.count {
      if requests[sent].isStart, startsUnderWay == ProcessLimits.startsUnderWay { break }
      switch send(sent) {
      case 0: sent += 1
      // Nothing but time helps where the system has no memory for 24 bytes, and an end must not be forgotten.
      case EAGAIN, ENOBUFS, ENOMEM: isFull = true
      case EPIPE, ECONNRESET: return false
      case let number:
        precondition(requests[sent].isStart, "no signal can be sent: error \(number)")
        sent += 1
        failed(requests[sent - 1].id, number)
      }
    }
    // Ready for writing is of interest only while something waits for it.
    watch(supervisor.socket, .supervisor, alsoWriting: isFull, isKnown: true)
    return true
  }

  /// 0, or the errno; the descriptors stay open only when it is to be tried again.
  private func send(_ place: Int) -> Int32 {
    let id = requests[place].id
    if case .start(let input) = requests[place].kind, requests[place].theirs.isEmpty {
      guard processes[id] != nil else { preconditionFailure("a start of a process that nobody knows") }
      do throws(SystemError) {
        requests[place].theirs = try open(input, for: id)
      } catch {
        return error.number
      }
    }
    let request = requests[place]
    let number = supervisor.send(request.bytes, descriptors: request.theirs)
    if number != EAGAIN, number != ENOBUFS, number != ENOMEM {
      for descriptor in request.theirs { close(descriptor) }
      requests[place].theirs = []
    }
    if number == 0, request.isStart { startsUnderWay += 1 }
    return number
  }

  struct SystemError: Error {
    let number: Int32
  }

  /// Opens its input and three pipes, and watches our ends; gives its own: input, output, error, control. All or none are
  /// open afterwards.
  private func open(_ input: [UInt8], for id: UInt64) throws(SystemError) -> [Int32] {
    let file =
      input.isEmpty
      ? Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
      : input.span.withUnsafeBytes { roost_memory_file($0.baseAddress, $0.count) }
    var opened: [Int32] = [file]
    var number: Int32 = file < 0 ? errno : 0
    for _ in 0..<3 where number == 0 {
      var ends: [Int32] = [-1, -1]
      if roost_pipe(&ends) != 0 { number = errno }
      opened += ends
    }
    guard number == 0 else {
      for descriptor in opened where descriptor >= 0 { close(descriptor) }
      throw SystemError(number: number)
    }
    processes[id]?.descriptors = ActorProcess.Descriptors(control: opened[5], out: opened[1], err: opened[3])
    watch(opened[5], .control(id))
    watch(opened[1], .out(id))
    watch(opened[3], .err(id))
    return [opened[0], opened[2], opened[4], opened[6]]
  }
}
