package dev.millrace.examples.kv;

import dev.millrace.Connection;
import dev.millrace.WriteResult;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * What a client has not taken yet of replies that were too large for one write, and of messages
 * that others have published meanwhile. It goes out piece by piece, as the connection has room;
 * while there is anything here, the client's next command waits, so that one reply is all there
 * ever is.
 */
final class Outbox {
  /**
   * What a part takes beside its bytes: the record, its buffer, an array's head, its place here.
   */
  static final int PART_BYTES = 100;

  /** Whose bytes a part has. */
  private enum Source {
    /** A reply's: nobody else has them. */
    COPIED,
    /** A value's, which may be in the store as well. */
    LENT,
    /** A message's, which all its subscribers share. */
    PUSHED
  }

  private record Part(ByteBuffer bytes, Source source) {
    int length() {
      return bytes.limit();
    }
  }

  private final KvService service;
  private final ArrayDeque<Part> parts = new ArrayDeque<>();

  private long pushed;

  Outbox(KvService service) {
    this.service = service;
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** How much of it are messages; a reply that is under way is not their fault. */
  long pushed() {
    return pushed;
  }

  /** Adds bytes of a reply that nobody else has. */
  void add(byte[] bytes) {
    add(new Part(ByteBuffer.wrap(bytes), Source.COPIED));
  }

  /** Adds bytes of a value; they don't change any more. */
  void addLent(byte[] value, int length) {
    add(new Part(ByteBuffer.wrap(value, 0, length), Source.LENT));
  }

  /** Adds a message, which others may have got as well; it doesn't change any more. */
  void addPushed(byte[] message) {
    add(new Part(ByteBuffer.wrap(message), Source.PUSHED));
  }

  private void add(Part part) {
    parts.add(part);
    count(part, 1);
  }

  /** Writes what there is room for; the rest when there is room again. */
  void send(Connection connection) {
    Part part;
    while ((part = parts.peek()) != null) {
      int room = connection.room();
      if (room == 0) {
        return; // onWritable follows, or the end
      }
      ByteBuffer bytes = part.bytes();
      int end = bytes.limit();
      bytes.limit(Math.min(end, bytes.position() + room));
      WriteResult result = connection.write(bytes);
      bytes.limit(end);
      if (result != WriteResult.ACCEPTED) {
        return; // as above
      }
      if (!bytes.hasRemaining()) {
        count(parts.remove(), -1);
      }
    }
  }

  /** Drops all of it: nobody takes it any more. */
  void clear() {
    while (!parts.isEmpty()) {
      count(parts.remove(), -1);
    }
  }

  private void count(Part part, int sign) {
    long bytes = (long) sign * part.length();
    boolean isCopied = part.source() == Source.COPIED;
    service.waits((isCopied ? bytes : 0L) + (long) sign * PART_BYTES, isCopied ? 0 : bytes);
    if (part.source() == Source.PUSHED) {
      pushed += bytes;
    }
  }
}
