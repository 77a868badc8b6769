import CProtobufC

/// Building the C structs of a message that is about to be packed. These never fail: what a worker writes is its own,
/// so its arena has no cap.
extension Arena {
  /// A C message with every field at its default.
  func make<C: CMessage>(_: C.Type) -> UnsafeMutablePointer<C> {
    let message = room(for: 1, of: C.self)
    C.initialize(message)
    return message
  }

  /// The C message that says what `value` says.
  func build<Message: WireEncodable>(_ value: Message) -> UnsafeMutablePointer<Message.C> {
    let message = make(Message.C.self)
    value.write(to: &message.pointee, in: self)
    return message
  }

  /// The count and the pointers that protobuf-c wants for a repeated field of messages.
  func list<Value, C: CMessage>(
    _ values: [Value], _ build: (Value) -> UnsafeMutablePointer<C>
  ) -> (count: Int, first: UnsafeMutablePointer<UnsafeMutablePointer<C>?>?) {
    guard !values.isEmpty else { return (0, nil) }
    let pointers = room(for: values.count, of: UnsafeMutablePointer<C>?.self)
    for (index, value) in values.enumerated() { (pointers + index).initialize(to: build(value)) }
    return (values.count, pointers)
  }

  func list<Message: WireEncodable>(
    _ values: [Message]
  ) -> (count: Int, first: UnsafeMutablePointer<UnsafeMutablePointer<Message.C>?>?) {
    list(values) { build($0) }
  }

  /// As `list`, for a repeated number.
  func list(numbers: [UInt32]) -> (count: Int, first: UnsafeMutablePointer<UInt32>?) {
    guard !numbers.isEmpty else { return (0, nil) }
    let entries = room(for: numbers.count, of: UInt32.self)
    for (index, number) in numbers.enumerated() { (entries + index).initialize(to: number) }
    return (numbers.count, entries)
  }

  /// As `list`, for a repeated string.
  func list(texts: [String]) -> (count: Int, first: UnsafeMutablePointer<ProtobufCBinaryData>?) {
    guard !texts.isEmpty else { return (0, nil) }
    let entries = room(for: texts.count, of: ProtobufCBinaryData.self)
    for (index, text) in texts.enumerated() { (entries + index).initialize(to: copy(text)) }
    return (texts.count, entries)
  }

  /// A copy of the text's UTF-8: the bytes of a short string have no address of their own.
  func copy(_ text: String) -> ProtobufCBinaryData {
    var text = text
    return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
  }

  func copy(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    bytes.withUnsafeBytes { copy($0) }
  }

  private func copy(_ bytes: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return ProtobufCBinaryData() }
    let target = room(for: bytes.count, of: UInt8.self)
    UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
    return ProtobufCBinaryData(len: bytes.count, data: target)
  }

  private func room<Element>(for count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
    guard let memory = allocate(count * MemoryLayout<Element>.stride) else {
      preconditionFailure("an arena that builds messages has no cap")
    }
    return memory.bindMemory(to: type, capacity: count)
  }
}
