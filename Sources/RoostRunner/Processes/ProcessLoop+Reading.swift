import Glibc
import RoostCore
import RoostTelemetry

// What processes write: output and control lines.

extension ProcessLoop {
  func readOutput(_ id: UInt64, _ stream: Output.Stream) {
    guard let descriptors = processes[id]?.descriptors else { return }
    let descriptor = stream == .out ? descriptors.out : descriptors.err
    guard descriptor >= 0 else { return }
    if !readOnce(descriptor, { take($0, id, stream) }) { closeOutput(id, stream) }
  }

  private func take(_ bytes: UnsafeRawBufferPointer, _ id: UInt64, _ stream: Output.Stream) {
    processes[id]?.output.write(bytes, from: stream, nowMs: Self.nowMs())
  }

  private func closeOutput(_ id: UInt64, _ stream: Output.Stream) {
    guard let descriptors = processes[id]?.descriptors else { return }
    close(stream == .out ? descriptors.out : descriptors.err)
    switch stream {
    case .out: processes[id]?.descriptors.out = -1
    case .err: processes[id]?.descriptors.err = -1
    }
  }

  func readControl(_ id: UInt64) {
    guard let descriptor = processes[id]?.descriptors.control, descriptor >= 0 else { return }
    var isTooMuch = false
    let isOpen = readOnce(descriptor, atMost: ProcessLimits.controlReadBytes) { isTooMuch = takeControl($0, id) }
    if !isOpen {
      close(descriptor)
      processes[id]?.descriptors.control = -1
    } else if isTooMuch {
      // Nothing is lost: its pipe fills, and it waits.
      unwatch(descriptor)
      pauses.append(Due(atMs: Self.nowMs() + ProcessLimits.windowMs, id: id))
    }
  }

  /// True: it has said enough for this window.
  private func takeControl(_ bytes: UnsafeRawBufferPointer, _ id: UInt64) -> Bool {
    runs(id)
    var lines: [LineReader.Line] = []
    processes[id]?.control.feed(bytes) { lines.append($0) }
    var isTooMuch = false
    for line in lines { isTooMuch = takeControl(line, id) || isTooMuch }
    return isTooMuch
  }

  private func takeControl(_ line: LineReader.Line, _ id: UInt64) -> Bool {
    guard var process = processes[id] else { return false }
    let isTooMuch = process.countsLine(nowMs: Self.nowMs())
    if !line.isCut, let said = ControlLine(line.text, now: Instant(ms: LogLine.now())) {
      let news = process.take(said)
      processes[id] = process
      if let news { report(process, news) }
    } else {
      processes[id] = process
      if !isTooMuch {
        log.warning(
          "control line is ignored", [.actorID: process.actor, .outputLine: line.text, .bytes: line.bytes.count])
      }
    }
    return isTooMuch
  }

  /// What an ended process left in its pipes. Bounded: a process that left the group may still write.
  func readRest(_ id: UInt64) {
    guard let descriptors = processes[id]?.descriptors else { return }
    readAll(descriptors.control) { _ = takeControl($0, id) }
    var last: [LineReader.Line] = []
    processes[id]?.control.finish { last.append($0) }
    for line in last { _ = takeControl(line, id) }
    readAll(descriptors.out) { take($0, id, .out) }
    readAll(descriptors.err) { take($0, id, .err) }
    processes[id]?.output.finish(nowMs: Self.nowMs())
  }

  private func readAll(_ descriptor: Int32, _ take: (UnsafeRawBufferPointer) -> Void) {
    var count = 0
    while descriptor >= 0, count < ProcessLimits.leftBytes {
      let got = read(descriptor, buffer.baseAddress, buffer.count)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return }
      take(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
      count += got
    }
  }

  /// False: nobody writes there any more.
  private func readOnce(
    _ descriptor: Int32, atMost limit: Int = ProcessLimits.readBytes, _ take: (UnsafeRawBufferPointer) -> Void
  ) -> Bool {
    let got = read(descriptor, buffer.baseAddress, limit)
    if got < 0 { return errno == EAGAIN || errno == EINTR }
    if got == 0 { return false }
    take(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
    return true
  }
}
