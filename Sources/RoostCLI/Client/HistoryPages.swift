import RoostCore
import RoostWire

/// What the journal of a worker that runs says of one actor: asked page by page, the newest first.
struct HistoryPages {
  let client: SignalClient
  let pool: PoolID
  let actor: ActorID
  /// For each page.
  let timeoutMs: Int64

  /// The newest entries, oldest first: not more than so many, and none from the first one on that is not wanted.
  func entries(
    limit: UInt32 = .max, while isWanted: (HistoryEntry) -> Bool = { _ in true }
  ) throws(CLIError) -> [HistoryEntry] {
    var entries: [HistoryEntry] = []
    var request = HistoryRequest(actor: actor)
    while true {
      request.limit = min(limit - UInt32(entries.count), APIRequest.greatestLimit)
      guard case .history(let page) = try client.ask(.history(request), of: pool, timeoutMs: timeoutMs) else {
        throw CLIError(.unavailable, "the worker answered another question; is this `roost` as new as the worker?")
      }
      for entry in page.entries {
        if entries.count == limit || !isWanted(entry) { return entries.reversed() }
        entries.append(entry)
      }
      guard page.nextRecord > 0, page.nextRecord < request.beforeRecord || request.beforeRecord == 0,
        entries.count < limit
      else { return entries.reversed() }
      request.beforeRecord = page.nextRecord
    }
  }
}
