import Testing

@testable import RoostNATS
