extension JournalRewrite {
  /// The journal of the folder and the rewritten one of its subfolder change places, in one step.
  package static func exchange(_ folder: String, with subfolder: String) throws(JournalError) {
    let disk = FileDisk(root: folder)
    try translating { () throws(DiskError) in
      try disk.exchange(JournalName.directory, subfolder + "/" + JournalName.directory)
    }
    do throws(DiskError) {
      try disk.fsyncDirectory("")
      try disk.fsyncDirectory(subfolder)
    } catch {
      throw .flushFailed(error)
    }
    try removeMark(of: folder)
  }

  /// The journal of the folder is the one that counts, whether or not a repair was ended just after the exchange.
  package static func removeMark(of folder: String) throws(JournalError) { try removeMark(FileDisk(root: folder)) }

  static func removeMark(_ disk: any Disk) throws(JournalError) {
    try translating { () throws(DiskError) in
      guard try disk.list(JournalName.directory).contains(JournalName.repairMarkEntry) else { return }
      try disk.remove(JournalName.repairMark)
      try disk.fsyncDirectory(JournalName.directory)
    }
  }

  /// The subfolder is what a repair had begun, and no journal that ever counted: it bears the mark, or has not even that yet.
  /// Nothing else lies in it.
  package static func isUnfinished(_ subfolder: String) throws(JournalError) -> Bool {
    let disk = FileDisk(root: subfolder, readOnly: true)
    do throws(DiskError) {
      let entries = try disk.list("")
      guard entries.allSatisfy({ [JournalName.lock, JournalName.directory].contains($0) }) else { return false }
      guard entries.contains(JournalName.directory) else { return true }
      let journal = try disk.list(JournalName.directory)
      return journal.isEmpty || journal.contains(JournalName.repairMarkEntry)
    } catch {
      // A file with the name of a folder is nobody's journal.
      if error.meansMissing { return false }
      throw JournalError(error)
    }
  }

  /// Empties an unfinished one; the mark goes last, so that what is left of it is known for what it is.
  package static func emptyUnfinished(_ subfolder: String) throws(JournalError) {
    let disk = FileDisk(root: subfolder)
    try translating { () throws(DiskError) in
      let entries = try disk.list("").contains(JournalName.directory) ? disk.list(JournalName.directory) : []
      for entry in entries where entry != JournalName.repairMarkEntry {
        try disk.remove("\(JournalName.directory)/\(entry)")
      }
      if !entries.isEmpty { try disk.fsyncDirectory(JournalName.directory) }
      if entries.contains(JournalName.repairMarkEntry) { try disk.remove(JournalName.repairMark) }
    }
  }
}
