import Glibc
import RoostJournal
import RoostTestKit
import Testing

@Suite struct FaultTests {
  private func isDiskFull(_ error: JournalError?) -> Bool {
    if case .diskFull = error { return true }
    return false
  }

  @Test("A full disk refuses the group, leaves no trace of it, and the log goes on when there is room")
  func diskFull() throws {
    for taken in [0, 1, 30, 96, 100, 191] {
      for staysFull in [false, true] {
        let disk = SimulatedDisk()
        let (journal, _) = try Fixture.open(disk)
        let kept = Line.made(1, partition: 0)
        try Fixture.append([kept], to: journal)
        let before = try #require(disk[Fixture.firstSegment])
        let refused = [Line.made(2, partition: 0), Line.made(3, partition: 1)]
        disk.nextWriteTakes = taken
        disk.staysFull = staysFull
        let error = #expect(throws: JournalError.self) { try Fixture.append(refused, to: journal) }
        #expect(isDiskFull(error))
        #expect(journal.nextIndex == RecordIndex(2))
        if staysFull {
          // Until there is room, each try fails in the same way.
          let again = #expect(throws: JournalError.self) { try Fixture.append(refused, to: journal) }
          #expect(isDiskFull(again))
          disk.isFull = false
          try journal.markFlushed()
        } else {
          #expect(disk[Fixture.firstSegment] == before)
          let crashed = disk.fork()
          crashed.crash(.power(seed: UInt64(taken)))
          #expect(try Fixture.open(crashed).lines == [kept])
        }
        try Fixture.append([.made(2, partition: 5, size: 7)], to: journal)
        try Fixture.append([.made(3, partition: 0)], to: journal)
        disk.crash(.power(seed: UInt64(taken)))
        let (again, lines) = try Fixture.open(disk)
        #expect(lines == [kept, .made(2, partition: 5, size: 7), .made(3, partition: 0)])
        #expect(again.recovery.quarantined.isEmpty)
      }
    }
  }

  @Test("Without room for the next segment the log serves to the end of this one, refuses, and resumes")
  func noRoomForSegment() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    disk.roomBytes = 20_000
    let early = #expect(throws: JournalError.self) { while try !journal.prepareNextSegment() {} }
    #expect(isDiskFull(early))
    #expect(disk.roomBytes == 20_000, "the half-made segment is given back")
    var written: [Line] = []
    func appendNext() throws {
      let line = Line.made(UInt64(written.count) + 1, partition: 1, size: 1000)
      try Fixture.append([line], to: journal)
      written.append(line)
    }
    while journal.roomBytes >= 1064 { try appendNext() }
    for _ in 0..<3 {
      let error = #expect(throws: JournalError.self) { try appendNext() }
      #expect(isDiskFull(error))
    }
    disk.roomBytes = nil
    try appendNext()
    disk.crash(.power(seed: 3))
    #expect(try Fixture.open(disk).lines == written)
  }

  @Test("A failed flush is final: every later call is refused without touching the disk")
  func flushFailure() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    disk.flushErrno = EIO
    let failure = JournalError.flushFailed(DiskError(operation: "fdatasync", path: "simulated/", errno: EIO))
    #expect(throws: failure) { try Fixture.append([.made(1, partition: 0)], to: journal) }
    disk.flushErrno = nil
    let operations = disk.operations
    #expect(throws: failure) { try Fixture.append([.made(1, partition: 0)], to: journal) }
    #expect(throws: failure) { try journal.prepareNextSegment() }
    #expect(throws: failure) { try journal.markFlushed() }
    #expect(throws: failure) { try journal.removeOldestSegment(below: RecordIndex(1)) }
    #expect(disk.operations == operations)
    #expect(failure.isFinal)
  }

  @Test("A read-only file system is named with its reason, when opening and when appending")
  func readOnly() throws {
    let disk = SimulatedDisk()
    disk.isReadOnly = true
    let first = #expect(throws: JournalError.self) { try Fixture.open(disk) }
    #expect(first?.message.contains("Read-only file system") == true)
    disk.isReadOnly = false
    let (journal, _) = try Fixture.open(disk)
    disk.isReadOnly = true
    let second = #expect(throws: JournalError.self) { try Fixture.append([.made(1, partition: 0)], to: journal) }
    #expect(second == .notWritable(DiskError(operation: "pwrite", path: "simulated/", errno: EROFS)))
  }

  @Test("After close the folder is free and the journal refuses")
  func closed() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    #expect(throws: JournalError.inUse(lock: "simulated/lock", pid: getpid())) { try Fixture.open(disk) }
    try journal.close()
    #expect(throws: JournalError.closed) { try Fixture.append([.made(1, partition: 0)], to: journal) }
    _ = try Fixture.open(disk)
  }
}
