/// What is on its way, by the time at which it arrives; of one time, in the order in which it was sent.
struct WorldEvents {
  private struct Event {
    var atNs: Int64
    var number: UInt64
    var body: () -> Void

    func isBefore(_ other: Event) -> Bool { (atNs, number) < (other.atNs, other.number) }
  }

  private var heap: [Event] = []
  private var count: UInt64 = 0

  var nextNs: Int64? { heap.first?.atNs }

  mutating func add(atNs: Int64, _ body: @escaping () -> Void) {
    count += 1
    heap.append(Event(atNs: atNs, number: count, body: body))
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the first one if it is due.
  mutating func take(atNs: Int64) -> (() -> Void)? {
    guard let first = heap.first, first.atNs <= atNs else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      if least == parent { break }
      heap.swapAt(parent, least)
      parent = least
    }
    return first.body
  }
}
