/// Actor ids in their order, for lists: chunks that are split when they grow, so that one insertion among a million costs
/// two binary searches and a short move.
struct OrderedIDs: Sendable {
  /// Half a split chunk is 4 KB: moving one costs less than finding it.
  static let chunkIDs = 512
  /// In order; none is empty.
  private var chunks: [[ActorID]] = []

  mutating func insert(_ id: ActorID) {
    if chunks.isEmpty { return chunks.append([id]) }
    let chunk = max(chunks.countBefore { $0[0] <= id } - 1, 0)
    chunks[chunk].insert(id, at: chunks[chunk].countBefore { $0 < id })
    guard chunks[chunk].count > Self.chunkIDs else { return }
    let upper = Array(chunks[chunk][(Self.chunkIDs / 2)...])
    chunks[chunk].removeSubrange((Self.chunkIDs / 2)...)
    chunks.insert(upper, at: chunk + 1)
  }

  mutating func remove(_ id: ActorID) {
    let chunk = chunks.countBefore { $0[0] <= id } - 1
    guard chunk >= 0 else { return }
    let place = chunks[chunk].countBefore { $0 < id }
    guard place < chunks[chunk].count, chunks[chunk][place] == id else { return }
    chunks[chunk].remove(at: place)
    if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
  }

  /// Hands over the ids after `id`, whether or not that is one of them, until `body` says that it is enough.
  func each(after id: ActorID, _ body: (ActorID) -> Bool) {
    var chunk = max(chunks.countBefore { $0[0] <= id } - 1, 0)
    while chunk < chunks.count {
      for place in chunks[chunk].countBefore({ $0 <= id })..<chunks[chunk].count {
        guard body(chunks[chunk][place]) else { return }
      }
      chunk += 1
    }
  }
}

extension Array {
  /// How many elements, all at the front, are before the place that is looked for.
  fileprivate func countBefore(_ isBefore: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
