import Testing

@testable import RoostCore

/// How long a wake is ready to wait for a slot.
enum Patience: Equatable {
  case none
  case ms(UInt64)
  case forever

  var override: Wake.AllocationOverride {
    switch self {
    case .none: .none
    case .ms(let value): .dontSleep(pendingTimeoutMs: value)
    case .forever: .dontSleep(pendingTimeoutMs: nil)
    }
  }
}

extension Patience: ExpressibleByIntegerLiteral {
  init(integerLiteral value: UInt64) { self = .ms(value) }
}

extension World {
  @discardableResult
  func create(
    _ actor: String, _ policy: CrashPolicy = .sleep, name: String = "", key: String? = nil, input: [UInt8] = [],
    reply: String? = nil, _ location: SourceLocation = #_sourceLocation
  ) -> World {
    let create = Create(name: name, key: key, crashPolicy: policy, input: input)
    return deliver(.actor(ActorID(actor), .create(create)), reply: reply, location)
  }

  @discardableResult
  func wake(
    _ actor: String, patience: Patience = .none, expires: Int64? = nil, reply: String? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) -> World {
    let wake = Wake(override: patience.override, expiresAt: expires.map { Instant(ms: $0) })
    return deliver(.actor(ActorID(actor), .wake(wake)), reply: reply, location)
  }

  @discardableResult
  func allocate(
    _ actor: String, on runner: String, ticket: Ticket? = nil, reply: String? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) -> World {
    deliver(.actor(ActorID(actor), .allocate(runner: RunnerID(runner), ticket: ticket)), reply: reply, location)
  }

  @discardableResult
  func sleep(_ actor: String, reply: String? = nil, _ location: SourceLocation = #_sourceLocation) -> World {
    deliver(.actor(ActorID(actor), .sleep), reply: reply, location)
  }

  @discardableResult
  func reschedule(_ actor: String, reply: String? = nil, _ location: SourceLocation = #_sourceLocation) -> World {
    deliver(.actor(ActorID(actor), .reschedule), reply: reply, location)
  }

  @discardableResult
  func destroy(_ actor: String, reply: String? = nil, _ location: SourceLocation = #_sourceLocation) -> World {
    deliver(.actor(ActorID(actor), .destroy), reply: reply, location)
  }

  // MARK: - The pool

  @discardableResult
  func configure(
    reply: String? = nil, _ location: SourceLocation = #_sourceLocation,
    _ change: (inout PoolSettingsOverlay) -> Void
  ) -> World {
    var overlay = PoolSettingsOverlay()
    change(&overlay)
    return deliver(.pool(.configure(overlay)), reply: reply, location)
  }

  @discardableResult
  func drain(_ runner: String, reply: String? = nil, _ location: SourceLocation = #_sourceLocation) -> World {
    deliver(.pool(.drain(RunnerID(runner))), reply: reply, location)
  }

  @discardableResult
  func tick(reply: String? = nil, _ location: SourceLocation = #_sourceLocation) -> World {
    deliver(.pool(.tick), reply: reply, location)
  }
}
