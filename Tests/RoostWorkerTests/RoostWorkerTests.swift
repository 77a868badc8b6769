import Testing

@testable import RoostWorker
