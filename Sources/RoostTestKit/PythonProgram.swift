import Foundation
import Glibc
import Synchronization

/// A program of Tests/python in the environment that scripts/venv.sh makes. It sees only NATS; it ends with this object.
///
/// The programs print JSON lines: ``wait(for:within:)`` waits for one that has the given facts.
package final class PythonProgram: Sendable {
  /// What one JSON line says, values as text. What lies deeper is named by its path: `body.events.0.actor_id`.
  package typealias Facts = [String: String]

  private static let python = "\(BrokerFiles.checkout)/.venv/py/bin/python"

  private struct Output {
    var lines: [String] = []
    /// Of those lines that are JSON objects, in order.
    var facts: [Facts] = []
    var rest = Data()
  }
  private let output = Mutex(Output())
  // Process is not Sendable: it is touched under this lock only.
  private let process: Mutex<Process>
  private let orders: FileHandle

  /// Starts `script`, a file name in Tests/python.
  package init(_ script: String, _ arguments: [String]) throws {
    let process = try Self.prepared(["Tests/python/\(script)"] + arguments)
    let printed = Pipe()
    let orders = Pipe()
    process.standardOutput = printed
    process.standardInput = orders
    self.orders = orders.fileHandleForWriting
    try process.run()
    self.process = Mutex(process)
    printed.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      self?.take(data)
    }
  }

  deinit {
    process.withLock { if $0.isRunning { $0.terminate() } }
  }

  /// Runs a program to its end; `output` is all it printed, errors included.
  package static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = try prepared(arguments)
    let printed = Pipe()
    process.standardOutput = printed
    process.standardError = printed
    try process.run()
    let output = String(decoding: try printed.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  /// Every line printed so far.
  package var lines: [String] { output.withLock { $0.lines } }

  /// The JSON lines so far that have all of `facts`.
  package func lines(with facts: Facts) -> [Facts] {
    output.withLock { $0.facts.filter { line in facts.allSatisfy { line[$0.key] == $0.value } } }
  }

  /// Waits for a JSON line that has all of `facts`; gives back the first.
  @discardableResult
  package func wait(for facts: Facts, within patience: Duration = .seconds(20)) throws -> Facts {
    try wait(for: facts, count: 1, within: patience)[0]
  }

  /// Waits until at least `count` JSON lines have all of `facts`; gives them back. Here and below it is looked at again and
  /// again, and the pause in between is only kind to the processor.
  @discardableResult
  package func wait(for facts: Facts, count: Int, within patience: Duration = .seconds(20)) throws -> [Facts] {
    let deadline = ContinuousClock.now + patience
    while true {
      let found = lines(with: facts)
      if found.count >= count { return found }
      if ContinuousClock.now > deadline {
        throw PythonError("no \(count) lines with \(facts) within \(patience); printed: \(lines.suffix(20))")
      }
      usleep(2_000)
    }
  }

  /// Waits for a line that is exactly this text.
  package func wait(forText text: String, within patience: Duration = .seconds(20)) throws {
    let deadline = ContinuousClock.now + patience
    while !lines.contains(text) {
      if ContinuousClock.now > deadline { throw PythonError("no line '\(text)'; printed: \(lines.suffix(20))") }
      usleep(2_000)
    }
  }

  /// One line on its standard input, as runner.py --stdin takes them: "sleep a1".
  package func order(_ line: String) throws { try orders.write(contentsOf: Data("\(line)\n".utf8)) }

  /// Asks it to end and waits; its exit code. One that does not hear it is killed.
  package func stop() -> Int32 {
    process.withLock { process in
      if process.isRunning { process.terminate() }
      return Self.end(of: process)
    }
  }

  /// Waits for it to end by itself; its exit code. One that does not is killed.
  package func exitCode() -> Int32 { process.withLock { Self.end(of: $0) } }

  private static func end(of process: Process) -> Int32 {
    let deadline = ContinuousClock.now + .seconds(20)
    while process.isRunning, ContinuousClock.now < deadline { usleep(2_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return process.terminationStatus
  }

  private static func prepared(_ arguments: [String]) throws -> Process {
    guard FileManager.default.isExecutableFile(atPath: python) else {
      throw PythonError("no \(python): run scripts/venv.sh (make test does)")
    }
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: BrokerFiles.checkout)
    return process
  }

  private func take(_ data: Data) {
    output.withLock { output in
      output.rest.append(data)
      while let end = output.rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = output.rest[output.rest.startIndex..<end]
        output.lines.append(String(decoding: line, as: UTF8.self))
        if let facts = Self.facts(of: line) { output.facts.append(facts) }
        output.rest.removeSubrange(output.rest.startIndex...end)
      }
    }
  }

  private static func facts(of line: Data) -> Facts? {
    do {
      guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any] else { return nil }
      var facts: Facts = [:]
      for (name, value) in object { add(value, as: name, to: &facts) }
      return facts
    } catch {
      // A line for people, not one of the facts.
      return nil
    }
  }

  private static func add(_ value: Any, as name: String, to facts: inout Facts) {
    switch value {
    case let object as [String: Any]: for (key, value) in object { add(value, as: "\(name).\(key)", to: &facts) }
    case let list as [Any]: for (index, value) in list.enumerated() { add(value, as: "\(name).\(index)", to: &facts) }
    default: facts[name] = "\(value)"
    }
  }
}

/// Why a program of Tests/python could not be used.
package struct PythonError: Error, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}
