import Testing

@testable import RoostJournal
