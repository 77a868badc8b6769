import RoostTestKit
import Testing

extension Outside {
  /// Tests/python/kills.py with few kills, 60 in all, in quick succession: enough to fail when something is broken.
  /// `make kills` has many.
  @Suite("Nothing that was promised is lost", .timeLimit(.minutes(2)))
  struct KillTests {
    private func trial(_ arguments: [String]) throws {
      let (status, output) = try PythonProgram.run(
        ["Tests/python/kills.py", "--worker", TestProcess.roost] + arguments)
      #expect(status == 0, "\(output)")
      // A clean judgement of nothing would prove nothing.
      let wakes = output.firstMatch(of: /"wakes": (\d+)/).flatMap { Int($0.1) } ?? 0
      let starts = output.firstMatch(of: /"starts": (\d+)/).flatMap { Int($0.1) } ?? 0
      #expect(wakes == 400, "\(output)")
      #expect(starts > 20, "\(output)")
    }

    @Test("kill -9 under load, with room for all and with hardly any: every wake is explained", arguments: [20, 2])
    func kills(slots: Int) throws {
      try trial(["--kills", "28", "--life-s", "0.5", "--wakes", "400", "--actors", "50", "--slots", "\(slots)"])
    }

    @Test(
      "a flush or a write of the journal fails: the worker ends with 74, does not try again, and nothing is lost or doubled",
      arguments: ["posix/io/sync/fdatasync", "posix/io/rw/pwrite"])
    func diskFails(point: String) throws {
      try trial(["--kills", "4", "--fault", point, "--wakes", "400", "--actors", "50"])
    }

    @Test("the broker is restarted in the middle of a load, and the worker killed as well: every wake is explained")
    func brokerRestarts() throws {
      try trial(["--kills", "4", "--restarts", "4", "--wakes", "400", "--actors", "100"])
    }
  }
}
