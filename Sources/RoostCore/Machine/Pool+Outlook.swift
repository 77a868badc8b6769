/// Whether an actor that wants a slot now would get one, where, and why not.
package struct Outlook: Equatable, Sendable {
  /// The runner that takes the next actor; nil = it would wait, or there is somebody before it.
  package var next: RunnerID?
  /// Why it would wait; nil = it would not.
  package var obstacle: String?
  package var waiting: Int
  /// Runners with an open session, and those of them that get no actors.
  package var open = 0
  package var silent = 0
  package var draining = 0
  /// Of the eligible runners of the highest version, the only ones that are used.
  package var version: UInt32 = 0
  package var runners = 0
  package var slots = 0
  package var freeSlots = 0
  /// Free slots of eligible runners of lower versions.
  package var olderFreeSlots = 0
}

extension Pool {
  package var outlook: Outlook {
    let isPlaced = queue.isEmpty && placement.best != nil
    var outlook = Outlook(
      next: isPlaced ? placement.best.map { runners[$0].id } : nil, obstacle: isPlaced ? nil : pendingReason,
      waiting: queue.count)
    for runner in runners {
      guard let session = runner.record.session else { continue }
      outlook.open += 1
      if runner.isDraining { outlook.draining += 1 } else if !runner.isFresh { outlook.silent += 1 }
      guard runner.isEligible else { continue }
      let free = max(Int(session.totalSlots) - runner.actors.count, 0)
      if outlook.runners == 0 || session.version > outlook.version {
        outlook.olderFreeSlots += outlook.freeSlots
        (outlook.version, outlook.runners, outlook.slots, outlook.freeSlots) = (session.version, 0, 0, 0)
      }
      if session.version < outlook.version {
        outlook.olderFreeSlots += free
      } else {
        outlook.runners += 1
        outlook.slots += Int(session.totalSlots)
        outlook.freeSlots += free
      }
    }
    return outlook
  }
}
