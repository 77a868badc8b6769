import RoostCore
import Testing

@testable import RoostCLI

@Suite("Pool settings on the command line")
struct PoolSettingTests {
  @Test("every field of the settings can be set by its name on the wire, each on its own")
  func all() throws {
    #expect(PoolSettingField.all.count == Mirror(reflecting: PoolSettings()).children.count)
    for field in PoolSettingField.all {
      let value =
        switch field.form {
        case "true or false": "true"
        case "all, outcomes or none": "none"
        default: "4000"
        }
      var settings = PoolSettings()
      #expect(field.write(&settings, value))
      #expect(field.read(settings) == value)
      #expect(settings != PoolSettings(), "\(field.name)")
      let changed = PoolSettingField.all.filter { $0.read(settings) != $0.read(PoolSettings()) }.map(\.name)
      #expect(changed == [field.name])
      var overlay = PoolSettingsOverlay()
      field.lay(settings, &overlay)
      #expect(PoolSettingField.all.filter { $0.isLaid(overlay) }.map(\.name) == [field.name])
      #expect(overlay.over(PoolSettings()) == settings)
      #expect(PoolSettingsOverlay(all: settings).over(PoolSettings()) == settings)
    }
  }

  @Test(
    "what cannot be set is refused, naming it",
    arguments: [
      ("nonsense=1", "'nonsense'"), ("max_pending", "KEY=VALUE"), ("max_pending=", "max_pending takes a number"),
      ("max_pending=-1", "takes a number"), ("max_pending= 1", "takes a number"),
      ("max_actors=18446744073709551616", "takes a number"), ("backoff_max_exponent=4294967296", "takes a number"),
      ("events=some", "all, outcomes or none"), ("drain_on_version_upgrade=yes", "true or false"),
      ("actor_start_threshold_ms=2s", "milliseconds"), ("actor_start_threshold_ms=0", "actor_start_threshold_ms is 0"),
    ])
  func refusals(assignment: String, said: String) {
    let error = #expect(throws: CLIError.self) { try PoolSettingField.settings([assignment]) }
    #expect(error?.exitCode == .usage)
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "")")
  }

  @Test("settings that contradict each other are refused with both values, whatever their order")
  func contradictions() throws {
    let ping = "runner_ping_interval_ms=12000"
    let eligible = "runner_eligible_threshold_ms=20000"
    let lost = "runner_lost_threshold_ms=30000"
    let error = #expect(throws: CLIError.self) { try PoolSettingField.settings([ping]) }
    #expect(error?.message.contains("12000") == true)
    #expect(error?.message.contains("10000") == true)
    #expect(throws: CLIError.self) { try PoolSettingField.settings([ping, eligible]) }
    for order in [[ping, eligible, lost], [lost, eligible, ping]] {
      #expect(try PoolSettingField.settings(order).runnerPingInterval == Milliseconds(12_000))
    }
  }
}
