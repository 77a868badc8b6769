import Glibc
import RoostCore
import RoostJournal
import RoostTelemetry
import RoostWire
import RoostWorker

/// What a journal with many sleeping actors costs; scripts/bench-journal.sh puts the steps together. Prints, never asserts.
///
///     RoostJournalBench make FOLDER ACTORS     writes a log in which so many actors are created, run once and sleep
///     RoostJournalBench open FOLDER            reads it as a worker does at its start
///     RoostJournalBench compact FOLDER         makes a snapshot of its sealed segments
///     RoostJournalBench churn FOLDER           writes, rolls, compacts and trims until it is killed
///     RoostJournalBench check FOLDER           says whether what a killed churn left is what it should be
@main
struct RoostJournalBench {
  static let partitions: UInt32 = 64

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch (arguments.first, arguments.count) {
    case ("make", 3):
      guard let actors = Int(arguments[3]) else { usage() }
      var making = try Making(folder: arguments[2])
      try making.run(actors: actors)
    case ("open", 2): try open(arguments[2])
    case ("compact", 2): try compact(arguments[2])
    case ("churn", 2): try Churn(folder: arguments[2]).run()
    case ("check", 2): exit(try Churn.check(folder: arguments[2]) ? 0 : 1)
    default: usage()
    }
  }

  private static func usage() -> Never {
    print("usage: RoostJournalBench make FOLDER ACTORS | open FOLDER | compact FOLDER | churn FOLDER | check FOLDER")
    exit(64)
  }

  private static func recovered(_ folder: String) throws -> (Journal, Recovered) {
    try Recovered.open(FileDisk(root: folder), defaults: PoolSettings(), partitions: partitions, log: .standard)
  }

  private static func open(_ folder: String) throws {
    let base = residentBytes()
    var result: (journal: Journal, recovered: Recovered)?
    let time = try ContinuousClock().measure { result = try recovered(folder) }
    guard let (journal, recovered) = result else { return }
    let actors = recovered.machine.poolIDs.reduce(0) { sum, pool in
      sum + (recovered.machine.reading(pool) { $0.actorCount } ?? 0)
    }
    let grown = residentBytes() - base
    print(
      "open: \(actors) actors, \(journal.recovery.recordsRead) records after the snapshot, \(ms(time)) ms, "
        + "\(grown / max(1, actors)) bytes of memory an actor (\(grown >> 20) MiB beyond \(base >> 20))")
    try journal.close()
  }

  private static func compact(_ folder: String) throws {
    let (journal, _) = try recovered(folder)
    let sealed = journal.sealed
    let compaction = Compaction(
      disk: FileDisk(root: folder), journal: journal.id, defaults: PoolSettings(), partitions: partitions)
    var outcome: Compaction.Outcome?
    let time = try ContinuousClock().measure {
      outcome = try compaction.run(segments: sealed.segments, through: sealed.through)
    }
    print("compact: \(sealed.segments.count) segments, \(ms(time)) ms, snapshot of \((outcome?.bytes ?? 0) >> 20) MiB")
    try journal.close()
  }

  static func ms(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
  }

  private static func residentBytes() -> Int {
    var usage = [CChar](repeating: 0, count: 128)
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    fgets(&usage, 128, file)
    let fields = String(decoding: usage.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
