import RoostJournal

/// What may happen to the files of a journal behind its back.
struct JournalMutation {
  let disk: SimulatedDisk
  /// Files of another journal.
  let foreign: SimulatedDisk
  var random: SeededRandom

  private mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(limit, 1))) }

  private mutating func file(of disk: SimulatedDisk) -> String {
    let names = disk.fileNames.filter { $0.hasPrefix("journal/") }
    return names.isEmpty ? "journal/identity" : names[below(names.count)]
  }

  /// Does one to four things to one to four files.
  mutating func apply() {
    for _ in 0...below(4) {
      switch below(13) {
      case 0: swapFiles()
      case 1: replaceByForeign()
      case 2: remove()
      case 3: splice(from: foreign)
      case 4, 5: splice(from: disk)
      case 6: loseSectors()
      default: mutateBytes()
      }
    }
  }

  private mutating func swapFiles() {
    let (one, other) = (file(of: disk), file(of: disk))
    (disk[one], disk[other]) = (disk[other], disk[one])
  }

  private mutating func replaceByForeign() {
    let name = file(of: disk)
    let taken = below(2) == 0 ? name : file(of: foreign)
    if let bytes = foreign[taken] { disk[name] = bytes }
  }

  /// A file that is gone, or that has another name: of a snapshot that stands for another record.
  private mutating func remove() {
    let name = file(of: disk)
    if name.hasSuffix(".snapshot"), below(2) == 0 {
      let digits = String(1 + below(200), radix: 16)
      disk["journal/" + String(repeating: "0", count: 16 - digits.count) + digits + ".snapshot"] = disk[name]
    }
    disk[name] = nil
  }

  /// Sectors or blocks that went to the wrong place, of this file or another.
  private mutating func splice(from source: SimulatedDisk) {
    let (name, taken) = (file(of: disk), file(of: source))
    guard var bytes = disk[name], let found = source[taken] else { return }
    let unit = [8, 512, 4096][below(3)]
    let count = min(unit * (1 + below(4)), bytes.count, found.count)
    guard count > 0 else { return }
    let from = below((found.count - count) / unit + 1) * unit
    let to = below(2) == 0 && from + count <= bytes.count ? from : below((bytes.count - count) / unit + 1) * unit
    bytes.replaceSubrange(to..<to + count, with: found[from..<from + count])
    disk[name] = bytes
  }

  private mutating func loseSectors() {
    let name = file(of: disk)
    guard let bytes = disk[name], !bytes.isEmpty else { return }
    let start = below(bytes.count) / 512 * 512
    disk.loseSectors(of: name, start..<start + 512 * (1 + below(16)))
  }

  private mutating func mutateBytes() {
    let name = file(of: disk)
    guard var bytes = disk[name], !bytes.isEmpty else { return }
    let place = below(bytes.count)
    let length = min(bytes.count - place, 1 + below([1, 8, 64, 512, 4096, 16_384][below(6)]))
    switch below(7) {
    case 0, 1: bytes[place] ^= UInt8(1 << below(8))
    case 2: bytes[place] = UInt8(below(256))
    case 3: for offset in place..<place + length { bytes[offset] = 0 }
    case 4: for offset in place..<place + length { bytes[offset] = UInt8(below(256)) }
    case 5: bytes += [UInt8](repeating: UInt8(below(2) * 0xFF), count: length)
    default: bytes = Array(bytes[..<place])
    }
    disk[name] = bytes
  }
}
