import RoostCore

/// Acknowledgements of runner events that the journal has: sent after 500 events or a second, urgent ones at once.
struct Acknowledgements {
  private struct Waiting {
    var pool: PoolID
    var note: EventAcknowledgement
    var firstIndex: EventIndex
    var dueNs: Int64
  }

  private struct Key: Hashable {
    var pool: PoolID
    var runner: RunnerID
  }

  private var waiting: [Key: Waiting] = [:]
  /// In the order in which they are due, as the wait is the same for all; an entry that was sent is passed over.
  private var order: [(key: Key, dueNs: Int64)] = []
  private var head = 0

  /// When the next one is due; nil = none waits.
  var nextNs: Int64? { head < order.count ? order[head].dueNs : nil }

  mutating func add(_ note: EventAcknowledgement, pool: PoolID, atNs: Int64) {
    let key = Key(pool: pool, runner: note.runner)
    var entry =
      waiting[key]
      ?? Waiting(
        pool: pool, note: note, firstIndex: note.lastEventIndex, dueNs: atNs + WorkerLimits.acknowledgeAfterNs)
    if waiting[key] == nil { order.append((key, entry.dueNs)) }
    if entry.note.session != note.session { entry.firstIndex = note.lastEventIndex }
    let urgent = note.urgent || entry.note.urgent
    entry.note = note
    entry.note.urgent = urgent || note.lastEventIndex >= entry.firstIndex + WorkerLimits.acknowledgeEvents
    if entry.note.urgent, !urgentKeys.contains(key) { urgentKeys.append(key) }
    waiting[key] = entry
  }

  private var urgentKeys: [Key] = []

  /// What is to be sent now.
  mutating func takeDue(atNs: Int64) -> [(PoolID, EventAcknowledgement)] {
    var due: [(PoolID, EventAcknowledgement)] = []
    for key in urgentKeys {
      if let entry = waiting.removeValue(forKey: key) { due.append((entry.pool, entry.note)) }
    }
    urgentKeys.removeAll(keepingCapacity: true)
    while head < order.count {
      let next = order[head]
      if let entry = waiting[next.key], entry.dueNs == next.dueNs {
        if next.dueNs > atNs { break }
        waiting[next.key] = nil
        due.append((entry.pool, entry.note))
      }
      head += 1
    }
    if head == order.count {
      order.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 1_024, head * 2 > order.count {
      order.removeFirst(head)
      head = 0
    }
    return due
  }
}
