import RoostCore
import RoostJournal

/// The pools that a data folder belongs to, in a file beside the journal: one line, so that a person can read it. A
/// folder serves the same set for life, for its state knows nothing of other pools' past.
///
///     roost-pools default/gpu default/web
///     roost-pools *
enum PoolSet {
  private static let name = "pools"
  private static let draft = "pools.new"
  private static let prefix = "roost-pools "
  /// Bytes of the file: some thousand pools, far above what a command line names.
  private static let limitBytes = 1 << 20

  /// Refuses a folder of another set; writes the set into a new one, and says if it did. To be called with the folder locked.
  static func check(_ disk: any Disk, _ pools: Set<PoolID>, isNew: Bool) throws(WorkerError) -> Bool {
    let wanted = text(pools)
    let found: String?
    do throws(DiskError) {
      found = try read(disk)
      if found == nil, isNew {
        try write(wanted, disk)
        return true
      }
    } catch {
      throw WorkerError(JournalError(error))
    }
    // A folder with a journal and without a set is older than sets: it serves all.
    if let found = found ?? Optional(text([])), found != wanted {
      guard isWhole(found) else { throw WorkerError(.usage, code: "ROOST-W010", damageText(disk)) }
      throw WorkerError(
        .usage, code: "ROOST-W010",
        "the data folder \(disk.path(of: "")) belongs to the pools \(found), not to \(wanted): start with the same --pool "
          + "flags as before, or give this set a folder of its own with --data")
    }
    return false
  }

  /// Takes back what `check` wrote.
  static func remove(_ disk: any Disk) throws(JournalError) {
    do throws(DiskError) {
      try disk.remove(name)
      try disk.fsyncDirectory("")
    } catch {
      throw JournalError(error)
    }
  }

  static func isWhole(_ found: String) -> Bool { !found.isEmpty && !found.contains(where: \.isNewline) }

  static func damageText(_ disk: any Disk) -> String {
    "\(disk.path(of: name)) is damaged: it is one line, `\(prefix)` and the pools that the folder has always served, "
      + "or * for all of them; write it again, then start"
  }

  private static func text(_ pools: Set<PoolID>) -> String {
    pools.isEmpty ? "*" : pools.sorted().map(\.description).joined(separator: " ")
  }

  /// What follows the prefix, `*` or pools; nil: there is no file; else not `isWhole`.
  static func read(_ disk: any Disk) throws(DiskError) -> String? {
    guard let file = try disk.openIfThere(name) else { return nil }
    defer { disk.close(file) }
    var bytes = [UInt8](repeating: 0, count: min(limitBytes, Int(clamping: try disk.size(of: file))))
    var room = bytes.mutableSpan
    let count = try room.withUnsafeMutableBytes { buffer throws(DiskError) in
      try disk.read(file, into: UnsafeMutableRawBufferPointer(buffer), at: 0)
    }
    let line = String(decoding: bytes[..<count], as: UTF8.self)
    // Nothing that was written as a whole: no set at all.
    return line.hasPrefix(prefix) && line.hasSuffix("\n") ? String(line.dropFirst(prefix.count).dropLast()) : ""
  }

  /// A crash leaves all of it or none.
  private static func write(_ text: String, _ disk: any Disk) throws(DiskError) {
    if try disk.list("").contains(draft) { try disk.remove(draft) }
    let file = try disk.create(draft)
    defer { disk.close(file) }
    let bytes = Array("\(prefix)\(text)\n".utf8)
    var done = 0
    while done < bytes.count {
      done += try bytes.span.withUnsafeBytes { buffer throws(DiskError) in
        try disk.write(file, UnsafeRawBufferPointer(rebasing: buffer[done...]), at: UInt64(done))
      }
    }
    try disk.fdatasync(file)
    try disk.rename(draft, to: name)
    try disk.fsyncDirectory("")
  }
}
