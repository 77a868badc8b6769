import Testing

@testable import RoostCore

@Suite("Ids in their order")
struct OrderedIDsTests {
  private func all(_ ids: OrderedIDs, after id: String = "") -> [String] {
    var found: [String] = []
    ids.each(after: ActorID(id)) {
      found.append($0.text)
      return true
    }
    return found
  }

  @Test("whatever is put in and taken out, in any order, they come sorted and from the place that is asked for")
  func sorted() {
    var random = SeededRandom(seed: 7)
    var ids = OrderedIDs()
    var expected: Set<String> = []
    #expect(all(ids) == [])
    for step in 0..<6_000 {
      let id = "a\(random.next() % 4_000)"
      if random.next() % 3 == 0 {
        ids.remove(ActorID(id))
        expected.remove(id)
      } else if expected.insert(id).inserted {
        ids.insert(ActorID(id))
      }
      if step % 1_000 == 0 { #expect(all(ids) == expected.sorted()) }
    }
    let sorted = expected.sorted()
    #expect(all(ids) == sorted)
    for id in [sorted[0], sorted[700], sorted[sorted.count - 1], "", "a", "a39990", "b"] {
      #expect(all(ids, after: id) == sorted.filter { $0 > id })
    }
    for id in sorted.shuffled(using: &random) { ids.remove(ActorID(id)) }
    #expect(all(ids) == [])
  }

  @Test("whoever has seen enough is asked no more")
  func enough() {
    var ids = OrderedIDs()
    for id in ["b", "a", "c"] { ids.insert(ActorID(id)) }
    var seen: [String] = []
    ids.each(after: ActorID("")) {
      seen.append($0.text)
      return seen.count < 2
    }
    #expect(seen == ["a", "b"])
  }
}
