import RoostCore

/// An input that no message brings.
struct Chore {
  var input: Input
  var pool: PoolID
}

/// Such inputs, first in, first out: taking one moves none of the others, as there may be one for each of many pools.
struct Chores {
  private var waiting: [Chore] = []
  private var head = 0

  var isEmpty: Bool { head == waiting.count }
  var all: ArraySlice<Chore> { waiting[head...] }

  mutating func append(_ input: Input, to pool: PoolID) { waiting.append(Chore(input: input, pool: pool)) }

  mutating func putFirst(_ chores: [Chore]) {
    waiting = chores + all
    head = 0
  }

  mutating func takeFirst() -> Chore? {
    guard !isEmpty else { return nil }
    defer {
      head += 1
      if isEmpty { removeAll() }
    }
    return waiting[head]
  }

  mutating func removeAll(where isVoid: (Chore) -> Bool = { _ in true }) {
    waiting = all.filter { !isVoid($0) }
    head = 0
  }
}
