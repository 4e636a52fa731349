package dev.millrace.examples.kv;

import dev.millrace.Connection;
import dev.millrace.WriteResult;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * What a client has not taken yet of replies that were too large for one write. It goes out piece
 * by piece, as the connection has room; while there is anything here, the client's next command
 * waits, so that one reply is all there ever is.
 */
final class Outbox {
  private final KvService service;
  private final ArrayDeque<ByteBuffer> parts = new ArrayDeque<>();

  private long copied;

  Outbox(KvService service) {
    this.service = service;
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** How much of it takes memory of its own. */
  long copied() {
    return copied;
  }

  /** Adds bytes that nobody else has. */
  void add(byte[] bytes) {
    parts.add(ByteBuffer.wrap(bytes));
    copied += bytes.length;
    service.waits(bytes.length, 0);
  }

  /** Adds bytes of a value; they don't change any more. */
  void addLent(byte[] value, int length) {
    parts.add(ByteBuffer.wrap(value, 0, length).asReadOnlyBuffer());
    service.waits(0, length);
  }

  /** Writes what there is room for; the rest when there is room again. */
  void send(Connection connection) {
    ByteBuffer part;
    while ((part = parts.peek()) != null) {
      int room = connection.room();
      if (room == 0) {
        return; // onWritable follows, or the end
      }
      int end = part.limit();
      part.limit(Math.min(end, part.position() + room));
      WriteResult result = connection.write(part);
      part.limit(end);
      if (result != WriteResult.ACCEPTED) {
        return; // as above
      }
      if (!part.hasRemaining()) {
        drop(parts.remove());
      }
    }
  }

  /** Drops all of it: nobody takes it any more. */
  void clear() {
    while (!parts.isEmpty()) {
      drop(parts.remove());
    }
  }

  private void drop(ByteBuffer part) {
    if (part.isReadOnly()) {
      service.waits(0, -part.limit());
    } else {
      copied -= part.limit();
      service.waits(-part.limit(), 0);
    }
  }
}
