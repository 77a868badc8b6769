import Foundation
import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import RoostWorker
import Synchronization
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
    // Beside whoever writes it; only a look that may take longer needs the folder for itself.
    it.roost("journal", "verify", "--data", folder.path)
    it.roost("doctor", "--data", folder.path)
    it.roost("journal", "inspect", "--data", folder.path)
    it.roost("journal", "repair", "--data", folder.path)
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

  @Test("one actor's entry that this version cannot read is named by every command, and the others are served")
  func quarantinedActor() throws {
    let folder = try WrittenFolder.story()
    let newer = Change.actor(ActorID("a1"), ActorRecord(state: .sleeping, generation: 9))
    try folder.append(
      JournalBatch(settled: 10, handedOver: 10, sections: [PoolSection(pool: folder.gpu, changes: [newer])]),
      folder.gpu,
      written: NewerEntry.record)
    try folder.close()
    var it = transcript(folder)
    it.roost("journal", "verify", "--data", folder.path)
    it.roost("doctor", "--data", folder.path)
    it.roost("journal", "repair", "--data", folder.path)
    it.roost("journal", "dump", "--data", folder.path, "--from", "12")
    it.roost("journal", "dump", "--data", folder.path, "--from", "12", "--actor", "a1", "--output", "jsonl")
    it.roost("history", "a1", "--pool", "default/gpu", "--data", folder.path)
    it.roost("state", "a1", "--pool", "default/gpu", "--data", folder.path)
    it.roost("state", "a1", "--pool", "default/gpu", "--data", folder.path, "--at", "11")
    it.roost("state", "a2", "--pool", "default/gpu", "--data", folder.path)
    try Golden.expect(it.text, is: "journal-quarantine")
  }

  @Test("inspect, of sound and damaged segments")
  func inspect() throws {
    let folder = try WrittenFolder.story()
    try folder.close()
    var it = transcript(folder)
    it.roost("journal", "inspect", "--data", folder.path)
    try folder.flip(1, 20)
    it.roost("journal", "inspect", "--data", folder.path)
    try damagePayload(folder, 5)
    it.roost("journal", "inspect", "--data", folder.path)
    try folder.flip(2, 20)
    try folder.flip(2, 4096 + 20)
    it.roost("journal", "inspect", "--data", folder.path)
    try Golden.expect(it.text, is: "journal-inspect")
  }

  @Test("dump, as text and JSON, of all and of a part, and around damage")
  func dump() throws {
    let folder = try WrittenFolder.story()
    try folder.close()
    let before = try WrittenFolder.contents(folder.path)
    var it = transcript(folder)
    it.roost("journal", "dump", "--data", folder.path)
    it.roost("journal", "dump", "--data", folder.path, "--actor", "a1", "--from", "3")
    it.roost("journal", "dump", "--data", folder.path, "--pool", "default/cpu", "--output", "json")
    it.roost("journal", "dump", "--data", folder.path, "--from", "11", "--output", "jsonl")
    it.roost("journal", "dump", "--data", folder.path, "--actor", "nobody")
    #expect(try WrittenFolder.contents(folder.path) == before)
    try damagePayload(folder, 5)
    it.roost("journal", "dump", "--data", folder.path, "--pool", "default/cpu")
    it.roost("journal", "dump", "--data", folder.path, "--from", "last")
    it.roost("journal", "dump", "--data", folder.path, "--pool", "cpu")
    try Golden.expect(it.text, is: "journal-dump")
  }

  @Test("a folder with a snapshot, whole and damaged")
  func snapshot() throws {
    let folder = try WrittenFolder.story()
    try folder.compact()
    try folder.close(inOrder: false)
    var it = transcript(folder)
    let before = try WrittenFolder.contents(folder.path)
    it.roost("journal", "verify", "--data", folder.path)
    it.roost("journal", "inspect", "--data", folder.path)
    it.roost("state", "a2", "--at", "4", "--pool", "default/gpu", "--data", folder.path)
    it.roost("state", "a2", "--at", "9", "--pool", "default/gpu", "--data", folder.path)
    #expect(try WrittenFolder.contents(folder.path) == before)
    // Behind the snapshot, which stands for the records through 6.
    try damagePayload(folder, 3)
    try damagePayload(folder, 8)
    it.roost("journal", "verify", "--data", folder.path)
    it.roost("journal", "repair", "--data", folder.path, "--apply")
    it.roost("doctor", "--data", folder.path)
    try folder.flip("0000000000000006.snapshot", 5_000)
    it.roost("journal", "verify", "--data", folder.path)
    it.roost("journal", "inspect", "--data", folder.path)
    try Golden.expect(it.text, is: "journal-snapshot")
  }

  @Test("repair, of every kind of damage, first dry")
  func repair() throws {
    let folder = try WrittenFolder.story()
    try folder.close(inOrder: false)
    var it = transcript(folder)
    let sound = try WrittenFolder.contents(folder.path)
    it.roost("journal", "repair", "--data", folder.path)
    it.roost("journal", "repair", "--data", folder.path, "--apply")
    #expect(try WrittenFolder.contents(folder.path) == sound)

    try damagePayload(folder, 6)
    let damaged = try WrittenFolder.contents(folder.path)
    it.roost("journal", "repair", "--data", folder.path)
    #expect(try WrittenFolder.contents(folder.path) == damaged)
    it.roost("journal", "repair", "--data", folder.path, "--apply")
    it.roost("doctor", "--data", folder.path)
    it.roost("journal", "dump", "--data", folder.path, "--from", "4")
    it.roost("state", "a1", "--pool", "default/gpu", "--data", folder.path)
    it.roost("journal", "verify", "--data", folder.path + "/damaged-1")
    it.roost("journal", "repair", "--data", folder.path, "--apply")
    // The backup is what it was before, byte by byte.
    let backup = try WrittenFolder.contents(folder.path + "/damaged-1")
    for (name, content) in damaged where name.hasSuffix(".segment") { #expect(backup[name] == content, "\(name)") }

    // Nothing says whose the lost record was.
    let unknown = try WrittenFolder.story()
    try unknown.close(inOrder: false)
    it.replacements.append((unknown.path, "UNKNOWN"))
    let last = try place(unknown, 10)
    try unknown.flip(last.segment, last.offset + 8)
    it.roost("journal", "repair", "--data", unknown.path, "--apply")
    it.roost("doctor", "--data", unknown.path)

    // A segment that cannot be read at all is the end of it.
    let (segment, _) = try place(unknown, 2)
    for offset in [20, 4096 + 20] { try unknown.flip(segment, UInt64(offset)) }
    it.roost("journal", "repair", "--data", unknown.path, "--apply")
    try Golden.expect(it.text, is: "journal-repair")
  }

  @Test("a last segment that was cut short, before and after its repair")
  func cutShort() throws {
    let folder = try WrittenFolder.story()
    try folder.close(inOrder: false)
    let (segment, offset) = try place(folder, 10)
    let name = "\(folder.path)/journal/000000000000000\(segment).segment"
    #expect(truncate(name, off_t(offset) + 70) == 0)
    var it = transcript(folder)
    let before = try WrittenFolder.contents(folder.path)
    it.roost("journal", "verify", "--data", folder.path)
    it.roost("doctor", "--data", folder.path)
    it.roost("journal", "inspect", "--data", folder.path)
    it.roost("journal", "repair", "--data", folder.path)
    #expect(try WrittenFolder.contents(folder.path) == before)
    it.roost("journal", "repair", "--data", folder.path, "--apply")
    it.roost("doctor", "--data", folder.path)
    it.roost("journal", "dump", "--data", folder.path, "--from", "10")
    try Golden.expect(it.text, is: "journal-cut")
  }

  @Test("a last segment that is gone is missed, before a repair and not after it")
  func lastSegmentGone() throws {
    let folder = try WrittenFolder.story()
    try folder.close()
    try FileManager.default.removeItem(atPath: "\(folder.path)/journal/0000000000000002.segment")
    var it = transcript(folder)
    it.roost("journal", "verify", "--data", folder.path)
    it.roost("journal", "repair", "--data", folder.path, "--apply")
    it.roost("journal", "verify", "--data", folder.path)
    try Golden.expect(it.text, is: "journal-gone")
  }

  @Test("doctor, of a sound folder, a damaged one, and a state that breaks a rule")
  func doctor() throws {
    let folder = try WrittenFolder.story()
    var it = transcript(folder)
    let broken = try WrittenFolder.story()
    it.replacements.append((broken.path, "BROKEN"))
    var record = ActorRecord(state: .running(Placement(runner: RunnerID("r9"))), generation: 7)
    record.lastError = .runnerLost
    try broken.append(
      JournalBatch(settled: 10, sections: [PoolSection(pool: broken.gpu, changes: [.actor(ActorID("a1"), record)])]),
      broken.gpu)
    try folder.close(inOrder: false)
    try broken.close()
    let before = try WrittenFolder.contents(folder.path)
    it.roost("doctor", "--data", folder.path)
    #expect(try WrittenFolder.contents(folder.path) == before)
    it.roost("doctor", "--data", broken.path)
    try damagePayload(folder, 6)
    it.roost("doctor", "--data", folder.path)
    try Golden.expect(it.text, is: "doctor")
  }

  @Test("doctor says how the last worker ended and which pools the folder belongs to, where that is worth a word")
  func doctorBeside() throws {
    let folder = try WrittenFolder.story()
    try folder.close()
    var it = transcript(folder)
    func write(_ name: String, _ line: String) throws {
      try Data(line.utf8).write(to: URL(filePath: "\(folder.path)/\(name)"))
    }
    for line in ["clean\n", "running\n", "sequence=4711 stored=1700000000000000000 times=2\n"] {
      try write("hand", line)
      it.roost("doctor", "--data", folder.path)
    }
    try write("hand", "sequence=4711 stored=1700000000000000000 times=\(WorkerLimits.poisonDeaths)\n")
    try write("pools", "roost-pools default/cpu default/gpu\n")
    it.roost("doctor", "--data", folder.path)
    try write("hand", "clean\n")
    try write("pools", "roost-pools default/c")
    it.roost("doctor", "--data", folder.path)
    try Golden.expect(it.text, is: "doctor-beside")
  }

  @Test("history and state: what happened to an actor, and how it was then")
  func past() throws {
    let folder = try WrittenFolder.story()
    try folder.close()
    let before = try WrittenFolder.contents(folder.path)
    var it = transcript(folder)
    let here = ["--pool", "default/gpu", "--data", folder.path]
    it.roost(["history", "a1"] + here)
    it.roost(["history", "a2"] + here)
    it.roost(["history", "a2", "--output", "jsonl"] + here)
    it.roost(["history", "b1"] + here)
    it.roost(["history", "a1", "--data", folder.path])
    it.roost(["state", "a2", "--at", "3"] + here)
    for record in [4, 6, 8] { it.roost(["state", "a2", "--at", "\(record)"] + here) }
    it.roost(["state", "a2"] + here)
    it.roost(["state", "a2", "--at", "6", "--output", "json"] + here)
    it.roost(["state", "a2", "--at", "12"] + here)
    it.roost(["state", "a2", "--at", "-1"] + here)
    it.roost("actor", "state", "default/gpu", "a2", "--at", "8", "--data", folder.path)
    it.roost("actor", "state", "default/gpu", "a2")
    #expect(try WrittenFolder.contents(folder.path) == before)
    // The damage is behind record 4 and before record 8.
    try damagePayload(folder, 6)
    it.roost(["state", "a2", "--at", "4"] + here)
    it.roost(["state", "a2", "--at", "8"] + here)
    it.roost(["history", "a2"] + here)
    try Golden.expect(it.text, is: "history")
  }

  @Test("every line of a dump is an object with the names that a program goes by")
  func json() throws {
    let folder = try WrittenFolder.story()
    try folder.close()
    let text = Mutex("")
    let console = Console(
      out: { line in
        text.withLock { $0 += line }
        return true
      }, err: { _ in })
    #expect(
      RoostCLI.run(["journal", "dump", "--output", "jsonl", "--data", folder.path], environment: [:], console: console)
        == .success
    )
    let objects = try text.withLock { $0 }.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["journal_sequence"] as? Int } == Array(1...11))
    let events = objects.flatMap { $0["sections"] as? [[String: Any]] ?? [] }
      .flatMap { $0["events"] as? [[String: Any]] ?? [] }
    #expect(events.map { $0["kind"] as? String }.contains("pending_timeout"))
  }
}
