extension Array where Element == UInt8 {
  /// `withUnsafeBytes` with a typed error.
  func withBytes<Value>(
    _ read: (UnsafeRawBufferPointer) throws(WireError) -> Value
  ) throws(WireError) -> Value {
    try withUnsafeBytes { bytes -> Result<Value, WireError> in
      do throws(WireError) { return .success(try read(bytes)) } catch { return .failure(error) }
    }.get()
  }
}
