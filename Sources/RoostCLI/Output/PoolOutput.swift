import RoostCore
import RoostNATS
import RoostWire

/// Pools, a row each, and one of them with all of its settings.
struct PoolOutput {
  let isJSON: Bool

  // MARK: - A row of the list

  var title: String {
    isJSON
      ? "" : Columns.line(["pool", "actors", "waiting", "runners", "slots", "free", "an actor woken now"], Self.widths)
  }

  func row(_ id: PoolID, _ pool: PoolDescription) -> String {
    if isJSON { return JSONValue.object(fields(id, pool)).text + "\n" }
    let numbers = [pool.actors, pool.pending, UInt64(pool.runners), pool.slots, pool.freeSlots].map { String($0) }
    return Columns.line([id.description] + numbers + [Self.fate(pool)], Self.widths)
  }

  private static let widths = [24, 8, 8, 8, 8, 8]

  private static func fate(_ pool: PoolDescription) -> String {
    pool.pendingReason.isEmpty ? "is placed" : "waits: \(pool.pendingReason)"
  }

  // MARK: - One pool

  func text(of id: PoolID, _ pool: PoolDescription) -> String {
    if isJSON { return row(id, pool) }
    let facts: [(name: String, value: String)] = [
      ("pool", id.description), ("actors", String(pool.actors)), ("waiting", String(pool.pending)),
      ("runners", String(pool.runners)), ("slots", "\(pool.slots), \(pool.freeSlots) of them free"),
      ("an actor woken now", Self.fate(pool)),
    ]
    let settings = PoolSettingField.all.map { field in
      (name: field.name, value: field.read(pool.settings) + (field.isLaid(pool.ownSettings) ? ", of its own" : ""))
    }
    return FactTable.text(facts + settings)
  }

  private func fields(_ id: PoolID, _ pool: PoolDescription) -> [String: JSONValue] {
    func settings(_ fields: [PoolSettingField]) -> JSONValue {
      .object(Dictionary(fields.map { ($0.name, Self.value($0.read(pool.settings))) }) { $1 })
    }
    return [
      "pool": .string(id.description), "actors": .number(of: pool.actors), "pending": .number(of: pool.pending),
      "pending_reason": .string(pool.pendingReason), "runners": .number(of: pool.runners),
      "slots": .number(of: pool.slots), "free_slots": .number(of: pool.freeSlots),
      "settings": settings(PoolSettingField.all),
      "own_settings": settings(PoolSettingField.all.filter { $0.isLaid(pool.ownSettings) }),
    ]
  }

  /// Numbers as numbers, words as words.
  private static func value(_ written: String) -> JSONValue {
    switch written {
    case "true": .bool(true)
    case "false": .bool(false)
    default: UInt64(written).map { .number(of: $0) } ?? .string(written)
    }
  }
}
