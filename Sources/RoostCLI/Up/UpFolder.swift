import CRoostSystem
import Glibc
import RoostNATS

/// The data folder of one `roost up`: its own as long as this object lives.
///
/// Two locks: `up.lock` is held by this process alone, so that a second one is refused at once; `parts.lock` also by
/// the parts, so that after a kill -9 nobody opens the folder before the last of them is gone.
final class UpFolder {
  let path: String
  private let lock: Int32
  /// For the parts to hold.
  let partsLock: Int32

  var broker: String { "\(path)/broker" }
  /// The port that the broker chose stands in a file here.
  var ports: String { "\(broker)/ports" }
  var journal: String { "\(path)/journal" }

  /// Makes it if it is missing. Errors: `folderInUse`, `ioError`.
  ///
  /// - Parameter patienceMs: how long parts of an earlier one that was killed may take to be gone.
  init(_ path: String, patienceMs: Int64 = UpLimits.leftBehindMs) throws(CLIError) {
    self.path = path
    for folder in [path, "\(path)/broker", "\(path)/broker/ports"] where mkdir(folder, 0o750) != 0 && errno != EEXIST {
      throw Self.failure(folder)
    }
    lock = try Self.open("\(path)/up.lock")
    guard roost_flock_exclusive(lock) == 0 else {
      let holder = Self.holder(lock)
      close(lock)
      throw CLIError(
        .folderInUse, "\(path) belongs to another `roost up` (process \(holder)); end it, or use another --data DIR")
    }
    do throws(CLIError) {
      partsLock = try Self.open("\(path)/parts.lock")
    } catch {
      close(lock)
      throw error
    }
    let isFree = Self.waitForLock(partsLock, ms: patienceMs)
    let text = Array("\(getpid())\n".utf8)
    guard isFree, ftruncate(lock, 0) == 0, pwrite(lock, text, text.count, 0) == text.count else {
      let number = errno
      close(partsLock)
      close(lock)
      if isFree { throw Self.failure("\(path)/up.lock", number) }
      throw CLIError(
        .folderInUse,
        "parts of an earlier `roost up` still hold \(path)/parts.lock; end them (`fuser` names them), then try again")
    }
  }

  deinit {
    close(partsLock)
    close(lock)
  }

  /// The port files of brokers that are gone: one of them may have had the number that ours will have.
  func removePortFiles() throws(CLIError) {
    for file in try portFiles() where unlink("\(ports)/\(file)") != 0 { throw Self.failure("\(ports)/\(file)") }
  }

  func portFiles() throws(CLIError) -> [String] {
    guard let stream = opendir(ports) else { throw Self.failure(ports) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".ports") { names.append(name) }
    }
    return names
  }

  func write(_ text: String, to path: String) throws(CLIError) {
    let file = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    defer { if file >= 0 { close(file) } }
    let bytes = Array(text.utf8)
    guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count else { throw Self.failure(path) }
  }

  /// The beginning of a file, as far as anybody needs it here.
  func read(_ path: String) throws(CLIError) -> String {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = file < 0 ? -1 : Glibc.read(file, &bytes, bytes.count)
    guard count >= 0 else { throw Self.failure(path) }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private static func open(_ path: String) throws(CLIError) -> Int32 {
    let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard file >= 0 else { throw failure(path) }
    return file
  }

  /// Nobody tells when a lock is free: it is looked at again and again.
  private static func waitForLock(_ file: Int32, ms: Int64) -> Bool {
    let deadlineNs = Monotonic.ns(afterMs: ms)
    while roost_flock_exclusive(file) != 0 {
      if Monotonic.nowNs() >= deadlineNs { return false }
      usleep(UInt32(UpLimits.lookMs) * 1_000)
    }
    return true
  }

  private static func holder(_ file: Int32) -> String {
    var text = [UInt8](repeating: 0, count: 16)
    let count = pread(file, &text, text.count, 0)
    let digits = text.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? "of unknown number" : String(decoding: digits, as: UTF8.self)
  }

  private static func failure(_ path: String, _ number: Int32 = errno) -> CLIError {
    CLIError(
      .ioError,
      "\(path) cannot be made or written: \(String(cString: strerror(number))); give a --data DIR that this user may write, in "
        + "a folder that is there")
  }
}
