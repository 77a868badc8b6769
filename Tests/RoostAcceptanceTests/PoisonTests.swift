import Foundation
import Glibc
import RoostTestKit
import Testing

extension Outside {
  @Suite("A signal that kills the worker", .timeLimit(.minutes(1)))
  struct PoisonTests {
    private func hand(_ world: World) throws -> String {
      try String(contentsOfFile: "\(world.dataFolder())/hand", encoding: .utf8)
    }

    /// A life that ends while it applies the first signal that waits: it is let to the signals only when a signal of the
    /// system is sure to end it at the next write to the journal, which comes after the mark.
    private func dieOfTheNext(_ world: World) throws {
      world.broker.stop()
      let worker = try world.unreadyWorker()
      try worker.wait(forLog: "broker not reached, trying again")
      try worker.limitFiles(toBytes: 4_096)
      try world.broker.restart()
      #expect(try worker.exitCode() == 128 + SIGXFSZ, "\(worker.log)")
    }

    @Test("three times in a row is a dead letter with the reason poison; the next ones are applied")
    func poison() throws {
      let world = try World()
      let worker = try world.worker()
      try world.observer.publish(Subject.actor("a1", "create"), replyTo: "roost.reply.a1")
      try world.observer.final(at: "roost.reply.a1")
      #expect(try hand(world).hasPrefix("running "))
      try worker.kill()
      let poison = try world.observer.publish(Subject.actor("a2", "create"), replyTo: "roost.reply.a2")
      try world.observer.publish(Subject.actor("a3", "create"), replyTo: "roost.reply.a3")

      let sequence = poison["seq"] ?? ""
      for times in 1...3 {
        try dieOfTheNext(world)
        let line = try hand(world)
        #expect(line.utf8.count == 128)
        #expect(line.hasPrefix("sequence=\(sequence) ") && line.contains(" times=\(times) "), "\(line)")
      }

      let last = try world.worker()
      let answer = try world.observer.final(at: "roost.reply.a2")
      #expect(answer["body.outcome"] == "OUTCOME_REJECTED")
      #expect(answer["body.reason"] == "poison")
      #expect(try world.observer.final(at: "roost.reply.a3")["body.outcome"] == "OUTCOME_ACCEPTED")
      try world.observer.wait(for: ["t": "dead", "headers.Roost-Dead-Sequence": sequence])
      let letters = try world.observer.read("ROOST_DEAD")
      #expect(letters.map { $0["headers.Roost-Dead-Reason"] } == ["poison"])
      #expect(last.log.contains("signal is taken for poison"))
      // Behind them are ticks of the lives before; in the middle of these a stop is not a good end.
      try last.wait(forLog: "signals are applied in batches again")
      #expect(try last.stop() == 0, "\(last.log)")
      #expect(try hand(world).hasPrefix("clean "))
    }
  }
}
