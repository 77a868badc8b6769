import RoostCore
import RoostWire

/// The copies of actors on this runner: at most one process per actor, at most as many as there are slots. A start that
/// has to wait for an older copy, or for the slot of one that is ending, waits here.
struct Copies {
  /// What is said when a copy that was told to end is gone.
  enum Ending: Equatable {
    /// A stop: how it ended.
    case asked
    /// Nobody waits for it: the generation is stale, or its session is over.
    case unreported
    /// It did not end by itself, which a worker that knows of no reason must not take for work well done.
    case error(String)
  }

  struct Copy: Equatable {
    var generation: Generation
    /// nil = it lives.
    var ending: Ending?
  }

  private(set) var running: [ActorID: Copy] = [:]
  private var livingCount = 0
  /// In the order of their indexes.
  private(set) var waiting: [StartOrder] = []
  private var newest: [ActorID: Generation] = [:]

  var isEmpty: Bool { running.isEmpty }
  var hasLiving: Bool { livingCount > 0 }

  enum Taken: Equatable {
    case taken
    case oldGeneration
    case noSlot
  }

  /// Takes a start. An older copy is to be ended by the caller: `older`.
  mutating func take(_ order: StartOrder, slots: UInt32) -> (taken: Taken, older: Generation?) {
    guard order.generation > newest[order.actor] ?? 0 else { return (.oldGeneration, nil) }
    remember(order)
    waiting.removeAll { $0.actor == order.actor }
    let older = end(order.actor, .unreported)
    guard livingCount + waiting.count < Int(slots) else { return (.noSlot, older) }
    waiting.append(order)
    return (.taken, older)
  }

  private mutating func remember(_ order: StartOrder) {
    if newest.count >= RunnerLimits.rememberedGenerations {
      let present = Set(running.keys).union(waiting.map(\.actor))
      newest = newest.filter { present.contains($0.key) }
    }
    newest[order.actor] = order.generation
  }

  /// The starts that wait no longer.
  mutating func startable(slots: UInt32) -> [StartOrder] {
    if waiting.isEmpty { return [] }
    var starts: [StartOrder] = []
    waiting.removeAll { order in
      guard running[order.actor] == nil, running.count < Int(slots) else { return false }
      running[order.actor] = Copy(generation: order.generation)
      livingCount += 1
      starts.append(order)
      return true
    }
    return starts
  }

  /// A start that was not carried out yet is taken back; false = there is none.
  mutating func dropWaiting(_ actor: ActorID, _ generation: Generation) -> Bool {
    let before = waiting.count
    waiting.removeAll { $0.actor == actor && $0.generation == generation }
    return waiting.count < before
  }

  mutating func dropWaiting() -> [StartOrder] {
    defer { waiting = [] }
    return waiting
  }

  func has(_ actor: ActorID, _ generation: Generation) -> Bool { running[actor]?.generation == generation }

  /// Marks a copy as ending; its generation if it has to be told so, nil if there is none or it knows.
  mutating func end(_ actor: ActorID, _ ending: Ending) -> Generation? {
    guard var copy = running[actor] else { return nil }
    let isNews = copy.ending == nil
    if isNews { livingCount -= 1 }
    switch (copy.ending, ending) {
    case (nil, _), (_, .unreported): copy.ending = ending
    // A stop makes an end of our own an ordinary one; nothing else changes what is under way.
    case (.error, .asked): copy.ending = .asked
    case (.unreported, _), (.asked, _), (.error, _): break
    }
    running[actor] = copy
    return isNews ? copy.generation : nil
  }

  /// Marks every copy as ending; those that have to be told, in id order.
  mutating func endAll(_ ending: Ending) -> [(ActorID, Generation)] {
    running.keys.sorted().compactMap { actor in end(actor, ending).map { (actor, $0) } }
  }

  /// A copy is gone; nil = we do not know it.
  mutating func remove(_ actor: ActorID, _ generation: Generation) -> Copy? {
    guard has(actor, generation), let copy = running.removeValue(forKey: actor) else { return nil }
    if copy.ending == nil { livingCount -= 1 }
    return copy
  }
}
