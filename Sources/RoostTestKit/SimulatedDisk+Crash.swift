extension SimulatedDisk {
  /// What a crash does to bytes that were written and not flushed.
  package enum Loss: Equatable, Sendable {
    /// The process died: the page cache is still there.
    case nothing
    /// The power went: of what was not flushed any sectors may have reached the disk, in any order.
    case power(seed: UInt64)
    /// The power went: of what was not flushed, the first so many changes of names and these sectors have reached the disk.
    /// Bit n of the number stands for sector n, counted in the order of names and writes.
    case arrived(names: Int, sectors: UInt64)
  }

  /// Ends every use of the disk and leaves it as the next start finds it.
  package func crash(_ loss: Loss) {
    handles = [:]
    locks = []
    crashAtOperation = nil
    switch loss {
    case .nothing: return
    case .power(let seed):
      var random = SeededRandom(seed: seed)
      loseNames(keeping: Int(random.next() % UInt64(unflushedNames.count + 1)))
      var arrives: UInt64 = 0
      // From "nothing arrived" to "everything did", file by file.
      loseSectors(eachFile: { arrives = random.next() % 5 }, keeping: { random.next() % 4 < arrives })
    case .arrived(let names, let sectors):
      loseNames(keeping: names)
      var left = sectors
      loseSectors(
        eachFile: {},
        keeping: {
          defer { left >>= 1 }
          return left & 1 == 1
        })
    }
  }

  /// Directory changes are journalled in order by the file systems we know: some first part of them survives.
  private func loseNames(keeping count: Int) {
    for change in unflushedNames.prefix(count) { change.apply(to: &durableNames) }
    unflushedNames = []
    names = durableNames
  }

  /// In the order of names, so that a seed says everything.
  private func loseSectors(eachFile: () -> Void, keeping: () -> Bool) {
    for name in names.keys.sorted() {
      guard let file = names[name] else { continue }
      eachFile()
      for change in file.unflushed {
        for piece in change.sectors where keeping() { piece.apply(to: &file.durable) }
      }
      file.unflushed = []
      file.cached = file.durable
    }
  }

  /// What a crash may lose at this moment: changes of names, and sectors of the files that have one.
  package var unflushedCounts: (names: Int, sectors: Int) {
    let sectors = names.values.reduce(0) { $0 + $1.unflushed.reduce(0) { $0 + $1.sectors.count } }
    return (unflushedNames.count, sectors)
  }

  /// One of the faults that can be set is: a call may fail.
  package var mayFail: Bool {
    crashAtOperation != nil || roomBytes != nil || nextWriteTakes != nil || isFull || isReadOnly || flushErrno != nil
      || readErrno != nil || failsNextWrite
  }

  /// None is any more.
  package func healFaults() {
    crashAtOperation = nil
    roomBytes = nil
    nextWriteTakes = nil
    (staysFull, isFull, isReadOnly) = (false, false, false)
    (flushErrno, readErrno) = (nil, nil)
    failsNextWrite = false
  }

  /// A file as it lies on the disk, to be looked at or damaged.
  package subscript(_ name: String) -> [UInt8]? {
    get { names[name]?.cached }
    set {
      guard let newValue else {
        names[name] = nil
        durableNames[name] = nil
        return
      }
      let contents = names[name] ?? Contents()
      contents.cached = newValue
      contents.durable = newValue
      contents.unflushed = []
      names[name] = contents
      durableNames[name] = contents
    }
  }

  /// From now on the device cannot read this part of a file.
  package func loseSectors(of name: String, _ range: Range<Int>) {
    guard let file = names[name] else { preconditionFailure("there is no \(name)") }
    file.unreadable.append(range)
  }

  /// Names of all files, sorted.
  package var fileNames: [String] { names.keys.sorted() }

  /// A disk of its own with the same files, everything flushed.
  package func copy() -> SimulatedDisk {
    let other = SimulatedDisk()
    other.directories = directories
    for (name, contents) in names {
      other[name] = contents.cached
      other.names[name]?.unreadable = contents.unreadable
    }
    return other
  }

  /// A disk of its own in the same state, unflushed changes included; nobody has it open.
  package func fork() -> SimulatedDisk {
    var twins: [ObjectIdentifier: Contents] = [:]
    func twin(_ contents: Contents) -> Contents {
      if let known = twins[ObjectIdentifier(contents)] { return known }
      let made = Contents()
      made.cached = contents.cached
      made.durable = contents.durable
      made.unflushed = contents.unflushed
      made.unreadable = contents.unreadable
      twins[ObjectIdentifier(contents)] = made
      return made
    }
    let other = SimulatedDisk()
    other.directories = directories
    other.names = names.mapValues(twin)
    other.durableNames = durableNames.mapValues(twin)
    other.unflushedNames = unflushedNames.map { change in
      switch change {
      case .link(let name, let contents): .link(name, twin(contents))
      case .rename(let old, let new, let contents): .rename(old, to: new, twin(contents))
      case .unlink(let name): .unlink(name)
      }
    }
    return other
  }
}

extension SimulatedDisk.Change {
  func apply(to file: inout [UInt8]) {
    switch self {
    case .write(let offset, let bytes):
      if file.count < offset + bytes.count {
        file += [UInt8](repeating: 0, count: offset + bytes.count - file.count)
      }
      file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    case .truncate(let size):
      file = Array(file.prefix(size))
      file += [UInt8](repeating: 0, count: size - file.count)
    }
  }

  /// The change in pieces that a device writes as a whole.
  var sectors: [SimulatedDisk.Change] {
    guard case .write(let offset, let bytes) = self else { return [self] }
    var pieces: [SimulatedDisk.Change] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, ((offset + start) / 512 + 1) * 512 - offset)
      pieces.append(.write(offset: offset + start, bytes: Array(bytes[start..<end])))
      start = end
    }
    return pieces
  }
}

extension SimulatedDisk.NameChange {
  func apply(to names: inout [String: SimulatedDisk.Contents]) {
    switch self {
    case .link(let name, let contents): names[name] = contents
    case .rename(let old, let new, let contents):
      names[old] = nil
      names[new] = contents
    case .unlink(let name): names[name] = nil
    }
  }
}
