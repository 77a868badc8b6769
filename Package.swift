// swift-tools-version: 6.2
import PackageDescription

// Imports go one way: roost -> RoostCLI -> RoostWorker, RoostRunner -> RoostNATS, RoostJournal, RoostWire,
// RoostTelemetry -> RoostCore. docs/architecture.md says what each target owns.

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
let strictC: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func system(_ name: String, pkgConfig: String, package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
  name: "roost",
  products: [.executable(name: "roost", targets: ["roost"])],
  targets: [
    .executableTarget(name: "roost", dependencies: ["RoostCLI"], swiftSettings: strict),
    library(
      "RoostCLI",
      [
        "RoostWorker", "RoostRunner", "RoostNATS", "RoostJournal", "RoostWire", "RoostTelemetry", "RoostCore",
        "CRoostSystem",
      ]),
    library(
      "RoostWorker",
      ["RoostNATS", "RoostJournal", "RoostWire", "RoostTelemetry", "RoostCore", "CMicroHTTPD", "CRoostHTTP"]),
    library("RoostRunner", ["RoostNATS", "RoostWire", "RoostTelemetry", "RoostCore", "CRoostSystem"]),
    library("RoostNATS", ["RoostCore", "CNats", "CCrypto"]),
    library("RoostJournal", ["RoostCore", "CRoostSystem"]),
    library("RoostWire", ["RoostCore", "CRoostProtos", "CProtobufC"]),
    library("RoostTelemetry", ["RoostCore"]),
    library("RoostCore", []),
    library(
      "RoostTestKit",
      ["RoostWorker", "RoostNATS", "RoostJournal", "RoostWire", "RoostTelemetry", "RoostCore"]),

    system("CNats", pkgConfig: "libnats", package: "libnats-dev"),
    system("CCrypto", pkgConfig: "libcrypto", package: "libssl-dev"),
    system("CProtobufC", pkgConfig: "libprotobuf-c", package: "libprotobuf-c-dev"),
    system("CMicroHTTPD", pkgConfig: "libmicrohttpd", package: "libmicrohttpd-dev"),
    system("CCurl", pkgConfig: "libcurl", package: "libcurl4-openssl-dev"),
    .target(name: "CRoostProtos", dependencies: ["CProtobufC"]),
    .target(name: "CRoostSystem", cSettings: strictC),
    .target(name: "CRoostHTTP", dependencies: ["CCurl"], cSettings: strictC),

    .executableTarget(
      name: "RoostBench", dependencies: ["RoostCore", "RoostJournal", "RoostWire"], path: "Benchmarks/RoostBench",
      swiftSettings: strict),

    .executableTarget(
      name: "RoostJournalBench",
      dependencies: ["RoostWorker", "RoostJournal", "RoostTelemetry", "RoostWire", "RoostCore"],
      path: "Benchmarks/RoostJournalBench", swiftSettings: strict),

    .executableTarget(
      name: "RoostSimulate", dependencies: ["RoostTestKit"], path: "Benchmarks/RoostSimulate", swiftSettings: strict),

    .executableTarget(
      name: "RoostFuzz", dependencies: ["RoostRunner", "RoostTestKit", "RoostCore"], path: "Benchmarks/RoostFuzz",
      swiftSettings: strict),

    tests("RoostCoreTests", ["RoostCore"], exclude: ["Scenarios"]),
    tests("RoostJournalTests", ["RoostJournal", "RoostTestKit"], exclude: ["Golden"]),
    tests("RoostWireTests", ["RoostWire", "RoostTestKit"]),
    tests("RoostNATSTests", ["RoostNATS", "RoostTestKit"]),
    tests("RoostTelemetryTests", ["RoostTelemetry"]),
    tests(
      "RoostCLITests", ["roost", "RoostCLI", "RoostWorker", "RoostRunner", "CRoostSystem", "RoostTestKit"],
      exclude: ["Golden"]),
    tests("RoostTidyTests", []),
    tests("RoostAcceptanceTests", ["roost", "RoostNATS", "RoostTestKit"]),
    tests("RoostRunnerTests", ["roost", "RoostRunner", "RoostTestKit"]),
    tests("RoostSimulationTests", ["RoostSimulate", "RoostTestKit"]),
    tests("RoostWorkerTests", ["RoostJournalBench", "RoostWorker", "RoostCLI", "RoostTestKit"]),
  ]
)
