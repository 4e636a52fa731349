package dev.millrace.examples.kv;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes replies, in RESP2 or RESP3, one behind the other into an array that leaves as one write.
 * One per service.
 */
final class Reply {
  private static final byte[] OK = bytes("+OK\r\n");
  private static final byte[] NULL_BULK = bytes("$-1\r\n");
  private static final byte[] NULL_ARRAY = bytes("*-1\r\n");
  private static final byte[] NULL = bytes("_\r\n");

  private byte[] bytes = new byte[16 << 10];
  private ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private int size;
  private boolean resp3;

  /** Begins anew, empty. */
  void begin(int protocol) {
    size = 0;
    resp3 = protocol == 3;
  }

  /** Changes the protocol from the next reply on. */
  void protocol(int protocol) {
    resp3 = protocol == 3;
  }

  int size() {
    return size;
  }

  /** What was written, to be read before the next reply is begun. */
  ByteBuffer content() {
    return buffer.limit(size).position(0);
  }

  /** {@code +OK}. */
  void ok() {
    raw(OK);
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

  /** A bulk string of these bytes. */
  void bulk(byte[] source, int from, int length) {
    reserve(length + 32);
    header('$', length);
    System.arraycopy(source, from, bytes, size, length);
    size += length;
    lineEnd();
  }

  /** A bulk string of this text, each character a byte. */
  void bulk(String text) {
    reserve(text.length() + 32);
    header('$', text.length());
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
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
      buffer = ByteBuffer.wrap(bytes);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
