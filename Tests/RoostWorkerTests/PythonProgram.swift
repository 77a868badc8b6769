import Foundation
import Synchronization

/// A program of Tests/python in the environment that scripts/venv.sh makes. It sees only NATS; it ends with this object.
///
/// The programs print JSON lines: ``wait(for:within:)`` waits for one that has the given facts.
final class PythonProgram: Sendable {
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let python = checkout.appending(path: ".venv/py/bin/python")

  private struct Output {
    var lines: [String] = []
    var rest = Data()
  }
  private let output = Mutex(Output())
  // Process is not Sendable: it is touched under this lock only.
  private let process: Mutex<Process>
  private let orders: FileHandle

  /// Starts `script`, a file name in Tests/python.
  init(_ script: String, _ arguments: [String]) throws {
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
  static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
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
  var lines: [String] { output.withLock { $0.lines } }

  /// The JSON lines so far that have all of `facts`, values compared as text.
  func lines(with facts: [String: String]) -> [[String: String]] {
    lines.compactMap(Self.facts(of:)).filter { line in facts.allSatisfy { line[$0.key] == $0.value } }
  }

  /// Waits for a JSON line that has all of `facts`; gives back the first.
  @discardableResult
  func wait(for facts: [String: String], within patience: Duration = .seconds(20)) async throws -> [String: String] {
    let deadline = ContinuousClock.now + patience
    while true {
      if let line = lines(with: facts).first { return line }
      if ContinuousClock.now > deadline {
        throw PythonError("no line with \(facts) within \(patience); printed: \(lines.suffix(20))")
      }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Waits for a line that is exactly this text.
  func wait(forText text: String, within patience: Duration = .seconds(20)) async throws {
    let deadline = ContinuousClock.now + patience
    while !lines.contains(text) {
      if ContinuousClock.now > deadline { throw PythonError("no line '\(text)'; printed: \(lines.suffix(20))") }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// One line on its standard input, as runner.py --stdin takes them: "sleep a1".
  func order(_ line: String) throws { try orders.write(contentsOf: Data("\(line)\n".utf8)) }

  /// Asks it to end and waits; its exit code. One that does not hear it is killed.
  func stop() -> Int32 {
    process.withLock { process in
      let deadline = ContinuousClock.now + .seconds(20)
      if process.isRunning { process.terminate() }
      while process.isRunning, ContinuousClock.now < deadline { usleep(2_000) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  private static func prepared(_ arguments: [String]) throws -> Process {
    guard FileManager.default.isExecutableFile(atPath: python.path) else {
      throw PythonError("no \(python.path): run scripts/venv.sh (make test does)")
    }
    let process = Process()
    process.executableURL = python
    process.arguments = arguments
    process.currentDirectoryURL = checkout
    return process
  }

  private func take(_ data: Data) {
    output.withLock { output in
      output.rest.append(data)
      while let end = output.rest.firstIndex(of: UInt8(ascii: "\n")) {
        output.lines.append(String(decoding: output.rest[output.rest.startIndex..<end], as: UTF8.self))
        output.rest.removeSubrange(output.rest.startIndex...end)
      }
    }
  }

  private static func facts(of line: String) -> [String: String]? {
    do {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?.mapValues { "\($0)" }
    } catch {
      // A line for people, not one of the facts.
      return nil
    }
  }
}

/// Why a program of Tests/python could not be used.
struct PythonError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
