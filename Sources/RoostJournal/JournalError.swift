/// Why the journal cannot do what it was asked. Each names its remedy in `message`.
package enum JournalError: Error, Equatable, Sendable {
  /// Another process has the data folder.
  case inUse(lock: String, pid: Int32?)
  /// No room. The log is cut back to its last good record and takes appends again once there is room.
  case diskFull(DiskError)
  /// A flush failed: what is on the device is unknown. Final; the process must end (exit code 74) and recover.
  case flushFailed(DiskError)
  /// The data folder or its file system cannot be written.
  case notWritable(DiskError)
  /// The data folder cannot be made where it was asked for.
  case noFolder(DiskError)
  /// There is no journal where one should be read.
  case noJournal(path: String)
  /// Any other failure of the device. Final for this process, as a failed flush is.
  case deviceFailed(DiskError)
  /// One payload is over `JournalLimits.payloadBytes`.
  case recordTooLarge(bytes: Int)
  /// One group does not fit a segment.
  case groupTooLarge(bytes: Int, capacity: Int)
  /// The partition's records are damaged: nothing may be added to it.
  case partitionQuarantined(UInt32)
  /// All partitions of the folder are: there is none in which a record could be written, not even that a signal was refused.
  /// The first damage; nil = records that are whole and cannot be read.
  case allQuarantined(path: String, damage: Damage?)
  /// The identity file is missing beside segments, or does not say what it should.
  case identityDamaged(path: String)
  /// Written by a newer program that says older ones must not read it.
  case tooNew(path: String, leastReader: UInt32)
  /// Damage that leaves no sound place to go on from.
  case unreadable(path: String, offset: UInt64, reason: String)
  /// The log begins after the records that the caller needs.
  case beginningMissing(first: RecordIndex, needed: RecordIndex)
  /// The journal was closed by its owner.
  case closed
  /// What has the name of a file of the journal is no regular file.
  case notAFile(path: String)
}

extension JournalError: CustomStringConvertible {
  /// The code of the error's page.
  package var code: String {
    switch self {
    case .inUse: "ROOST-J001"
    case .diskFull: "ROOST-J002"
    case .flushFailed: "ROOST-J003"
    case .notWritable: "ROOST-J004"
    case .deviceFailed: "ROOST-J005"
    case .recordTooLarge: "ROOST-J006"
    case .groupTooLarge: "ROOST-J007"
    case .partitionQuarantined, .allQuarantined: "ROOST-J008"
    case .identityDamaged: "ROOST-J009"
    case .tooNew: "ROOST-J010"
    case .unreadable: "ROOST-J011"
    case .beginningMissing: "ROOST-J012"
    case .closed: "ROOST-J013"
    case .noFolder: "ROOST-J014"
    case .noJournal: "ROOST-J015"
    case .notAFile: "ROOST-J016"
    }
  }

  /// What happened and what to do next.
  package var message: String {
    switch self {
    case .inUse(let lock, let pid):
      "the data folder is in use by \(pid.map { "process \($0)" } ?? "another process") (\(lock) is locked): "
        + "stop that one, or give this one a folder of its own with --data"
    case .diskFull(let cause):
      "no room for the journal (\(cause)): free space on that file system; the journal goes on by itself"
    case .flushFailed(let cause):
      "a journal flush failed (\(cause)): what is on the device is unknown; check the device, then start again, "
        + "recovery reads what is there"
    case .notWritable(let cause):
      "the journal cannot be opened or written (\(cause)): give this user the permission, or remount the file system"
    case .noFolder(let cause):
      "there is no data folder and it cannot be made (\(cause)): make its parent folder, or name another with --data"
    case .noJournal(let path):
      "there is no journal in \(path): name a worker's data folder with --data (of a `roost up` folder, its subfolder "
        + "journal)"
    case .deviceFailed(let cause):
      "the journal's device failed (\(cause)): check the device, then start again, recovery reads what is there"
    case .recordTooLarge(let bytes):
      "a journal record of \(bytes) bytes is over the limit of \(JournalLimits.payloadBytes): write smaller batches"
    case .groupTooLarge(let bytes, let capacity):
      "a journal group of \(bytes) bytes does not fit a segment of \(capacity): write smaller groups"
    case .partitionQuarantined(let partition):
      "partition \(partition) is quarantined because its records are damaged: restore the data folder from a good copy"
    case .allQuarantined(let path, let damage):
      "all partitions of the journal in \(path) are quarantined, so nothing can be served "
        + "(\(damage?.description ?? "they have records that this version cannot read")): restore a copy of the folder that is "
        + "as new, or see what `roost journal repair` can keep; `roost journal verify` lists the damage"
    case .identityDamaged(let path):
      "the journal's identity \(path) is missing or damaged: restore it together with the segments beside it"
    case .tooNew(let path, let leastReader):
      "\(path) needs a program that reads journal format \(leastReader); this one reads \(SegmentHeader.version): "
        + "upgrade it"
    case .unreadable(let path, let offset, let reason):
      "\(path) is damaged at offset \(offset) (\(reason)) and the journal cannot go on after it: restore the data folder "
        + "from a good copy"
    case .beginningMissing(let first, let needed):
      "the journal begins at record \(first), but record \(needed) is needed: restore the removed segments or a newer "
        + "snapshot"
    case .closed:
      "the journal is closed: open it again"
    case .notAFile(let path):
      "\(path) is no regular file (a folder, pipe, socket or device has its name): restore the file, or remove what is there "
        + "if it does not belong to the journal"
    }
  }

  package var description: String { "\(code): \(message)" }

  /// True if the journal refuses every later call: the process must end.
  package var isFinal: Bool {
    switch self {
    case .flushFailed, .deviceFailed, .notWritable, .closed: true
    default: false
    }
  }

  /// What a failed read, write or change of the folder means. Flushes are `.flushFailed`, whatever the error number.
  package init(_ cause: DiskError) {
    if cause.meansFull {
      self = .diskFull(cause)
    } else if cause.meansNotWritable {
      self = .notWritable(cause)
    } else if cause.meansNotAFile {
      self = .notAFile(path: cause.path)
    } else {
      self = .deviceFailed(cause)
    }
  }
}

/// Runs disk calls that are not flushes; their failure is the journal's.
func translating<T>(_ body: () throws(DiskError) -> T) throws(JournalError) -> T {
  do throws(DiskError) {
    return try body()
  } catch {
    throw JournalError(error)
  }
}
