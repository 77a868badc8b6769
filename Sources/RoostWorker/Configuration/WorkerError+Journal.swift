import RoostJournal

extension WorkerError {
  /// What a journal's error means to the process.
  package init(_ error: JournalError) {
    switch error {
    case .inUse: self.init(.folderInUse, code: error.code, error.message)
    default: self.init(.journalFailed, code: error.code, error.message)
    }
  }
}
