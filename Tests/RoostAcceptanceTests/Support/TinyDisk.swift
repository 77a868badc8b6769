import Foundation
import Glibc
import RoostTestKit
import Testing

/// A real file system of a few MiB, mounted for one test: it can be filled to its last byte.
///
/// ext4 in a file where the machine has loop devices, else tmpfs. Either needs the right to mount.
final class TinyDisk {
  let folder: String
  private let image: String
  private var ballast: String { "\(folder)/ballast" }

  /// Mounts one for the length of `body`, however that ends.
  static func mounted(mebibytes: Int, _ body: (TinyDisk) throws -> Void) throws {
    let disk = try TinyDisk(mebibytes: mebibytes)
    defer { disk.unmount() }
    try body(disk)
  }

  private init(mebibytes: Int) throws {
    try Self.unmountLeftovers()
    folder = "\(Self.prefix)\(getpid())-\(UInt64.random(in: 0 ... .max))"
    image = "\(folder).image"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    do {
      try mount(mebibytes)
    } catch {
      remove()
      throw error
    }
  }

  private func mount(_ mebibytes: Int) throws {
    try Self.run("truncate -s \(mebibytes)M '\(image)'")
    // -m 0: root, too, finds it full.
    try Self.run("/usr/sbin/mkfs.ext4 -q -m 0 '\(image)'", or: "apt-get install e2fsprogs")
    do {
      try Self.run("/usr/bin/mount -o loop '\(image)' '\(folder)'")
    } catch let loop as WorldError {
      let tmpfs = "/usr/bin/mount -t tmpfs -o size=\(mebibytes)M tmpfs '\(folder)'"
      try Self.run(tmpfs, or: "this test must run as root, with CAP_SYS_ADMIN; apt-get install mount; also: \(loop)")
    }
  }

  /// Leaves not one byte free.
  func fill() throws {
    let descriptor = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw WorldError("\(ballast): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    // In ever smaller writes, so that the last block is full as well.
    var sizeBytes = 1 << 20
    let zeros = [UInt8](repeating: 0, count: sizeBytes)
    while sizeBytes > 0 {
      if write(descriptor, zeros, sizeBytes) > 0 { continue }
      guard errno == ENOSPC else { throw WorldError("\(ballast): \(String(cString: strerror(errno)))") }
      // What is still in the cache may yet become room, or need some.
      fsync(descriptor)
      sizeBytes /= 2
    }
  }

  /// Gives back what ``fill()`` took.
  func free() throws { try FileManager.default.removeItem(atPath: ballast) }

  /// At once for everybody, also while a worker still has files open: the kernel lets go with the last of them.
  private func unmount() {
    if umount2(folder, Int32(MNT_DETACH)) != 0 {
      Issue.record("\(folder) stays mounted: \(String(cString: strerror(errno)))")
    }
    remove()
  }

  private func remove() {
    rmdir(folder)
    unlink(image)
  }

  // MARK: - Of test processes that were killed

  private static let prefix = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "roost-disk-"

  private static func unmountLeftovers() throws {
    for line in try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8).split(separator: "\n") {
      let folder = line.split(separator: " ")[1]
      guard folder.hasPrefix(prefix), let pid = pid_t(folder.dropFirst(prefix.count).prefix { $0 != "-" }) else {
        continue
      }
      if kill(pid, 0) != 0 && errno == ESRCH {
        umount2(String(folder), Int32(MNT_DETACH))
        rmdir(String(folder))
        unlink("\(folder).image")
      }
    }
  }

  private static func run(_ command: String, or remedy: String = "") throws {
    let child = try TestProcess("exec \(command)")
    let code = try child.exitCode()
    guard code == 0 else { throw WorldError("\(command): exit code \(code): \(child.output) \(remedy)") }
  }
}
