import Foundation
import RoostTestKit
import Testing

@testable import RoostCLI

@Suite("Actors by the command line, with a real worker")
struct WorkerTranscriptTests {
  @Test("every verb, on an actor that never finds a runner")
  func verbs() async throws {
    let broker = try Broker.start()
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-verbs-\(UUID().uuidString)").path
    defer { remove(folder) }
    let worker = try TestProcess(
      "exec \(TestProcess.roost) worker --server \(broker.url) --data \(folder) --http 0 --set max_input_bytes=8")
    let port = try await eventually("the health page listens") {
      worker.output.firstMatch(of: /roost\.http\.address=127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
    }
    try await eventually("the worker is ready") { HTTPProbe.get("/readyz", port: port)?.status == 200 ? () : nil }

    var it = Transcript(environment: ["NATS_URL": broker.url], hidesNumbers: true)
    it.roost("actor", "get", "default/gpu", "a1")
    it.roost("actor", "wake", "default/gpu", "a1")
    it.roost("actor", "create", "default/gpu", "a1", "--name", "render", "--key", "k1", "--input", "12345678")
    it.roost("actor", "create", "default/gpu", "a1")
    it.roost("actor", "create", "default/gpu", "a2", "--name", "render", "--key", "k1")
    it.roost("actor", "create", "default/gpu", "a2", "--input", "123456789")
    it.roost("actor", "get", "default/gpu", "a1")
    it.roost("actor", "wake", "default/gpu", "a1")
    it.roost("actor", "wake", "default/gpu", "a1", "--pending-timeout", "100ms")
    it.roost("actor", "wake", "default/gpu", "a1", "--wait", "--pending-timeout", "100ms")
    it.roost("actor", "wake", "default/gpu", "a1", "--expires", "2026-01-01T00:00:00Z")
    it.roost("actor", "allocate", "default/gpu", "a1", "--runner", "r1")
    it.roost("actor", "wake", "default/gpu", "a1", "--dont-sleep", "--no-wait")
    it.roost("actor", "allocate", "default/gpu", "a1", "--runner", "r1")
    it.roost("actor", "get", "default/gpu", "a1")
    it.roost("actor", "reschedule", "default/gpu", "a1")
    it.roost("actor", "sleep", "default/gpu", "a1")
    it.roost("actor", "sleep", "default/gpu", "a1")
    it.roost("actor", "destroy", "default/gpu", "a1")
    it.roost("actor", "destroy", "default/gpu", "a1")
    it.roost("actor", "wake", "default/gpu", "a1")
    it.roost("actor", "get", "default/gpu", "a1")
    try Golden.expect(it.text, is: "verbs")
    worker.signal(SIGTERM)
    #expect(try worker.exitCode() == 0)
  }

  private func remove(_ folder: String) {
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      Issue.record("\(folder) stays: \(error)")
    }
  }
}
