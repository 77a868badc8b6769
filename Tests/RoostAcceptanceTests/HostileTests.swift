import RoostTestKit
import Testing

extension Outside {
  /// Tests/python/hostile.py for some seconds; `make hostile` goes on for ten minutes.
  @Suite("Bytes that mean harm", .timeLimit(.minutes(2)))
  struct HostileTests {
    @Test("random bytes on every subject: each is counted, and somebody else's wakes are answered all the while")
    func bytes() throws {
      let attack = ["--seconds", "6", "--rate", "400", "--worker", TestProcess.roost]
      let (status, output) = try PythonProgram.run(["Tests/python/hostile.py"] + attack)
      #expect(status == 0, "\(output)")
      // What nobody sent or nobody woke would prove nothing.
      let sent = output.firstMatch(of: /"signals": (\d+)/).flatMap { Int($0.1) } ?? 0
      let probes = output.firstMatch(of: /"probes": (\d+)/).flatMap { Int($0.1) } ?? 0
      #expect(sent > 500 && probes > 1, "\(output)")
    }
  }
}
