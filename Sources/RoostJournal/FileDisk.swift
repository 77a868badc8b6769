import CRoostSystem
import Glibc

/// The real disk: one data folder.
package struct FileDisk: Disk {
  private let root: String
  /// Files are opened for reading alone and the folder is left as it is: what would change it fails with EROFS.
  let isReadOnly: Bool

  package init(root: String, readOnly: Bool = false) {
    self.root = root
    isReadOnly = readOnly
  }

  package func path(of name: String) -> String { name.isEmpty ? root : root + "/" + name }

  package func createDirectory(_ name: String) throws(DiskError) {
    try requireWritable("mkdir", name)
    guard mkdir(path(of: name), 0o750) == 0 || errno == EEXIST else { throw failure("mkdir", name) }
    // Also when it was there: whoever made it may have died before this.
    try syncDirectory(path(of: name) + "/..")
  }

  package func list(_ directory: String) throws(DiskError) -> [String] {
    guard let stream = opendir(path(of: directory)) else { throw failure("opendir", directory) }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw failure("readdir", directory) }
    return names
  }

  package func create(_ name: String) throws(DiskError) -> DiskFile {
    try requireWritable("open", name)
    return try openFile(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC)
  }

  package func open(_ name: String) throws(DiskError) -> DiskFile {
    try openFile(name, (isReadOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC)
  }

  package func close(_ file: DiskFile) {
    // What matters was flushed and checked before; a failing close has no remedy.
    _ = Glibc.close(file.descriptor)
  }

  package func size(of file: DiskFile) throws(DiskError) -> UInt64 {
    var status = stat()
    guard fstat(file.descriptor, &status) == 0 else { throw failure("fstat", file) }
    return UInt64(status.st_size)
  }

  package func truncate(_ file: DiskFile, to size: UInt64) throws(DiskError) {
    guard ftruncate(file.descriptor, off_t(size)) == 0 else { throw failure("ftruncate", file) }
  }

  package func fdatasync(_ file: DiskFile) throws(DiskError) {
    // Not tried again, whatever the error: the kernel may have dropped the dirty pages and would then report success.
    guard Glibc.fdatasync(file.descriptor) == 0 else { throw failure("fdatasync", file) }
  }

  package func rename(_ old: String, to new: String) throws(DiskError) {
    try requireWritable("rename", old)
    guard Glibc.rename(path(of: old), path(of: new)) == 0 else { throw failure("rename", old) }
  }

  package func remove(_ name: String) throws(DiskError) {
    try requireWritable("unlink", name)
    guard unlink(path(of: name)) == 0 else { throw failure("unlink", name) }
  }

  /// Two entries change places, in one step. Durable after `fsyncDirectory` of both folders.
  package func exchange(_ one: String, _ other: String) throws(DiskError) {
    try requireWritable("renameat2", one)
    let code = roost_exchange(path(of: one), path(of: other))
    guard code == 0 else { throw DiskError(operation: "renameat2", path: path(of: one), errno: code) }
  }

  package func fsyncDirectory(_ name: String) throws(DiskError) { try syncDirectory(path(of: name)) }

  private func syncDirectory(_ path: String) throws(DiskError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DiskError(operation: "open", path: path, errno: errno) }
    defer { _ = Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw DiskError(operation: "fsync", path: path, errno: errno) }
  }

  /// A pipe, folder or device with the name of a file is refused; without O_NONBLOCK opening a pipe would wait for a writer.
  func openFile(_ name: String, _ flags: Int32) throws(DiskError) -> DiskFile {
    let descriptor = Glibc.open(path(of: name), flags | O_NONBLOCK, 0o640)
    guard descriptor >= 0 else { throw failure("open", name) }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    if isKnown, status.st_mode & S_IFMT == S_IFREG { return DiskFile(descriptor: descriptor) }
    defer { _ = Glibc.close(descriptor) }
    throw isKnown ? DiskError.notAFile(path(of: name)) : failure("fstat", name)
  }

  private func requireWritable(_ operation: String, _ name: String) throws(DiskError) {
    if isReadOnly { throw DiskError(operation: operation, path: path(of: name), errno: EROFS) }
  }

  func failure(_ operation: String, _ name: String) -> DiskError {
    DiskError(operation: operation, path: path(of: name), errno: errno)
  }

  func failure(_ operation: String, _ file: DiskFile) -> DiskError {
    let number = errno
    return DiskError(operation: operation, path: name(of: file), errno: number)
  }

  /// Only for messages: the kernel knows the current name even after a rename.
  private func name(of file: DiskFile) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes {
      readlink("/proc/self/fd/\(file.descriptor)", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : root
  }
}
