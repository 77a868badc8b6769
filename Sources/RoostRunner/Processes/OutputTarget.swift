import Glibc
import RoostCore
import RoostTelemetry

/// Where the output of actors goes: bounded, and never a reason for an actor to fail.
package enum OutputTarget: Sendable, Equatable {
  /// `FOLDER/ACTOR.log`, moved to `ACTOR.log.1` when it is full.
  case folder(String)
  /// Lines of our own log, at most a hundred a second for each actor.
  case log
}

/// The output of one actor.
struct Output {
  enum Stream: String { case out, err }

  private let target: OutputTarget
  private let actor: ActorID
  private let generation: Generation
  private let log: Log
  private var readers = [
    Stream.out: LineReader(limit: ProcessLimits.outputLineBytes),
    Stream.err: LineReader(limit: ProcessLimits.outputLineBytes),
  ]
  /// The last line of standard error with something in it.
  private(set) var lastErrorLine: String?
  private var windowMs: Int64?
  private var linesInWindow = 0
  private var dropped = 0
  private var hasFailed = false

  init(_ target: OutputTarget, _ actor: ActorID, _ generation: Generation, _ log: Log) {
    self.target = target
    self.actor = actor
    self.generation = generation
    self.log = log
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer, from stream: Stream, nowMs: Int64) {
    if case .folder(let folder) = target { append(bytes, to: "\(folder)/\(actor).log") }
    var lines: [LineReader.Line] = []
    readers[stream]?.feed(bytes) { lines.append($0) }
    for line in lines { take(line, stream, nowMs) }
  }

  mutating func finish(nowMs: Int64) {
    for stream in [Stream.out, .err] {
      var lines: [LineReader.Line] = []
      readers[stream]?.finish { lines.append($0) }
      for line in lines { take(line, stream, nowMs) }
    }
    sayDropped()
  }

  private mutating func take(_ line: LineReader.Line, _ stream: Stream, _ nowMs: Int64) {
    let text = line.text
    if stream == .err, !text.allSatisfy(\.isWhitespace) { lastErrorLine = text }
    guard target == .log else { return }
    if windowMs.map({ nowMs - $0 >= ProcessLimits.windowMs }) ?? true {
      sayDropped()
      (windowMs, linesInWindow) = (nowMs, 0)
    }
    linesInWindow += 1
    if linesInWindow > ProcessLimits.logLines {
      dropped += 1
    } else {
      log.info(
        "output of an actor",
        [.actorID: actor, .generation: generation, .outputStream: stream.rawValue, .outputLine: text])
    }
  }

  private mutating func sayDropped() {
    if dropped > 0 { log.warning("output of an actor is too much", [.actorID: actor, .dropped: dropped]) }
    dropped = 0
  }

  /// Opened for each piece: an actor that writes rarely holds no descriptor. Without waiting: what an actor has put in the
  /// place of its file, a named pipe that nobody reads, must not hold up all the others.
  private mutating func append(_ bytes: UnsafeRawBufferPointer, to path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
    defer { if file >= 0 { close(file) } }
    var rest = bytes[...]
    while file >= 0, !rest.isEmpty {
      let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      rest = rest.dropFirst(count)
    }
    if !rest.isEmpty || file < 0 { return sayFailed(path, errno) }
    var status = stat()
    if fstat(file, &status) == 0, status.st_size >= ProcessLimits.logFileBytes, rename(path, "\(path).1") != 0 {
      sayFailed(path, errno)
    }
  }

  /// Once: a full disk would fill the log as well.
  private mutating func sayFailed(_ path: String, _ number: Int32) {
    if hasFailed { return }
    hasFailed = true
    log.warning("output of an actor is lost", [.file: path, .error: String(cString: strerror(number))])
  }
}
