/// The waiting line of a pool, in ticket order. Appending and leaving from anywhere cost O(log n), and so does the
/// question at which position somebody stands: a Fenwick tree counts who is still there.
struct TicketQueue: Sendable {
  private struct Entry: Sendable {
    var ticket: Ticket
    var slot: Int
    var isLive: Bool
  }
  private var entries: [Entry] = []
  /// `tree[i]` counts the live entries of (i - lowbit(i), i], counted from 1.
  private var tree: [Int32] = [0]
  private var head = 0
  private var isSorted = true
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// The one who waits longest. Never called between `insert`s out of order and `settle`.
  var first: (ticket: Ticket, slot: Int)? {
    guard !isEmpty else { return nil }
    return (entries[head].ticket, entries[head].slot)
  }

  /// Tickets grow while the pool lives; recovery may bring them in any order and then calls `settle`.
  mutating func insert(_ ticket: Ticket, slot: Int) {
    if let last = entries.last, last.ticket >= ticket { isSorted = false }
    entries.append(Entry(ticket: ticket, slot: slot, isLive: true))
    count += 1
    appendToTree()
  }

  mutating func remove(_ ticket: Ticket) {
    guard let index = isSorted ? index(of: ticket) : entries.firstIndex(where: { $0.ticket == ticket && $0.isLive })
    else {
      return
    }
    entries[index].isLive = false
    count -= 1
    var node = index + 1
    while node < tree.count {
      tree[node] -= 1
      node += node & -node
    }
    while head < entries.count, !entries[head].isLive { head += 1 }
    if entries.count > 1_024, count < entries.count / 4 { rebuild() }
  }

  /// From 1; nil when the ticket is not in the queue.
  func position(of ticket: Ticket) -> UInt64? {
    guard isSorted, let index = index(of: ticket) else { return nil }
    var node = index + 1
    var sum: Int32 = 0
    while node > 0 {
      sum += tree[node]
      node -= node & -node
    }
    return UInt64(sum)
  }

  /// Live entries in order.
  var slots: some Sequence<Int> { entries[head...].lazy.filter(\.isLive).map(\.slot) }

  /// Live entries after this ticket, in order.
  func entries(after ticket: Ticket) -> some Sequence<(ticket: Ticket, slot: Int)> {
    entries[place(of: ticket)...].lazy.filter { $0.isLive && $0.ticket > ticket }.map { ($0.ticket, $0.slot) }
  }

  mutating func settle() {
    guard !isSorted else { return }
    entries.sort { $0.ticket < $1.ticket }
    isSorted = true
    rebuild()
  }

  private func index(of ticket: Ticket) -> Int? {
    let low = place(of: ticket)
    guard low < entries.count, entries[low].ticket == ticket, entries[low].isLive else { return nil }
    return low
  }

  /// The first entry, dead or alive, that has this ticket or a later one.
  private func place(of ticket: Ticket) -> Int {
    var low = head
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].ticket < ticket { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func rebuild() {
    entries.removeAll { !$0.isLive }
    head = 0
    tree = [0]
    tree.reserveCapacity(entries.count + 1)
    for _ in entries { appendToTree() }
  }

  private mutating func appendToTree() {
    let node = tree.count
    let index = node - 1
    var sum: Int32 = index < entries.count && entries[index].isLive ? 1 : 0
    var step = 1
    while step < node & -node {
      sum += tree[node - step]
      step <<= 1
    }
    tree.append(sum)
  }
}
