package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading and writing frames makes no garbage, whatever kind of buffer they are in. */
@Timeout(120)
class FramesAllocateNothingTest {
  private static final int ROUNDS = 20_000;

  /** What reading the counter by reflection may cost; an object a frame would be 320,000. */
  private static final long NOISE_BYTES = 4_096;

  private interface Frames {
    boolean isRead(ByteBuffer data);
  }

  /**
   * By reflection, because the module that these tests are compiled into does not read the
   * management modules, and the library has no use for them.
   */
  private static long allocatedBytes() throws ReflectiveOperationException {
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Method read =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    long bytes = (long) read.invoke(threads);
    assertTrue(bytes > 0, "this JVM does not count what a thread allocates");
    return bytes;
  }

  private static void measure(String what, Runnable rounds) throws ReflectiveOperationException {
    rounds.run();
    allocatedBytes();
    long least = Long.MAX_VALUE;
    // The least of five, because a compilation that ends meanwhile may allocate in this thread.
    for (int i = 0; i < 5; i++) {
      long before = allocatedBytes();
      rounds.run();
      least = Math.min(least, allocatedBytes() - before);
    }
    assertTrue(least <= NOISE_BYTES, what + ": " + least + " bytes for " + ROUNDS + " rounds");
  }

  private static void reading(Codec kind, Frames frames) throws ReflectiveOperationException {
    byte[] stream =
        Codec.joined(
            kind.frame(Codec.payload(64, 1)),
            kind.frame(Codec.payload(0, 1)),
            kind.frame(Codec.payload(3000, 1)),
            kind.frame(Codec.payload(5, 1)));
    for (Codec.Memory memory : Codec.Memory.values()) {
      ByteBuffer data = memory.of(stream);
      int begin = data.position();
      int end = data.limit();
      measure(
          kind + " " + memory,
          () -> {
            for (int i = 0; i < ROUNDS / 10; i++) {
              data.limit(end).position(begin);
              data.limit(end - 1); // the last frame is one byte short at first
              int read = 0;
              while (frames.isRead(data)) {
                read++;
              }
              data.limit(end);
              while (frames.isRead(data)) {
                read++;
              }
              assertEquals(4, read);
            }
          });
    }
  }

  @Test
  void readingChecksummed() throws Exception {
    FrameCodec codec = new FrameCodec(4096);
    reading(
        Codec.CHECKSUMMED,
        data -> codec.read(data) == FrameResult.FRAME && codec.payload().remaining() >= 0);
  }

  @Test
  void readingPrefixed() throws Exception {
    LengthPrefixed codec = new LengthPrefixed(3, ByteOrder.BIG_ENDIAN, 4096);
    reading(
        Codec.PREFIXED,
        data -> codec.read(data) == FrameResult.FRAME && codec.payload().remaining() >= 0);
  }

  @Test
  void readingDelimited() throws Exception {
    Delimited codec = new Delimited(Codec.CRLF, 4096);
    reading(
        Codec.DELIMITED,
        data -> codec.read(data) == FrameResult.FRAME && codec.payload().remaining() >= 0);
  }

  @Test
  void writing() throws Exception {
    FrameCodec checksummed = new FrameCodec(100);
    LengthPrefixed prefixed = new LengthPrefixed(2, ByteOrder.LITTLE_ENDIAN, 100);
    Delimited delimited = new Delimited(Codec.CRLF, 100);
    for (ByteBuffer target :
        new ByteBuffer[] {ByteBuffer.allocate(400), ByteBuffer.allocateDirect(400)}) {
      ByteBuffer payload =
          ByteBuffer.allocateDirect(100).put(Codec.payload(100, 1)).asReadOnlyBuffer();
      measure(
          target.toString(),
          () -> {
            for (int i = 0; i < ROUNDS; i++) {
              target.clear();
              checksummed.write(target, 1, i, payload.rewind());
              prefixed.write(target, payload.rewind());
              delimited.write(target, payload.rewind());
              assertEquals(328, target.position());
            }
          });
    }
  }
}
