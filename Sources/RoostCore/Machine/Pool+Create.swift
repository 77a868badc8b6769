extension Pool {
  /// create: a record, the event, the first attempt (lifecycle, signals).
  mutating func create(_ id: ActorID, _ create: Create, _ turn: inout Turn) {
    if let refusal = refusal(of: create) {
      return reject(id, reason: "limit:\(refusal.field)", message: refusal.message, &turn)
    }
    let known = actorSlots[id]
    if let known {
      guard case .destroyed = actors[known].record.state else {
        return reject(id, reason: "already_exists", message: "the actor is \(actors[known].record.state.name)", &turn)
      }
    }
    let name = create.nameGiven
    if let key = create.key, let holder = keys[NamedKey(name: name, key: key)] {
      let other = actors[holder].id
      return reject(id, reason: "duplicate_key", message: "\(other) has this key", holder: other, &turn)
    }
    if known == nil, UInt64(actorSlots.count) >= settings.maxActors {
      return reject(
        id, reason: "limit:max_actors",
        message: "the pool has \(actorSlots.count) actors, max_actors is \(settings.maxActors)",
        &turn)
    }
    let facts = ActorFacts(
      name: name, key: create.key, crashPolicy: create.crashPolicy, input: create.input, createdAt: turn.now)
    evolveAndRecord(.actorCreated(id, facts), &turn)
    guard let slot = actorSlots[id] else { preconditionFailure("a created actor has a slot") }
    set(slot, actors[slot].record, &turn)
    turn.effects.tally.applied += 1
    publish(.created, slot, &turn)
    let isQueueFull = attempt(slot, ownDemand(slot, cause: turn.cause), by: .create, &turn)
    answer(slot, .accepted, reason: isQueueFull ? "queue_full" : "", &turn)
  }

  private func refusal(of create: Create) -> (field: String, message: String)? {
    if create.name.utf8.count > Limits.nameBytes.upperBound {
      return ("name", "name has \(create.name.utf8.count) bytes; at most \(Limits.nameBytes.upperBound)")
    }
    if let key = create.key, !Limits.keyBytes.contains(key.utf8.count) {
      return (
        "key",
        "key has \(key.utf8.count) bytes; \(Limits.keyBytes.lowerBound) to \(Limits.keyBytes.upperBound), or leave it out"
      )
    }
    if UInt64(create.input.count) > settings.maxInputBytes {
      return ("input", "input has \(create.input.count) bytes; max_input_bytes is \(settings.maxInputBytes)")
    }
    return nil
  }
}
