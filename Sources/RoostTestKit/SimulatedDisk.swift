import Glibc
import RoostJournal

/// A disk in memory that behaves as badly as a real one may: it loses, tears and reorders what was not flushed, is full,
/// read-only, or fails a flush. Everything follows from the seed given to `crash`.
package final class SimulatedDisk: Disk {
  /// What a write or truncation does to a file.
  enum Change {
    case write(offset: Int, bytes: [UInt8])
    case truncate(size: Int)
  }

  final class Contents {
    /// What a reader sees.
    var cached: [UInt8] = []
    /// What survives a power loss for certain.
    var durable: [UInt8] = []
    /// What lies between the two, oldest first.
    var unflushed: [Change] = []
    /// Reading any of this fails; a write of all of such a place mends it, as a device does that has spare sectors.
    var unreadable: [Range<Int>] = []
  }

  enum NameChange {
    case link(String, Contents)
    case rename(String, to: String, Contents)
    case unlink(String)
  }

  var names: [String: Contents] = [:]
  var durableNames: [String: Contents] = [:]
  var unflushedNames: [NameChange] = []
  var directories: Set<String> = []
  var handles: [Int32: Contents] = [:]
  var locks: Set<Int32> = []
  private var nextHandle: Int32 = 3

  /// Changing calls and flushes so far.
  package private(set) var operations = 0
  /// The call with this number, and every later one, fails as if the machine had lost its power during it.
  package var crashAtOperation: Int?
  /// Bytes by which files may still grow; nil = no limit.
  package var roomBytes: Int?
  /// The next write takes only so many bytes, and the one after it fails as on a full disk. Once.
  package var nextWriteTakes: Int?
  /// After `nextWriteTakes` has cut a write, the disk stays full.
  package var staysFull = false
  /// Every write fails as on a full disk, also inside a file.
  package var isFull = false
  /// Every change fails as on a file system mounted read-only.
  package var isReadOnly = false
  /// Every flush fails with this error number.
  package var flushErrno: Int32?
  /// Every read fails with this error number.
  package var readErrno: Int32?
  /// Times a file was flushed.
  package private(set) var flushes = 0
  /// Called before each changing call and flush, to look at what a crash at this moment would leave (`fork`).
  package var onOperation: (() -> Void)?
  var failsNextWrite = false

  package init() {}

  package func path(of name: String) -> String { "simulated/" + name }

  /// Counts a changing call; returns true if the power goes during it.
  private func begin(_ operation: String, _ name: String) throws(DiskError) -> Bool {
    onOperation?()
    operations += 1
    if isReadOnly { throw error(operation, name, EROFS) }
    guard let crashAtOperation, operations >= crashAtOperation else { return false }
    if operations > crashAtOperation { throw error(operation, name, EIO) }
    return true
  }

  func error(_ operation: String, _ name: String, _ number: Int32) -> DiskError {
    DiskError(operation: operation, path: path(of: name), errno: number)
  }

  func contents(_ file: DiskFile) -> Contents {
    guard let found = handles[file.descriptor] else { preconditionFailure("the file is closed") }
    return found
  }

  private func handle(_ contents: Contents) -> DiskFile {
    nextHandle += 1
    handles[nextHandle] = contents
    return DiskFile(descriptor: nextHandle)
  }

  package func createDirectory(_ name: String) throws(DiskError) {
    guard !directories.contains(name) else { return }
    if try begin("mkdir", name) { throw error("mkdir", name, EIO) }
    directories.insert(name)
  }

  package func list(_ directory: String) throws(DiskError) -> [String] {
    names.keys.filter { $0.hasPrefix(directory + "/") }.map { String($0.dropFirst(directory.count + 1)) }
  }

  package func create(_ name: String) throws(DiskError) -> DiskFile {
    let isLast = try begin("open", name)
    guard names[name] == nil else { throw error("open", name, EEXIST) }
    let made = Contents()
    names[name] = made
    unflushedNames.append(.link(name, made))
    if isLast { throw error("open", name, EIO) }
    return handle(made)
  }

  package func open(_ name: String) throws(DiskError) -> DiskFile {
    guard let found = names[name] else { throw error("open", name, ENOENT) }
    if isReadOnly { throw error("open", name, EROFS) }
    return handle(found)
  }

  package func close(_ file: DiskFile) {
    handles[file.descriptor] = nil
    locks.remove(file.descriptor)
  }

  package func size(of file: DiskFile) throws(DiskError) -> UInt64 { UInt64(contents(file).cached.count) }

  package func read(
    _ file: DiskFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(DiskError) -> Int {
    if let readErrno { throw error("pread", "", readErrno) }
    let source = contents(file)
    let wanted = Int(offset)..<Int(offset) + buffer.count
    if source.unreadable.contains(where: { $0.overlaps(wanted) }) { throw error("pread", "", EIO) }
    let available = source.cached.dropFirst(Int(offset)).prefix(buffer.count)
    buffer.copyBytes(from: available)
    return available.count
  }

  package func write(
    _ file: DiskFile, _ bytes: UnsafeRawBufferPointer, at offset: UInt64
  ) throws(DiskError) -> Int {
    let isLast = try begin("pwrite", "")
    let target = contents(file)
    if isFull || failsNextWrite {
      failsNextWrite = false
      throw error("pwrite", "", ENOSPC)
    }
    var count = bytes.count
    if let takes = nextWriteTakes {
      nextWriteTakes = nil
      isFull = staysFull
      failsNextWrite = true
      count = min(count, takes)
      if count == 0 {
        failsNextWrite = false
        throw error("pwrite", "", ENOSPC)
      }
    }
    let growth = max(0, Int(offset) + count - target.cached.count)
    if let room = roomBytes {
      count -= max(0, growth - room)
      if count <= 0 { throw error("pwrite", "", ENOSPC) }
      roomBytes = room - min(growth, room)
    }
    let change = Change.write(offset: Int(offset), bytes: Array(bytes[..<count]))
    change.apply(to: &target.cached)
    target.unflushed.append(change)
    let written = Int(offset)..<Int(offset) + count
    target.unreadable.removeAll { $0.clamped(to: written) == $0 }
    if isLast { throw error("pwrite", "", EIO) }
    return count
  }

  package func truncate(_ file: DiskFile, to size: UInt64) throws(DiskError) {
    let isLast = try begin("ftruncate", "")
    let target = contents(file)
    let change = Change.truncate(size: Int(size))
    change.apply(to: &target.cached)
    target.unflushed.append(change)
    if isLast { throw error("ftruncate", "", EIO) }
  }

  package func fdatasync(_ file: DiskFile) throws(DiskError) {
    if try begin("fdatasync", "") { throw error("fdatasync", "", EIO) }
    if let flushErrno { throw error("fdatasync", "", flushErrno) }
    flushes += 1
    let target = contents(file)
    for change in target.unflushed { change.apply(to: &target.durable) }
    target.unflushed = []
  }

  package func rename(_ old: String, to new: String) throws(DiskError) {
    let isLast = try begin("rename", old)
    guard let moved = names.removeValue(forKey: old) else { throw error("rename", old, ENOENT) }
    names[new] = moved
    unflushedNames.append(.rename(old, to: new, moved))
    if isLast { throw error("rename", old, EIO) }
  }

  package func remove(_ name: String) throws(DiskError) {
    let isLast = try begin("unlink", name)
    guard let removed = names.removeValue(forKey: name) else { throw error("unlink", name, ENOENT) }
    if let room = roomBytes { roomBytes = room + removed.cached.count }
    unflushedNames.append(.unlink(name))
    if isLast { throw error("unlink", name, EIO) }
  }

  package func fsyncDirectory(_ name: String) throws(DiskError) {
    if try begin("fsync", name) { throw error("fsync", name, EIO) }
    if let flushErrno { throw error("fsync", name, flushErrno) }
    for change in unflushedNames { change.apply(to: &durableNames) }
    unflushedNames = []
  }

  package func lock(_ name: String) throws(DiskError) -> DiskLock {
    if !locks.isEmpty { return .held(by: getpid()) }
    if names[name] == nil { close(try create(name)) }
    let file = try open(name)
    locks.insert(file.descriptor)
    return .acquired(file)
  }
}
