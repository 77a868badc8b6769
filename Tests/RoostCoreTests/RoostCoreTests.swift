import Testing

@testable import RoostCore
