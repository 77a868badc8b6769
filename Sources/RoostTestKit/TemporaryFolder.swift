import Foundation

/// A new folder, gone with this object and all that is in it.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    path = "/tmp/roost-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit {
    // A test may have moved it.
    guard FileManager.default.fileExists(atPath: path) else { return }
    do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
  }

  /// A file's text; nil: there is none.
  package func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
  }
}
