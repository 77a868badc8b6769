/// An open file of a `Disk`.
package struct DiskFile: Hashable, Sendable {
  package let descriptor: Int32
  package init(descriptor: Int32) { self.descriptor = descriptor }
}

/// What came of asking for the lock of a data folder.
package enum DiskLock: Equatable, Sendable {
  /// Ours until the file is closed or the process ends.
  case acquired(DiskFile)
  /// Another process has it; its id as far as the file tells.
  case held(by: Int32?)
}

/// Everything the journal does to the world. `FileDisk` is the real one; a simulated one can crash, tear writes, be full
/// and fail. Names are relative to the data folder, "" is the folder itself. Not for use from several threads at once.
package protocol Disk {
  /// The name as a person would look for it.
  func path(of name: String) -> String

  /// Makes the folder if it is missing; its own entry is durable on return.
  func createDirectory(_ name: String) throws(DiskError)
  /// Names of the entries of a folder, in no order.
  func list(_ directory: String) throws(DiskError) -> [String]
  /// Makes a file that must not exist (EEXIST) and opens it.
  func create(_ name: String) throws(DiskError) -> DiskFile
  /// Opens a file that must exist (ENOENT), for reading and writing.
  func open(_ name: String) throws(DiskError) -> DiskFile
  func close(_ file: DiskFile)
  func size(of file: DiskFile) throws(DiskError) -> UInt64
  /// Reads until the buffer is full or the file ends; returns the bytes read.
  func read(_ file: DiskFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(DiskError) -> Int
  /// Writes at an offset; may write less than it was given, and then the next call says why.
  func write(_ file: DiskFile, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(DiskError) -> Int
  func truncate(_ file: DiskFile, to size: UInt64) throws(DiskError)
  /// On return all that was written to the file is on the device, with the size it needs to be read again.
  func fdatasync(_ file: DiskFile) throws(DiskError)
  /// Replaces `new` if it exists. Durable after `fsyncDirectory`.
  func rename(_ old: String, to new: String) throws(DiskError)
  func remove(_ name: String) throws(DiskError)
  func fsyncDirectory(_ name: String) throws(DiskError)
  /// Takes the lock file for this process alone and writes its process id into it.
  func lock(_ name: String) throws(DiskError) -> DiskLock
}

/// A system call that failed: which, on what, and the error number.
package struct DiskError: Error, Equatable, Sendable, CustomStringConvertible {
  package let operation: String
  package let path: String
  package let errno: Int32

  package init(operation: String, path: String, errno: Int32) {
    self.operation = operation
    self.path = path
    self.errno = errno
  }
}
