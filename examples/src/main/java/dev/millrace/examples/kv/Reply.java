package dev.millrace.examples.kv;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes replies, in RESP2 or RESP3, one behind the other into an array that leaves as one write.
 * Values that are large, or come when much is there already, are not copied but referred to:
 *
 * <pre>
 *   bytes   | *2 CRLF $3 CRLF foo CRLF $90000 CRLF | CRLF        |
 *                                                  ^
 *   lent                                           90,000 bytes of a value
 * </pre>
 *
 * <p>What is copied is bounded, and what is lent takes no memory while the value is in the store.
 * One per service, reused.
 */
final class Reply {
  /** A value from here on is lent: to refer to it costs as much as to copy some hundred bytes. */
  static final int LEND_BYTES = 16 << 10;

  /** From so much on even small values are lent: MGET may ask for one value a million times. */
  static final int MUCH_BYTES = 64 << 10;

  /** To lend less would take about as much as to copy it: two parts in the outbox. */
  private static final int LEND_AT_LEAST_BYTES = 512;

  /** What is kept from one offer to the next; a longer array was needed once, and goes. */
  private static final int KEPT_BYTES = 256 << 10;

  private static final int KEPT_LENT = 1024;

  /** There was too much to be copied; the reply has to be another one. */
  static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooLarge() {
      super("the reply is too large", null, false, false);
    }
  }

  private static final byte[] OK = bytes("+OK\r\n");
  private static final byte[] PONG = bytes("+PONG\r\n");
  private static final byte[] NULL_BULK = bytes("$-1\r\n");
  private static final byte[] NULL_ARRAY = bytes("*-1\r\n");
  private static final byte[] NULL = bytes("_\r\n");

  private byte[] bytes = new byte[16 << 10];
  private ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private int size;
  private int maxBytes = Integer.MAX_VALUE;
  private boolean resp3;

  private byte[][] lent = new byte[8][];
  private int[] lentAt = new int[8];
  private int[] lentLength = new int[8];
  private int lentCount;

  /** Begins anew, empty. */
  void begin(int protocol) {
    size = 0;
    protocol(protocol);
    if (lentCount > 0) {
      truncate(0);
    }
  }

  /** Nobody needs what it has any more. */
  void end() {
    truncate(0);
    if (bytes.length > KEPT_BYTES) {
      grow(KEPT_BYTES);
    }
    if (lent.length > KEPT_LENT) {
      lent = new byte[KEPT_LENT][];
      lentAt = new int[KEPT_LENT];
      lentLength = new int[KEPT_LENT];
    }
  }

  /** Changes the protocol from the next reply on. */
  void protocol(int protocol) {
    resp3 = protocol == 3;
  }

  /** Bounds what is copied; a reply that would be more throws {@link TooLarge}. */
  void maxBytes(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** How much is copied. */
  int size() {
    return size;
  }

  boolean hasLent() {
    return lentCount > 0;
  }

  /** All of it, to be read before the next reply is begun; for one that has lent nothing. */
  ByteBuffer content() {
    return buffer.limit(size).position(0);
  }

  /** Moves all of it, copied and lent, behind what waits there. */
  void moveTo(Outbox outbox) {
    int from = 0;
    for (int i = 0; i < lentCount; i++) {
      outbox.add(Arrays.copyOfRange(bytes, from, lentAt[i]));
      outbox.addLent(lent[i], lentLength[i]);
      from = lentAt[i];
    }
    if (from < size) {
      outbox.add(Arrays.copyOfRange(bytes, from, size));
    }
    truncate(0);
  }

  /** Takes back all behind this {@link #size}. */
  void truncate(int newSize) {
    size = newSize;
    while (lentCount > 0 && lentAt[lentCount - 1] > newSize) {
      lent[--lentCount] = null;
    }
    if (newSize == 0) {
      Arrays.fill(lent, 0, lentCount, null);
      lentCount = 0;
    }
  }

  /** {@code +OK}. */
  void ok() {
    raw(OK);
  }

  /** {@code +PONG}. */
  void pong() {
    raw(PONG);
  }

  /** A simple string, in ASCII and without line ends. */
  void simple(String text) {
    reserve(text.length() + 3);
    bytes[size++] = '+';
    ascii(text);
    lineEnd();
  }

  /** An error; the text begins with its code, as in {@code ERR syntax error}. */
  void error(String text) {
    reserve(text.length() + 3);
    bytes[size++] = '-';
    int from = size;
    ascii(text);
    // Texts quote what the client sent: a line end in it would begin a reply that is none.
    for (int i = from; i < size; i++) {
      if (bytes[i] == '\r' || bytes[i] == '\n') {
        bytes[i] = ' ';
      }
    }
    lineEnd();
  }

  /** An integer. */
  void integer(long value) {
    header(':', value);
  }

  /** The value of a key. */
  void value(Keyspace.Entry entry) {
    int length = entry.length();
    if (length < LEND_BYTES && (size < MUCH_BYTES || length < LEND_AT_LEAST_BYTES)) {
      bulk(entry.value(), 0, length);
    } else {
      header('$', length);
      lend(entry.lend(), length);
      reserve(2);
      lineEnd();
    }
  }

  /** What is lent takes no copy, but parts that refer to it, and those count as if copied. */
  private void lend(byte[] value, int length) {
    if (size + 2L * Outbox.PART_BYTES * (lentCount + 1) > maxBytes) {
      throw new TooLarge();
    }
    if (lentCount == lent.length) {
      lent = Arrays.copyOf(lent, lentCount * 2);
      lentAt = Arrays.copyOf(lentAt, lentCount * 2);
      lentLength = Arrays.copyOf(lentLength, lentCount * 2);
    }
    lent[lentCount] = value;
    lentAt[lentCount] = size;
    lentLength[lentCount] = length;
    lentCount++;
  }

  /** A bulk string of these bytes. */
  void bulk(byte[] source, int from, int length) {
    reserve(length + 32);
    head('$', length);
    System.arraycopy(source, from, bytes, size, length);
    size += length;
    lineEnd();
  }

  /** A bulk string of this text, each character a byte. */
  void bulk(String text) {
    reserve(text.length() + 32);
    head('$', text.length());
    ascii(text);
    lineEnd();
  }

  /** Text for people: RESP3 marks it as such, RESP2 has only bulk strings. */
  void verbatim(String text) {
    if (resp3) {
      reserve(text.length() + 32);
      header('=', text.length() + 4L);
      ascii("txt:");
      ascii(text);
      lineEnd();
    } else {
      bulk(text);
    }
  }

  /** No value. */
  void nil() {
    raw(resp3 ? NULL : NULL_BULK);
  }

  /** No array. */
  void nilArray() {
    raw(resp3 ? NULL : NULL_ARRAY);
  }

  /** The head of an array; its elements follow. */
  void array(int elements) {
    header('*', elements);
  }

  /** The head of a map; twice as many elements follow. RESP2 has only arrays. */
  void map(int entries) {
    if (resp3) {
      header('%', entries);
    } else {
      header('*', 2L * entries);
    }
  }

  /** The head of a set. */
  void set(int elements) {
    header(resp3 ? '~' : '*', elements);
  }

  /** The head of something that was not asked for: a message of a subscription. */
  void push(int elements) {
    header(resp3 ? '>' : '*', elements);
  }

  /** Bytes that are a reply already. */
  void raw(byte[] reply) {
    reserve(reply.length);
    System.arraycopy(reply, 0, bytes, size, reply.length);
    size += reply.length;
  }

  private void header(char type, long n) {
    reserve(32);
    head(type, n);
  }

  private void head(char type, long n) {
    bytes[size++] = (byte) type;
    size = Numbers.put(n, bytes, size);
    lineEnd();
  }

  @SuppressWarnings("deprecation") // each character a byte is what is wanted
  private void ascii(String text) {
    text.getBytes(0, text.length(), bytes, size);
    size += text.length();
  }

  private void lineEnd() {
    bytes[size++] = '\r';
    bytes[size++] = '\n';
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      if ((long) size + more > maxBytes) {
        throw new TooLarge();
      }
      grow((int) Math.max(Math.min(bytes.length * 2L, maxBytes), (long) size + more));
    }
  }

  private void grow(int length) {
    bytes = Arrays.copyOf(bytes, length);
    buffer = ByteBuffer.wrap(bytes);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
