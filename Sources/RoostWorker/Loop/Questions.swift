import RoostWire

/// Questions that wait for their turn, in the order in which they came.
struct Questions {
  private var waiting: [Inquiry] = []
  private var head = 0

  var isEmpty: Bool { head == waiting.count }
  var first: Inquiry? { isEmpty ? nil : waiting[head] }

  /// Takes those that there is room for; the others are returned.
  mutating func take(_ requests: inout [Inquiry]) -> ArraySlice<Inquiry> {
    let room = WorkerLimits.waitingRequests - (waiting.count - head)
    waiting += requests.prefix(room)
    return requests.dropFirst(room)
  }

  mutating func removeFirst() {
    head += 1
    guard isEmpty else { return }
    waiting.removeAll(keepingCapacity: true)
    head = 0
  }
}
