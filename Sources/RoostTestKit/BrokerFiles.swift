import Foundation
import Glibc

/// The files of one ``Broker``.
enum BrokerFiles {
  /// The folder that holds Package.swift.
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path(percentEncoded: false).trimmingSuffix("/")

  /// Folders of test processes that were killed: their servers are gone, the files stayed.
  private static let sweep: Void = {
    let temporary = FileManager.default.temporaryDirectory.path(percentEncoded: false)
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: temporary) where name.hasPrefix("roost-test-") {
        guard let pid = name.split(separator: "-").dropFirst(2).first.flatMap({ pid_t($0) }) else { continue }
        if kill(pid, 0) != 0 && errno == ESRCH { remove("\(temporary)/\(name)") }
      }
    } catch {
      // Only tidiness: the tests do not need it.
    }
  }()

  static func makeFolder(_ name: String) throws -> String {
    _ = sweep
    let folder = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.path(percentEncoded: false).trimmingSuffix("/")
  }

  static func write(_ path: String, _ text: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  static func copy(_ folder: String, to new: String) throws {
    try FileManager.default.copyItem(atPath: folder, toPath: new)
  }

  static func replace(_ folder: String, by other: String) throws {
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.moveItem(atPath: other, toPath: folder)
  }

  /// Called when a test is over: what cannot be removed is left to the system's clean-up of its temporary folder.
  static func remove(_ folder: String) {
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      FileHandle.standardError.write(Data("broker: \(folder) stays: \(error)\n".utf8))
    }
  }

  /// The last lines of a log.
  static func tail(_ path: String) -> String {
    String(decoding: (FileManager.default.contents(atPath: path) ?? Data()).suffix(500), as: UTF8.self)
  }

  /// The configuration that `roost up` and compose/ have, and `extra` lines.
  static func configuration(extra: String) throws -> String {
    try String(contentsOfFile: "\(checkout)/compose/nats-server.conf", encoding: .utf8) + "\(extra)\n"
  }

  /// The port the server chose, from the file it writes once it listens; nil until then.
  static func chosenPort(_ folder: String) throws -> UInt16? {
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".ports") {
      let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      guard let colon = text.range(of: "127.0.0.1:") else { continue }
      return UInt16(text[colon.upperBound...].prefix { $0.isNumber })
    }
    return nil
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
