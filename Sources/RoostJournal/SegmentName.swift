/// Names in the data folder.
enum JournalName {
  static let lock = "lock"
  static let directory = "journal"
  static let identity = "journal/identity"
  static let identityDraft = "journal/identity.new"
  /// The number of the newest segment.
  static let newest = "journal/newest"
  static let newestEntry = "newest"
  /// The next segment while it is being zero-filled; worth nothing after a restart.
  static let spare = "journal/next"
  static let spareEntry = "next"
  /// A snapshot while it is being written; worth nothing after a restart.
  static let snapshotDraft = "journal/snapshot.new"
  static let snapshotDraftEntry = "snapshot.new"
  /// In a journal that a repair writes, until it has taken the other's place.
  static let repairMark = "journal/repairing"
  static let repairMarkEntry = "repairing"
  private static let segmentSuffix = ".segment"
  private static let snapshotSuffix = ".snapshot"

  static func segment(_ number: UInt64) -> String { name(number, segmentSuffix) }

  /// Of the snapshot that stands for the log through this record.
  static func snapshot(_ through: RecordIndex) -> String { name(through.rawValue, snapshotSuffix) }

  /// The segment number of an entry of the journal's folder, nil for any other file.
  static func number(ofEntry entry: String) -> UInt64? { number(entry, segmentSuffix) }

  /// The record that a snapshot stands for, nil for any other file.
  static func snapshot(ofEntry entry: String) -> RecordIndex? { number(entry, snapshotSuffix).map { RecordIndex($0) } }

  private static func name(_ number: UInt64, _ suffix: String) -> String {
    "journal/" + number.hexadecimal + suffix
  }

  private static func number(_ entry: String, _ suffix: String) -> UInt64? {
    guard entry.hasSuffix(suffix), let number = UInt64(entry.dropLast(suffix.count), radix: 16),
      name(number, suffix) == "journal/" + entry
    else { return nil }
    return number
  }
}
