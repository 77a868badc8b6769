import RoostCore
import RoostJournal
import RoostNATS

/// Which signal is being applied, in a file beside the journal, told to the next life: whoever dies of a signal cannot say
/// so any more. One line, so that a person can read it:
///
///     clean
///     running
///     sequence=4711 stored=1700000000000000000 times=1
///
/// It has a fixed length inside one sector and is overwritten in place, so a death leaves the old line or the new one. A
/// mark is not flushed: the page cache outlives the process, and when the whole machine goes down it is not the signal's
/// fault.
package final class Hand {
  /// A signal that was to be applied alone, and how many times in a row without being passed.
  struct Mark: Equatable {
    let sequence: StreamSequence
    /// Numbers are used again by a broker that has lost signals; their times are not.
    let storedAtNs: Int64
    let times: Int
  }

  enum Line: Equatable {
    /// The last life ended in order, or there was none.
    case clean
    /// A life that names no signal.
    case running
    case mark(Mark)
  }

  private static let name = "hand"
  private static let lineBytes = 128

  private let disk: any Disk
  /// As the life before left it.
  private let found: Line
  /// The life before left the file.
  private let wasThere: Bool
  /// A mark of this life may stand in the file.
  private var isMarked = false

  /// The life before this one did not end in order.
  var wasUnclean: Bool { found != .clean }

  private init(_ disk: any Disk, found: Line, wasThere: Bool) {
    self.disk = disk
    self.found = found
    self.wasThere = wasThere
  }

  /// Reads what the life before left, and says that this one has begun. To be called with the folder locked. `isNew`: the
  /// folder has no journal yet.
  package static func open(_ disk: any Disk, isNew: Bool) throws(WorkerError) -> Hand {
    do throws(JournalError) {
      let line: Line?
      do throws(DiskError) { line = try read(disk) } catch { throw JournalError(error) }
      let hand = Hand(disk, found: line ?? (isNew ? .clean : .running), wasThere: line != nil)
      if line == nil || line == .clean {
        do throws(JournalError) {
          try hand.write(.running, flushed: true)
        } catch {
          // A start without room waits until there is some; should this life die first, the next one takes it for clean.
          guard case .diskFull = error else { throw error }
        }
      }
      return hand
    } catch {
      throw WorkerError(error)
    }
  }

  /// It was the only signal in hand so often when its worker died that it is taken for the reason.
  func isPoison(_ message: RoostNATS.SignalMessage) -> Bool { deaths(of: message) >= WorkerLimits.poisonDeaths }

  /// Names the signal that is applied next, and nothing else with it. Said again in the same life it counts once.
  func mark(_ message: RoostNATS.SignalMessage) throws(JournalError) {
    isMarked = true
    let times = deaths(of: message) + 1
    try write(.mark(Mark(sequence: message.sequence, storedAtNs: message.storedAtNs, times: times)))
  }

  private func deaths(of message: RoostNATS.SignalMessage) -> Int {
    guard case .mark(let mark) = found, mark.sequence == message.sequence, mark.storedAtNs == message.storedAtNs
    else { return 0 }
    return mark.times
  }

  /// The signal is not to blame for what ends or stops this life: the line is again as it was found.
  func takeBack() {
    guard isMarked else { return }
    isMarked = false
    // Should the disk not take that, the mark stands and one death too many is counted: the disk's own error is told.
    do throws(JournalError) { try write(found) } catch {}
  }

  /// No signal was taken in this life: the next one finds what this one found.
  func putBack() throws(JournalError) {
    if wasThere { return try write(found, flushed: true) }
    do throws(DiskError) {
      do throws(DiskError) { try disk.remove(Self.name) } catch { guard error.meansMissing else { throw error } }
      try disk.fsyncDirectory("")
    } catch {
      throw JournalError(error)
    }
  }

  /// This life ends in order, and all that it applied is durable.
  func sign() throws(JournalError) { try write(.clean, flushed: true) }

  // MARK: - The file

  /// nil: there is no file.
  static func read(_ disk: any Disk) throws(DiskError) -> Line? {
    guard let file = try disk.openIfThere(name) else { return nil }
    defer { disk.close(file) }
    var bytes = [UInt8](repeating: 0, count: lineBytes)
    var room = bytes.mutableSpan
    let count: Int
    do throws(DiskError) {
      count = try room.withUnsafeMutableBytes { buffer throws(DiskError) in
        try disk.read(file, into: UnsafeMutableRawBufferPointer(buffer), at: 0)
      }
    } catch {
      // A lost sector must not end every start; the next mark writes it anew.
      guard error.meansUnreadable else { throw error }
      count = 0
    }
    // What cannot be read was not written in order.
    return Line(String(decoding: bytes[..<count], as: UTF8.self)) ?? .running
  }

  private func write(_ line: Line, flushed: Bool = false) throws(JournalError) {
    do throws(DiskError) {
      let file = try openOrCreate()
      defer { disk.close(file) }
      let bytes = line.bytes(count: Self.lineBytes)
      var done = 0
      try bytes.span.withUnsafeBytes { buffer throws(DiskError) in
        try disk.writeAll(file, buffer, at: 0, done: &done)
      }
      guard flushed else { return }
      try disk.fdatasync(file)
      try disk.fsyncDirectory("")
    } catch {
      throw JournalError(error)
    }
  }

  private func openOrCreate() throws(DiskError) -> DiskFile {
    do throws(DiskError) {
      return try disk.open(Self.name)
    } catch {
      guard error.meansMissing else { throw error }
      return try disk.create(Self.name)
    }
  }
}

extension Hand.Line {
  /// nil: nothing that was written as a whole.
  init?(_ text: String) {
    guard text.hasSuffix("\n") else { return nil }
    let words = text.dropLast().split(separator: " ")
    switch words {
    case ["clean"]: self = .clean
    case ["running"]: self = .running
    default:
      let names = ["sequence=", "stored=", "times="]
      guard words.count == names.count, zip(words, names).allSatisfy({ $0.hasPrefix($1) }) else { return nil }
      let values = zip(words, names).map { $0.dropFirst($1.count) }
      guard let sequence = UInt64(values[0]), let storedAtNs = Int64(values[1]), let times = UInt32(values[2])
      else { return nil }
      self = .mark(Hand.Mark(sequence: sequence, storedAtNs: storedAtNs, times: Int(times)))
    }
  }

  private var text: String {
    switch self {
    case .clean: "clean"
    case .running: "running"
    case .mark(let mark): "sequence=\(mark.sequence) stored=\(mark.storedAtNs) times=\(mark.times)"
    }
  }

  /// Spaces fill it up, so that nothing of a longer line before stays.
  func bytes(count: Int) -> [UInt8] {
    let bytes = Array(text.utf8)
    return bytes + [UInt8](repeating: 0x20, count: count - bytes.count - 1) + [0x0A]
  }
}
