package dev.millrace.bench.micro;

import dev.millrace.frame.FrameCodec;
import dev.millrace.frame.FrameResult;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Checksummed frames are read from the view of a direct buffer, as the core lends it, and written
 * to a direct buffer, sixteen behind each other; beside the least that must be done for it, the
 * checksum of as many bytes at once, and for writing a copy as well. Figures are for one frame.
 */
public class FrameChecksums extends Pace {
  /** As many as a client with a pipeline sends at once. */
  private static final int DEPTH = 16;

  /** A small message, and a part of a large one. */
  @Param({"64", "16384"})
  public int payloadBytes;

  private final CRC32C crc = new CRC32C();
  private FrameCodec codec;
  private ByteBuffer payload;
  private ByteBuffer frames;
  private ByteBuffer target;

  /** Fills the buffers. */
  @Setup
  public void fill() {
    codec = new FrameCodec(payloadBytes);
    int bytes = DEPTH * FrameCodec.size(payloadBytes);
    payload = ByteBuffer.allocateDirect(payloadBytes);
    for (int i = 0; i < payloadBytes; i++) {
      payload.put(i, (byte) (31 * i));
    }
    target = ByteBuffer.allocateDirect(bytes);
    write();
    frames = ByteBuffer.allocateDirect(bytes).put(target.flip()).flip().asReadOnlyBuffer();
  }

  /** The checksum alone, of as many bytes as a frame has. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public long checksum() {
    long sum = 0;
    int size = FrameCodec.size(payloadBytes);
    for (int i = 0; i < DEPTH; i++) {
      crc.reset();
      crc.update(frames.limit((i + 1) * size).position(i * size));
      sum += crc.getValue();
    }
    return sum;
  }

  /** Each frame is found, its header and its payload are checked, and its payload is lent. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public long read() {
    frames.clear();
    long bytes = 0;
    while (codec.read(frames) == FrameResult.FRAME) {
      bytes += codec.payload().remaining();
    }
    require(bytes == (long) DEPTH * payloadBytes);
    return bytes;
  }

  /** The payload is copied to where a frame would have it, and as many bytes are checksummed. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public long copyAndChecksum() {
    long sum = 0;
    int size = FrameCodec.size(payloadBytes);
    target.clear();
    for (int i = 0; i < DEPTH; i++) {
      target.position(i * size + FrameCodec.HEADER_BYTES).put(payload.rewind());
      crc.reset();
      crc.update(target.limit((i + 1) * size).position(i * size));
      sum += crc.getValue();
      target.limit(target.capacity());
    }
    return sum;
  }

  /** Each payload is copied into a frame, and both checksums are computed. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int write() {
    target.clear();
    for (int i = 0; i < DEPTH; i++) {
      codec.write(target, 1, i, payload.rewind());
    }
    require(!target.hasRemaining());
    return target.position();
  }

  /** A figure for frames that were not there would be worth nothing. */
  private static void require(boolean isSo) {
    if (!isSo) {
      throw new IllegalStateException("not all frames were there");
    }
  }
}
