import Foundation
import RoostTestKit
import Testing

@Suite("The executable")
struct ExecutableTests {
  private func roost(_ words: String, _ environment: [String: String] = [:]) throws -> (code: Int32, text: String) {
    let child = try TestProcess("exec \(TestProcess.roost) \(words)", environment: environment)
    let code = try child.exitCode()
    return (code, child.output)
  }

  @Test("ends with the exit code of the command")
  func exitCodes() throws {
    #expect(try roost("version").code == 0)
    #expect(try roost("nonsense").code == 64)
    #expect(try roost("worker --data d --set actor_start_threshold_ms=0").code == 64)
    #expect(try roost("actor wake default/gpu a1", ["NATS_URL": "nats://127.0.0.1:1"]).code == 69)
    #expect(try roost("help > /dev/full").code == 74)
  }

  @Test("a pipe whose reader is gone is an error of a write, for commands that talk to nobody too")
  func closedPipe() throws {
    for words in ["man", "version", "actor list default/gpu --help"] {
      let child = try TestProcess(
        "exec bash -c 'exec 3> >(exit 0); wait $!; \(TestProcess.roost) \(words) >&3; echo code=$?'")
      _ = try child.exitCode()
      #expect(child.output.contains("code=74"), "\(words): \(child.output)")
    }
  }

  @Test("a log level that is none is said, and does not stop anything")
  func logLevel() throws {
    let (code, text) = try roost("worker --data /proc/nowhere --http 127.0.0.1:0", ["ROOST_LOG": "loud"])
    #expect(code != 0)
    #expect(text.contains("warning ROOST_LOG is none of debug, info, warning, error"), "\(text)")
  }

  @Test("a worker whose broker is away is alive, not ready, says why, and stops on SIGINT with 0")
  func brokerAway() async throws {
    let data = "/tmp/roost-away-\(UUID().uuidString)"
    let worker = try TestProcess(
      "exec \(TestProcess.roost) worker --server nats://127.0.0.1:1 --data \(data) --http 0")
    defer { remove(data) }
    let port = try await eventually("the health page listens") {
      worker.output.firstMatch(of: /roost\.http\.address=127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
    }
    #expect(HTTPProbe.get("/livez", port: port)?.status == 200)
    let said = try await eventually("the reason names the broker") { () -> String? in
      let page = HTTPProbe.get("/readyz", port: port)
      guard page?.status == 503, page?.text.contains("127.0.0.1:1: no NATS server answers") == true else { return nil }
      return page?.text
    }
    #expect(said.contains("not ready: "))

    let second = try roost("worker --server nats://127.0.0.1:1 --data \(data)")
    #expect(second.code == 75, "\(second.text)")
    #expect(second.text.contains("\(worker.pid)"), "the process is named: \(second.text)")
    let third = try roost("worker --server nats://127.0.0.1:1 --data \(data)-2 --http \(port)")
    #expect(third.code == 64)
    #expect(third.text.contains("address already in use"), "\(third.text)")

    worker.signal(SIGINT)
    #expect(try worker.exitCode() == 0, "\(worker.output)")
  }

  @Test("what was closed of the three standard descriptors is no file of ours, and still an error to write to")
  func closedDescriptors() async throws {
    let data = "/tmp/roost-closed-\(UUID().uuidString)"
    let worker = try TestProcess(
      "exec \(TestProcess.roost) worker --server nats://127.0.0.1:1 --data \(data) <&- >&- 2>&-")
    defer { remove(data) }
    _ = try await eventually("the journal is there") {
      FileManager.default.fileExists(atPath: "\(data)/journal/identity") ? true : nil
    }
    for number in 0...2 {
      let path = "/proc/\(worker.pid)/fd/\(number)"
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "/dev/null")
    }
    worker.signal(SIGTERM)
    #expect(try worker.exitCode() == 0)
    #expect(try roost("version >&-").code == 74)
  }

  private func remove(_ folder: String) {
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      Issue.record("\(folder) stays: \(error)")
    }
  }
}
