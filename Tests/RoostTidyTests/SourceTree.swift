import Foundation

/// The files of the checkout that are ours: generated code, build products and what git ignores are left out.
enum SourceTree {
  struct File {
    /// From the top of the checkout.
    let path: String
    let text: String
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var name: String { String(path.split(separator: "/").last ?? "") }
  }

  static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let files: [File] = read(top, "").sorted { $0.path < $1.path }

  static func swift(in folder: String) -> [File] {
    files.filter { $0.path.hasPrefix(folder + "/") && $0.path.hasSuffix(".swift") }
  }

  private static func names(in folder: URL) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      fatalError("\(folder.path) cannot be read: \(error)")
    }
  }

  private static let textEndings = [
    "swift", "c", "h", "md", "py", "sh", "proto", "conf", "txt", "modulemap", "json", "yml", "yaml", "toml",
  ]
  private static let textNames = [
    "Makefile", "Dockerfile", "run", "LICENSE", ".gitignore", ".dockerignore", ".swift-format",
  ]

  private static func read(_ folder: URL, _ path: String) -> [File] {
    names(in: folder).flatMap { name -> [File] in
      if [".build", ".venv", ".git", ".swiftpm", "__pycache__"].contains(name) { return [] }
      let (url, inside) = (folder.appending(path: name), path.isEmpty ? name : "\(path)/\(name)")
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return [] }
      if isFolder.boolValue { return inside == "Sources/CRoostProtos" ? [] : read(url, inside) }
      let isText = textNames.contains(name) || textEndings.contains(url.pathExtension)
      guard isText, let data = FileManager.default.contents(atPath: url.path) else { return [] }
      return [File(path: inside, text: String(decoding: data, as: UTF8.self))]
    }
  }
}
