import RoostNATS
import Testing

@Suite("JSON")
struct JSONTests {
  /// DEL, C1, the ends of lines and paragraphs, what turns the direction, and one beyond 16 bits.
  private static let hidden = "a\u{1b}\u{7f}\u{80}\u{9f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{e0001}z"

  @Test("what would act on a terminal is written as an escape, everything else as it is")
  func escaping() {
    let escapes = #"\u001b\u007f\u0080\u009f\u2028\u2029\u202a\u202e\u2066\u2069\udb40\udc01"#
    #expect(JSONValue.string(Self.hidden).text == #""a"# + escapes + #"z""#)
    #expect(JSONValue.object(["größe\u{7f}": .string("日本 😀\\")]).text == #"{"größe\u007f":"日本 😀\\"}"#)
  }

  @Test("it is the same value when it is read")
  func roundTrip() throws {
    let value = JSONValue.object([Self.hidden: .array([.string(Self.hidden), .int(1), .string("\n\t")])])
    for text in [value.text, value.prettyText] {
      #expect(try JSONValue.parse(Array(text.utf8), from: "a test") == value)
    }
  }
}
