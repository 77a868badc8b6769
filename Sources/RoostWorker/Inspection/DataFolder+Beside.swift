import RoostCore
import RoostJournal

// What stands beside the journal in a data folder.

extension DataFolder {
  /// How the last worker of the folder ended.
  package enum LastEnd: Equatable {
    case inOrder
    /// Killed, or ended by a failure: the next start marks the signals that it reads first, one by one.
    case unclean
    /// The same, and a signal was alone in hand so many times in a row.
    case signal(StreamSequence, times: Int)
  }

  /// nil: there was none yet, or one that did not say. Errors: of the device.
  package func lastEnd() throws(JournalError) -> LastEnd? {
    switch try beside({ disk throws(DiskError) in try Hand.read(disk) }) {
    case nil: nil
    case .clean: .inOrder
    case .running: .unclean
    case .mark(let mark): .signal(mark.sequence, times: mark.times)
    }
  }

  /// The pools that the folder belongs to.
  package enum ServedPools: Equatable {
    case all
    /// As the file has them, with spaces between.
    case named(String)
    /// A start is refused. The text says what to do.
    case damaged(String)
  }

  /// Errors: of the device.
  package func servedPools() throws(JournalError) -> ServedPools {
    switch try beside({ disk throws(DiskError) in try PoolSet.read(disk) }) {
    case nil, "*": .all
    case let pools? where PoolSet.isWhole(pools): .named(pools)
    case _?: .damaged(PoolSet.damageText(journal.disk))
    }
  }

  private func beside<T>(_ read: (any Disk) throws(DiskError) -> T) throws(JournalError) -> T {
    do throws(DiskError) { return try read(journal.disk) } catch { throw JournalError(error) }
  }
}
