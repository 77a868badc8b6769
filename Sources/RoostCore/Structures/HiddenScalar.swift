extension Unicode.Scalar {
  /// It would move the cursor, end the line, turn the writing direction of whoever reads it, or not be seen at all.
  package var isHidden: Bool {
    if isASCII { return value < 0x20 || value == 0x7f }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
    default: false
    }
  }
}
