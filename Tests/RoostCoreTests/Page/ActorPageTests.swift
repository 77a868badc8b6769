import Testing

@testable import RoostCore

@Suite("docs/machine.md: actors") struct ActorPageTests {
  private let page: MachinePage

  init() throws { page = try MachinePage.ofCheckout() }

  @Test("Every cell is what the machine does, for every crash policy, with and without room", arguments: actorRows)
  private func cells(_ row: ActorRow) {
    for input in actorInputs { #expect(faults(page, row, input) == []) }
  }

  @Test("A cell that is wrong, missing, surplus or there twice is found")
  func proof() throws {
    let row = try #require(actorRows.first { $0.section == "running" })
    let input = try #require(actorInputs.first { $0.name == "sleep_intent" })
    func faults(_ lines: String) -> [String] {
      let page = MachinePage("## running\n| input | plain |\n| --- | --- |\n\(lines)\n")
      return page.faults + self.faults(page, row, input)
    }
    let right = "| sleep_intent | sleepIntent g1 r1; r1 <- stop a1 g1 sleep; a1 sleep_intent r1 |"
    #expect(faults(right) == [])
    #expect(faults(right + "\n" + right).count == 1)
    #expect(faults("| sleep | same |").count == 1)
    #expect(faults("| sleep_intent | - |").count > 0)
    #expect(faults("| sleep_intent | sleepIntent g1 r1; r1 <- stop a1 g1 sleep |").count > 0)
    #expect(faults("| sleep_intent | same; r1 <- stop a1 g1 sleep; a1 sleep_intent r1 |").count > 0)
    #expect(faults("| sleep_intent | sleepIntent g1 r1; r1 <- stop a1 g1 stop; a1 sleep_intent r1 |").count > 0)
    #expect(faults(right + "\n| sleep | same | same |").count == 1)
  }

  @Test("The page has a cell for every input in every state and no other, and each is walked: coverage is 100 per cent")
  func coverage() {
    #expect(page.faults == [])
    let sections = Set(actorRows.map(\.section))
    let cells = Set(page.cells.keys.filter { sections.contains($0.section) })
    let walked = Set(
      actorRows.flatMap { row in
        actorInputs.map { MachinePage.Place(section: row.section, column: row.column, input: $0.name) }
      })
    #expect(cells.subtracting(walked).map(\.description).sorted() == [], "nothing of that name can be walked")
    #expect(walked.subtracting(cells).map(\.description).sorted() == [], "the page does not say")
    // The transitions the cells name, and those of them that a world goes through.
    var named: Set<String> = []
    var seen: Set<String> = []
    var worlds = 0
    for row in actorRows {
      for input in actorInputs {
        guard let cell = page[row.section, row.column, input.name], cell != "-" else { continue }
        for policy in row.policies {
          for room in row.hasRoom {
            let (world, before) = prepared(row, input, policy, room: room)
            let from = world.state("a1")
            let expected = reader(page, row, input, policy, room: room, before, from).outcome(of: cell)
            named.insert("\(from) > \(expected.state.prefix { $0 != " " && $0 != "(" })")
            world.isChecking = false
            input.apply(world, row, policy)
            seen.insert("\(from) > \(world.state("a1"))")
            worlds += 1
          }
        }
      }
    }
    let covered = named.intersection(seen).count
    print(
      "docs/machine.md: \(walked.intersection(cells).count) of \(cells.count) cells of actors walked in \(worlds) worlds,"
        + " \(covered) of \(named.count) transitions (\(100 * covered / max(1, named.count)) %)")
    #expect(named == seen)
  }

  private func prepared(_ row: ActorRow, _ input: ActorInput, _ policy: CrashPolicy, room: Bool) -> (World, Outcome) {
    let world = row.world(policy, room: room, input.settings)
    world.label += " \(input.name):"
    input.before(world)
    return (world, Outcome(state: world["a1"], lines: [], alarm: world.record(of: "a1")?.alarm?.ms))
  }

  private func reader(
    _ page: MachinePage, _ row: ActorRow, _ input: ActorInput, _ policy: CrashPolicy, room: Bool, _ before: Outcome,
    _ stateName: String
  ) -> CellReader {
    // Whose deadline has passed when it happens. A drain makes the wish of those who wait for a start the rewake.
    let time: Int64 =
      switch input.name {
      case "a waiter's deadline": 4_000
      case "patience ends", "answer overdue", "back-off ends", "drain deadline": 5_000
      default: 1_000
      }
    let timesOut = row.timesOut || (input.name == "drain deadline" && row.section == "starting")
    var waiters = row.waiters.filter { !timesOut || $0.deadline.map { $0 > time } ?? true }
      .map { (name: $0.name, isTold: row.areTold) }
    if input.isWake { waiters.append((name: "x", isTold: false)) }
    return CellReader(
      page: page, row: row, policy: policy, room: room, before: before, stateName: stateName, waiters: waiters)
  }

  /// Walks a cell for each crash policy, with room and without.
  private func faults(_ page: MachinePage, _ row: ActorRow, _ input: ActorInput) -> [String] {
    guard let cell = page[row.section, row.column, input.name] else {
      return ["the page has no cell \(row.section) / \(row.column) / \(input.name)"]
    }
    return row.policies.flatMap { policy in
      row.hasRoom.compactMap { room in fault(page, row, input, cell, policy, room: room) }
    }
  }

  private func fault(
    _ page: MachinePage, _ row: ActorRow, _ input: ActorInput, _ cell: String, _ policy: CrashPolicy, room: Bool
  ) -> String? {
    let isImpossible = input.isImpossible(row.world(policy, room: room, input.settings), row)
    let (world, before) = prepared(row, input, policy, room: room)
    if isImpossible != (cell == "-") { return "\(world.label) the cell says '\(cell)'" }
    if isImpossible { return nil }
    let stateName = world.state("a1")
    let due = world.record(of: "a1")?.answerDue
    let expected = reader(page, row, input, policy, room: room, before, stateName).outcome(of: cell)
    input.apply(world, row, policy)
    let outcome = world.outcome()
    if outcome != expected { return "\(world.label) '\(outcome)', the cell says '\(expected)'" }
    let events = ["running", "sleep_intent", "stop_intent", "stopped", "r2", "foreign stopped"]
    if cell == "same", events.contains(where: { input.name.hasPrefix($0) }), world.tally.droppedEvents != 1 {
      return "\(world.label) the event is not counted as dropped"
    }
    // No deadline of a runner's answer moves, whatever is repeated or ignored; only grace gives the whole of it again.
    if let due, let after = world.record(of: "a1")?.answerDue, after.kind == due.kind,
      due.kind == .stop || outcome.state == before.state,
      after.due != (input.name == "grace" ? due.due.adding(Milliseconds(1_000)) : due.due)
    {
      return "\(world.label) the deadline moved"
    }
    return world.tally.rescuedBySweep == 0 ? nil : "\(world.label) somebody was rescued by the sweep"
  }
}
