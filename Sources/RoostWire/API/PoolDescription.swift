import CRoostProtos
import RoostCore

/// A pool as it is now (PoolView on the wire).
package struct PoolDescription: Equatable, Sendable {
  /// As they hold.
  package var settings: PoolSettings
  /// What the last configure set.
  package var ownSettings: PoolSettingsOverlay
  package var actors: UInt64
  package var pending: UInt64
  /// Why an actor that is woken now would wait; empty = it would not.
  package var pendingReason: String
  /// With an open session.
  package var runners: UInt32
  /// Of the runners that get actors now.
  package var slots: UInt64
  package var freeSlots: UInt64

  package init(settings: PoolSettings, ownSettings: PoolSettingsOverlay = PoolSettingsOverlay()) {
    self.settings = settings
    self.ownSettings = ownSettings
    (actors, pending, pendingReason, runners, slots, freeSlots) = (0, 0, "", 0, 0, 0)
  }

  /// What the machine shows of a pool, as the API tells it.
  package init(_ pool: borrowing Pool, _ outlook: Outlook) {
    self.init(settings: pool.settings, ownSettings: pool.record.overlay)
    actors = UInt64(pool.actorCount)
    pending = UInt64(outlook.waiting)
    pendingReason = outlook.obstacle ?? ""
    runners = UInt32(clamping: outlook.open)
    slots = UInt64(outlook.slots)
    freeSlots = UInt64(outlook.freeSlots)
  }
}

extension PoolDescription: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__PoolView, in arena: Arena) {
    message.settings = arena.build(PoolSettingsOverlay(all: settings))
    message.own_settings = arena.build(ownSettings)
    message.actors = actors
    message.pending = pending
    message.pending_reason = arena.copy(pendingReason)
    message.runners = runners
    message.slots = slots
    message.free_slots = freeSlots
  }

  init(from message: Roost__V1__PoolView) throws(WireError) {
    // A setting that a worker does not know it does not tell: its default says what it does.
    self.init(
      settings: try Self.settings(message.settings, "PoolView.settings").over(PoolSettings()),
      ownSettings: try Self.settings(message.own_settings, "PoolView.own_settings"))
    actors = message.actors
    pending = message.pending
    pendingReason = try message.pending_reason.text("PoolView.pending_reason")
    runners = message.runners
    slots = message.slots
    freeSlots = message.free_slots
  }

  private static func settings(
    _ message: UnsafeMutablePointer<Roost__V1__PoolSettings>?, _ field: String
  ) throws(WireError) -> PoolSettingsOverlay {
    guard let message = message?.pointee else { return PoolSettingsOverlay() }
    guard let overlay = PoolSettingsOverlay(wire: message) else {
      throw WireError(.unknownValue, "\(field).events \(message.events.rawValue) is unknown to this version")
    }
    return overlay
  }
}
