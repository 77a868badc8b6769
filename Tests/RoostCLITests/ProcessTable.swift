import Foundation

/// The processes of this machine, as /proc shows them.
enum ProcessTable {
  struct Entry {
    let pid: pid_t
    let parent: pid_t
    let group: pid_t
    /// A zombie does nothing any more; who reaps it is not our matter.
    let isAlive: Bool
  }

  static func entry(_ pid: pid_t) -> Entry? {
    // "1234 (name) S parent group ...": a name may hold spaces and parentheses.
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
      let rest = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " "),
      rest.count > 2, let parent = pid_t(rest[1]), let group = pid_t(rest[2])
    else { return nil }
    return Entry(pid: pid, parent: parent, group: group, isAlive: rest[0] != "Z" && rest[0] != "X")
  }

  static func isAlive(_ pid: pid_t) -> Bool { entry(pid)?.isAlive ?? false }

  /// Everything that descends from `pid`, without it.
  static func descendants(of pid: pid_t) throws -> Set<pid_t> {
    let all = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.compactMap(entry)
    var found: Set<pid_t> = []
    var next: Set<pid_t> = [pid]
    while !next.isEmpty {
      next = Set(all.filter { next.contains($0.parent) && !found.contains($0.pid) }.map(\.pid))
      found.formUnion(next)
    }
    return found
  }
}
