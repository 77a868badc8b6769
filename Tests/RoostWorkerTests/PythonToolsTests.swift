import RoostTestKit
import Testing

/// The Python tools are the outside view of a worker: a runner from the published protos, and the checker that judges.
@Suite struct PythonToolsTests {
  @Test("the Python runner keeps the rules of its side, and the checker finds the fault in each doctored recording")
  func pythonToolsAreProven() throws {
    let (status, output) = try PythonProgram.run(["-m", "unittest", "discover", "-s", "Tests/python"])
    #expect(status == 0, "\(output)")
    #expect(!output.contains("Ran 0 tests"), "\(output)")
  }

  @Test("a Python program's lines are seen, it takes orders, and it ends when asked")
  func programsAreDriven() throws {
    let broker = try Broker.start()
    let worker = try PythonProgram("fake_worker.py", ["--server", broker.url, "--pool", "default/gpu"])
    let runner = try PythonProgram(
      "runner.py", ["--server", broker.url, "--pool", "default/gpu", "--id", "r1", "--slots", "2", "--stdin"])
    let announced = try runner.wait(for: ["saw": "announced", "slots": "2"])
    try runner.wait(for: ["saw": "welcome", "in": announced["in"] ?? ""])
    for verb in ["create", "wake"] {
      let arguments = ["--server", broker.url, "--pool", "default/gpu", "--actor", "a1", "--verb", verb]
      let (status, output) = try PythonProgram.run(["Tests/python/bare_tcp.py"] + arguments)
      #expect(status == 0, "\(output)")
    }
    try runner.wait(for: ["saw": "start", "actor_id": "a1", "generation": "1"])
    try runner.order("sleep a1")
    try runner.wait(for: ["saw": "stop", "actor_id": "a1", "reason": "STOP_REASON_SLEEP"])
    #expect(runner.stop() == 0)
    #expect(worker.stop() != 0)
  }
}
