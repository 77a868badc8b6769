import Foundation
import RoostTestKit

/// The files of a disk, in a real folder.
final class FilesOfDisk {
  let path = "/tmp/roost-repair-\(UUID().uuidString)"
  init(_ disk: SimulatedDisk) throws {
    try FileManager.default.createDirectory(atPath: path + "/journal", withIntermediateDirectories: true)
    for name in disk.fileNames { try Data(disk[name] ?? []).write(to: URL(filePath: "\(path)/\(name)")) }
  }
  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
  }
  /// Everything but the lock file, which says who had the folder last.
  func contents() throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) where name != "lock" {
      result[name] = FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data()
    }
    return result
  }
}
