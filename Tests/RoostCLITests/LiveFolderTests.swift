import Foundation
import RoostCore
import RoostJournal
import RoostWorker
import Synchronization
import Testing

@Suite("A folder that is looked at while it is written")
struct LiveFolderTests {
  /// Writes on a thread of its own: segments roll every few records, are compacted and removed.
  private final class Writer: Sendable {
    private let state = Mutex<(isDone: Bool, failure: String?)>((false, nil))
    let path: String

    init(_ folder: WrittenFolder, records: Int) {
      path = folder.path
      // Only the thread uses it, until it has said that it is done.
      nonisolated(unsafe) let folder = folder
      Thread.detachNewThread { [self] in
        var failure: String?
        do {
          for record in 1...records {
            try folder.create(folder.gpu, "more\(record)", inputBytes: 3_000)
            if record % 25 == 0 {
              try folder.compact()
              try folder.trim()
            }
          }
        } catch { failure = "\(error)" }
        state.withLock { [failure] in $0 = (true, failure) }
      }
    }

    var isDone: Bool { state.withLock { $0.isDone } }
    var failure: String? { state.withLock { $0.failure } }
  }

  @Test("what is half done is never taken for damage, and each reading holds what was written before it")
  func beside() throws {
    let folder = try WrittenFolder.story()
    let writer = Writer(folder, records: 1_000)
    var readings = 0
    var last: RoostJournal.RecordIndex = .none
    while !writer.isDone {
      let (read, found) = try DataFolder.examined(writer.path)
      #expect(found.isSound)
      #expect(read.owner != nil || writer.isDone)
      #expect(found.state.machine.poolIDs.allSatisfy { found.state.machine.reading($0) { $0.invariantFaults() } == [] })
      #expect(found.findings.summary.lastIndex >= last)
      last = found.findings.summary.lastIndex
      readings += 1
    }
    #expect(writer.failure == nil)
    #expect(readings > 0)
    let end = try DataFolder.examined(writer.path).found
    #expect(end.isSound && end.findings.summary.lastIndex.rawValue == 1_011)
    #expect(end.findings.firstIndex.rawValue > 1, "nothing was removed meanwhile")
    try folder.close()
  }
}
