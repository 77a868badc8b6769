/// A first-in first-out list: an array whose front is given up lazily.
struct Fifo<Element: Sendable>: Sendable {
  private var storage: [Element?] = []
  private var head = 0

  var count: Int { storage.count - head }
  var isEmpty: Bool { count == 0 }
  var first: Element? { isEmpty ? nil : storage[head] }
  var elements: some Sequence<Element> { storage[head...].lazy.compactMap { $0 } }

  mutating func append(_ element: Element) { storage.append(element) }

  mutating func removeFirst() {
    guard !isEmpty else { return }
    storage[head] = nil
    head += 1
    if head > 64, head > storage.count / 2 {
      storage.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() {
    storage = []
    head = 0
  }
}
