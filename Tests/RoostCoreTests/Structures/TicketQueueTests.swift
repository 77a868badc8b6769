import Testing

@testable import RoostCore

@Suite("Ticket queue") struct TicketQueueTests {
  private func expectSame(_ queue: TicketQueue, _ model: [(ticket: Ticket, slot: Int)]) {
    #expect(Array(queue.slots) == model.map(\.slot))
    #expect(queue.count == model.count)
    #expect(queue.isEmpty == model.isEmpty)
    #expect(queue.first?.ticket == model.first?.ticket && queue.first?.slot == model.first?.slot)
  }

  @Test("It agrees with a plain list, whoever comes and goes", arguments: 0..<20 as Range<UInt64>)
  func againstModel(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var queue = TicketQueue()
    var model: [(ticket: Ticket, slot: Int)] = []
    var next: Ticket = 1
    for step in 0..<3_000 {
      // Swings between growing and shrinking, so that the queue is rebuilt and emptied on the way.
      let isGrowing = (step / 500) % 2 == 0
      if model.isEmpty || random.chance(isGrowing ? 75 : 25) {
        next += UInt64(1 + random.below(3))
        queue.insert(next, slot: step)
        model.append((next, step))
      } else {
        let place = random.chance(50) ? 0 : random.below(model.count)
        queue.remove(model[place].ticket)
        model.remove(at: place)
      }
      guard step % 37 == 0 else { continue }
      expectSame(queue, model)
      for (index, entry) in model.enumerated() where random.chance(20) {
        #expect(queue.position(of: entry.ticket) == UInt64(index + 1))
      }
    }
    while let entry = model.first {
      queue.remove(entry.ticket)
      model.removeFirst()
    }
    expectSame(queue, model)
  }

  @Test(
    "Recovery may bring tickets in any order, and take some back, before it is settled",
    arguments: 0..<20 as Range<UInt64>)
  func anyOrder(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var queue = TicketQueue()
    var tickets = (1...2_000).map { Ticket($0 * 3) }
    tickets.shuffle(using: &random)
    for ticket in tickets { queue.insert(ticket, slot: Int(ticket)) }
    let gone = Set(tickets.prefix(1_700))
    for ticket in tickets.prefix(1_700) { queue.remove(ticket) }
    queue.settle()
    expectSame(queue, tickets.filter { !gone.contains($0) }.sorted().map { ($0, Int($0)) })
  }

  @Test("A ticket that is not there has no position, and its removal changes nothing")
  func unknown() {
    var queue = TicketQueue()
    queue.insert(5, slot: 0)
    queue.insert(7, slot: 1)
    queue.remove(6)
    queue.remove(8)
    queue.remove(5)
    queue.remove(5)
    #expect(queue.position(of: 5) == nil && queue.position(of: 6) == nil && queue.position(of: 9) == nil)
    #expect(queue.position(of: 7) == 1)
    expectSame(queue, [(7, 1)])
  }
}
