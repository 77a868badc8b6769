import Foundation
import RoostCore
import RoostJournal
import Testing

@testable import RoostCLI

@Suite("Looking at a journal")
struct JournalTranscriptTests {
  private func transcript(_ folder: WrittenFolder) -> Transcript { Transcript(replacements: [(folder.path, "DIR")]) }

  /// Where a record stands: the segment and the offset.
  private func place(_ folder: WrittenFolder, _ index: UInt64) throws -> (segment: Int, offset: UInt64) {
    var found: (Int, UInt64)?
    _ = try JournalView(folder: folder.path).survey { placed, _ in
      if placed.record.index.rawValue == index { found = (Int(placed.segment), placed.offset) }
    }
    return try #require(found)
  }

  private func damagePayload(_ folder: WrittenFolder, _ index: UInt64) throws {
    let (segment, offset) = try place(folder, index)
    try folder.flip(segment, offset + 60)
  }

  @Test("verify, of sound and damaged folders, and it changes nothing")
  func verify() throws {
    let folder = try WrittenFolder.story()
    var it = transcript(folder)
    it.roost("journal", "verify", "--data", folder.path)
    it.replacements.append(("\(getpid())", "PID"))
    try folder.close(inOrder: false)
    let sound = try WrittenFolder.contents(folder.path)
    it.roost("journal", "verify", "--data", folder.path)
    #expect(try WrittenFolder.contents(folder.path) == sound)

    // A last write that was cut, a record's payload, a record's header, the header of the last segment.
    let last = try place(folder, 11)
    try folder.flip(last.segment, last.offset + 100)
    it.roost("journal", "verify", "--data", folder.path)
    try folder.flip(last.segment, last.offset + 100)
    try damagePayload(folder, 5)
    it.roost("journal", "verify", "--data", folder.path)
    let second = try place(folder, 2)
    try folder.flip(second.segment, second.offset + 8)
    let damaged = try WrittenFolder.contents(folder.path)
    it.roost("journal", "verify", "--data", folder.path)
    #expect(try WrittenFolder.contents(folder.path) == damaged)
    try folder.flip(2, 20)
    try folder.flip(2, 4096 + 20)
    it.roost("journal", "verify", "--data", folder.path)
    it.roost("journal", "verify", "--data", folder.path + "/journal")
    it.roost("journal", "verify")
    try Golden.expect(it.text, is: "journal-verify")
  }
}
