import Testing

@testable import RoostWire
