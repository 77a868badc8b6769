import Glibc
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire
import Synchronization

/// Answers questions about the past on a thread of its own, one after the other; the thread lives while there are some.
final class Historian: Recounting, Sendable {
  private struct State {
    var waiting: [HistoryQuestion] = []
    var thread: ServiceThread?
    var isRunning = false
    var isStopped = false
  }

  private let folder: String
  private let journal: JournalID
  private let log: Log
  private let queue: InputQueue
  private let state = Mutex(State())

  init(folder: String, journal: JournalID, log: Log, queue: InputQueue) {
    self.folder = folder
    self.journal = journal
    self.log = log
    self.queue = queue
  }

  func recount(_ question: HistoryQuestion) -> Bool {
    state.withLock { state in
      guard !state.isStopped, state.waiting.count < WorkerLimits.waitingHistories else { return false }
      state.waiting.append(question)
      if !state.isRunning { begin(&state) }
      return true
    }
  }

  /// Forgets what waits, and waits for the end of what is under way.
  func stop() {
    let thread = state.withLock { state in
      state.isStopped = true
      state.waiting = []
      defer { state.thread = nil }
      return state.thread
    }
    thread?.join()
  }

  private func begin(_ state: inout State) {
    state.isRunning = true
    let before = state.thread
    state.thread = ServiceThread { [self] in
      before?.join()
      // The loop comes first.
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
      let codec = WireCodec()
      while let question = next() { queue.put(.told(answer(question, codec), question)) }
      Memory.release()
    }
  }

  private func next() -> HistoryQuestion? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.isRunning = false
        return nil
      }
      return state.waiting.removeFirst()
    }
  }

  private func answer(_ question: HistoryQuestion, _ codec: WireCodec) -> APIReply {
    do throws(JournalError) {
      return .history(try question.page(FileDisk(root: folder, readOnly: true), journal: journal, codec: codec))
    } catch {
      log.error("journal cannot be read for a question about the past", [.error: error.message])
      return .failed(.unreadable(error.message))
    }
  }
}
