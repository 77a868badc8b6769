import RoostCore
import Testing

@testable import RoostCLI

@Suite("Waiting until an actor is ready")
struct ReadyWaitTests {
  private func answer(
    _ outcome: Answer.Outcome, _ sequence: StreamSequence = 1, state: String = "", final: Bool = true
  ) -> Answer {
    Answer(replyTo: "", outcome: outcome, state: state, reason: "why", isFinal: final, sequence: sequence)
  }

  @Test("ready ends it, and so does being told that the actor runs")
  func ready() {
    var wait = ReadyWait(wake: 1)
    #expect(wait.receive(answer(.accepted, final: false)) == .wait)
    #expect(wait.receive(answer(.pending, final: false)) == .wait)
    #expect(wait.receive(answer(.ready)) == .ready)
    #expect(wait.receive(answer(.ignored, state: "running")) == .ready)
  }

  @Test("an actor that went back to sleep is woken again, 16 times and no more")
  func rewakes() {
    var wait = ReadyWait(wake: 1)
    for turn in 1...ReadyWait.rewakes {
      #expect(wait.receive(answer(.sleeping, StreamSequence(turn))) == .wakeAgain)
      wait.wokeAgain(StreamSequence(turn + 1))
    }
    guard case .failed = wait.receive(answer(.sleeping, StreamSequence(ReadyWait.rewakes + 1))) else {
      Issue.record("a 17th wake")
      return
    }
  }

  @Test(
    "timed out, destroyed, rejected and too many waiters end it",
    arguments: [
      Answer.Outcome.timedOut, .destroyed, .rejected, .accepted,
    ])
  func failures(outcome: Answer.Outcome) {
    var wait = ReadyWait(wake: 1)
    guard case .failed = wait.receive(answer(outcome)) else {
      Issue.record("\(outcome) did not end it")
      return
    }
  }

  @Test("a late answer to an earlier wake changes nothing, unless the actor is ready")
  func late() {
    var wait = ReadyWait(wake: 1)
    #expect(wait.receive(answer(.sleeping, 1)) == .wakeAgain)
    wait.wokeAgain(2)
    #expect(wait.receive(answer(.timedOut, 1)) == .wait)
    #expect(wait.receive(answer(.ready, 1)) == .ready)
  }
}
