import CProtobufC

/// Memory for one message: handed out by moving a pointer, given back all at once by `reset`.
///
/// Used to unpack, where `capBytes` holds off messages that need far more memory than they have bytes, and to build the
/// C structs of a message before packing. Everything made in an arena is gone with its next `reset`. For one thread.
package final class Arena {
  private struct Chunk {
    var start: UnsafeMutableRawPointer
    var size: Int
  }

  /// What one message may take, in bytes.
  package let capBytes: Int
  /// What was handed out since the last reset, in bytes.
  package private(set) var usedBytes = 0
  /// Something was refused since the last reset.
  package private(set) var isExhausted = false
  private var chunks: [Chunk] = []
  private var cursor: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  /// What protobuf-c allocates with; its memory is stable for the arena's life.
  let allocator: UnsafeMutablePointer<ProtobufCAllocator>

  package init(capBytes: Int) {
    self.capBytes = capBytes
    let chunk = Self.chunk(size: WireLimits.arenaChunkBytes)
    chunks = [chunk]
    cursor = chunk.start
    end = chunk.start + chunk.size
    allocator = .allocate(capacity: 1)
    allocator.initialize(
      to: ProtobufCAllocator(
        alloc: { arena, size in Unmanaged<Arena>.fromOpaque(arena!).takeUnretainedValue().allocate(size) },
        free: { _, _ in },
        allocator_data: nil))
    allocator.pointee.allocator_data = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    for chunk in chunks { chunk.start.deallocate() }
    allocator.deinitialize(count: 1)
    allocator.deallocate()
  }

  /// Gives everything back. The largest chunk that is worth keeping is kept.
  package func reset() {
    usedBytes = 0
    isExhausted = false
    if chunks.count > 1 { keepOneChunk() }
    cursor = chunks[0].start
  }

  /// `size` bytes, aligned to 16, not initialized; nil when the cap is reached.
  func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0, size <= capBytes - usedBytes else {
      isExhausted = true
      return nil
    }
    let rounded = (size + 15) & ~15
    if rounded > end - cursor { addChunk(atLeast: rounded) }
    usedBytes += size
    defer { cursor += rounded }
    return cursor
  }

  private func addChunk(atLeast size: Int) {
    let chunk = Self.chunk(size: max(size, min(chunks[chunks.count - 1].size * 2, WireLimits.arenaKeptBytes)))
    chunks.append(chunk)
    cursor = chunk.start
    end = chunk.start + chunk.size
  }

  private func keepOneChunk() {
    var kept = 0
    for (index, chunk) in chunks.enumerated()
    where chunk.size > chunks[kept].size && chunk.size <= WireLimits.arenaKeptBytes {
      kept = index
    }
    for (index, chunk) in chunks.enumerated() where index != kept { chunk.start.deallocate() }
    chunks = [chunks[kept]]
    end = chunks[0].start + chunks[0].size
  }

  private static func chunk(size: Int) -> Chunk {
    Chunk(start: .allocate(byteCount: size, alignment: 16), size: size)
  }
}
