@testable import RoostWire

enum Errors {
  /// The error that `body` throws; nil when it returns.
  static func thrown<Value>(_ body: () throws(WireError) -> Value) -> WireError? {
    do throws(WireError) {
      _ = try body()
      return nil
    } catch {
      return error
    }
  }
}
