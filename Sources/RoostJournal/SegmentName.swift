/// Names in the data folder.
enum JournalName {
  static let lock = "lock"
  static let directory = "journal"
  static let identity = "journal/identity"
  static let identityDraft = "journal/identity.new"
  /// The next segment while it is being zero-filled; worth nothing after a restart.
  static let spare = "journal/next"
  static let spareEntry = "next"
  private static let suffix = ".segment"
  private static let digits = 16

  static func segment(_ number: UInt64) -> String {
    let hexadecimal = String(number, radix: 16)
    return "journal/" + String(repeating: "0", count: digits - hexadecimal.count) + hexadecimal + suffix
  }

  /// The segment number of an entry of the journal's folder, nil for any other file.
  static func number(ofEntry entry: String) -> UInt64? {
    guard entry.hasSuffix(suffix), let number = UInt64(entry.dropLast(suffix.count), radix: 16),
      segment(number) == "journal/" + entry
    else { return nil }
    return number
  }
}
