import RoostCore

/// A row of a page. A page is cut where the next row might not fit the broker's largest message any more.
package protocol APIRow {
  /// Never less than the row takes in its reply.
  var greatestBytes: Int { get }
}

extension APIRow {
  /// Tags, lengths, and every number at its longest: no row has more than 24 fields of at most 12 bytes.
  static var fixedBytes: Int { 24 * 12 }
}

extension ActorDescription: APIRow {
  package var greatestBytes: Int {
    let texts = [name, key ?? "", state, runner?.text ?? "", session?.text ?? "", pendingReason, lastErrorCode]
    return texts.reduce(Self.fixedBytes + actor.text.utf8.count + lastErrorMessage.utf8.count) { $0 + $1.utf8.count }
  }
}

extension RunnerDescription: APIRow {
  package var greatestBytes: Int {
    let texts = [session?.text ?? "", state, closeReason]
    let own = texts.reduce(Self.fixedBytes + runner.text.utf8.count) { $0 + $1.utf8.count }
    return metadata.reduce(own) { $0 + $1.key.utf8.count + $1.value.utf8.count + 24 }
  }
}

extension PendingEntry: APIRow {
  package var greatestBytes: Int { Self.fixedBytes + actor.text.utf8.count }
}

extension HistoryEntry: APIRow {
  package var greatestBytes: Int {
    Self.fixedBytes + (runner?.text.utf8.count ?? 0) + kind.utf8.count + reason.utf8.count + message.utf8.count
  }
}
