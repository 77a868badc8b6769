/// When each pool's next timer is due.
struct Agenda: Sendable {
  private struct Entry: Comparable, Sendable {
    var due: Instant
    var index: Int
    static func < (a: Entry, b: Entry) -> Bool { (a.due, a.index) < (b.due, b.index) }
  }
  private var heap = Heap<Entry>()
  private var current: [Instant?] = []

  /// The pool, by index, whose timer is due first.
  var first: (index: Int, due: Instant)? { heap.first.map { ($0.index, $0.due) } }

  mutating func set(_ index: Int, _ due: Instant?) {
    while current.count <= index { current.append(nil) }
    guard current[index] != due else { return }
    current[index] = due
    if let due { heap.insert(Entry(due: due, index: index)) }
    while let first = heap.first, current[first.index] != first.due { _ = heap.removeFirst() }
    if heap.count > 64 + 4 * current.count { heap.removeAll { [current] in current[$0.index] != $0.due } }
  }
}
