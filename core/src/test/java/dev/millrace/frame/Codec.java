package dev.millrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The three of them as one, for the tests that hold for each, and what reading with them shows. */
enum Codec {
  CHECKSUMMED {
    @Override
    Reading reading(int max) {
      FrameCodec codec = new FrameCodec(max);
      return new Reading(codec::read, codec::payload, codec::end, codec::reset) {
        @Override
        String header() {
          return codec.type() + " " + codec.id() + " ";
        }
      };
    }

    @Override
    ByteBuffer frame(byte[] payload) {
      ByteBuffer target = ByteBuffer.allocate(FrameCodec.size(payload.length));
      new FrameCodec(payload.length)
          .write(target, payload.length & 0xFF, -payload.length, ByteBuffer.wrap(payload));
      return target.flip();
    }
  },

  PREFIXED {
    @Override
    Reading reading(int max) {
      LengthPrefixed codec = new LengthPrefixed(3, ByteOrder.BIG_ENDIAN, max);
      return new Reading(codec::read, codec::payload, codec::end, codec::reset);
    }

    @Override
    ByteBuffer frame(byte[] payload) {
      LengthPrefixed codec = new LengthPrefixed(3, ByteOrder.BIG_ENDIAN, payload.length);
      ByteBuffer target = ByteBuffer.allocate(codec.size(payload.length));
      codec.write(target, ByteBuffer.wrap(payload));
      return target.flip();
    }
  },

  DELIMITED {
    @Override
    Reading reading(int max) {
      Delimited codec = new Delimited(CRLF, max);
      return new Reading(codec::read, codec::payload, codec::end, codec::reset);
    }

    @Override
    ByteBuffer frame(byte[] payload) {
      Delimited codec = new Delimited(CRLF, payload.length);
      ByteBuffer target = ByteBuffer.allocate(codec.size(payload.length));
      codec.write(target, ByteBuffer.wrap(payload));
      return target.flip();
    }
  };

  static final byte[] CRLF = {'\r', '\n'};

  /** Begins to read frames with payloads of at most {@code max} bytes. */
  abstract Reading reading(int max);

  abstract ByteBuffer frame(byte[] payload);

  /** Payloads without a CR, so that each codec can carry them. */
  static byte[] payload(int bytes, int salt) {
    byte[] payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      int b = (i * 31 + salt * 7) & 0xFF;
      payload[i] = (byte) (b == '\r' ? 'r' : b);
    }
    return payload;
  }

  static ByteBuffer bytes(String ascii) {
    return ByteBuffer.wrap(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  static byte[] joined(ByteBuffer... parts) {
    int size = 0;
    for (ByteBuffer part : parts) {
      size += part.remaining();
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    for (ByteBuffer part : parts) {
      all.put(part.duplicate());
    }
    return all.array();
  }

  /** The kinds of buffer that one may be given, each with something before and behind the bytes. */
  enum Memory {
    HEAP,
    HEAP_READ_ONLY,
    DIRECT,
    DIRECT_READ_ONLY,
    DIRECT_LITTLE_ENDIAN,
    HEAP_SLICE;

    ByteBuffer of(byte[] bytes) {
      ByteBuffer buffer =
          name().startsWith("HEAP")
              ? ByteBuffer.allocate(bytes.length + 9)
              : ByteBuffer.allocateDirect(bytes.length + 9);
      buffer.position(5);
      if (this == HEAP_SLICE) {
        buffer = buffer.slice();
        buffer.put(bytes).flip();
        return buffer;
      }
      buffer.put(bytes).flip().position(5);
      return switch (this) {
        case HEAP_READ_ONLY, DIRECT_READ_ONLY -> buffer.asReadOnlyBuffer();
        case DIRECT_LITTLE_ENDIAN -> buffer.order(ByteOrder.LITTLE_ENDIAN);
        default -> buffer;
      };
    }
  }

  interface Payload {
    ByteBuffer payload();
  }

  interface Read {
    FrameResult read(ByteBuffer data);
  }

  interface End {
    FrameResult end(int unconsumed);
  }

  /** Reads as a handler does, and writes down what it got. */
  static class Reading {
    final List<String> seen = new ArrayList<>();
    private final Read read;
    private final Payload payload;
    private final End end;
    private final Runnable reset;

    Reading(Read read, Payload payload, End end, Runnable reset) {
      this.read = read;
      this.payload = payload;
      this.end = end;
      this.reset = reset;
    }

    String header() {
      return "";
    }

    void reset() {
      reset.run();
    }

    FrameResult read(ByteBuffer data) {
      return read.read(data);
    }

    ByteBuffer payload() {
      return payload.payload();
    }

    FrameResult end(int unconsumed) {
      return end.end(unconsumed);
    }

    /** Takes what is there, and says what stopped it. */
    FrameResult takeAll(ByteBuffer data) {
      while (true) {
        int before = data.position();
        int limit = data.limit();
        FrameResult result = read(data);
        if (data.limit() != limit) {
          throw new AssertionError("limit moved");
        }
        switch (result) {
          case FRAME -> {
            ByteBuffer lent = payload();
            if (!lent.isReadOnly() || lent.order() != ByteOrder.BIG_ENDIAN) {
              throw new AssertionError(lent.toString());
            }
            byte[] copy = new byte[lent.remaining()];
            lent.get(copy);
            seen.add(header() + HexFormat.of().formatHex(copy));
          }
          case CORRUPT -> seen.add(header() + "corrupt");
          default -> {
            if (data.position() != before) {
              throw new AssertionError("position moved by " + result);
            }
            if (result.isFatal()) {
              seen.add(result.name());
            }
            return result;
          }
        }
        if (data.position() <= before) {
          throw new AssertionError("nothing taken by " + result);
        }
      }
    }

    /** Feeds it with pieces, as onData does it: what was not taken is offered again. */
    List<String> takePieces(Memory memory, byte[] stream, int... cuts) {
      int taken = 0;
      FrameResult last = FrameResult.INCOMPLETE;
      for (int i = 0; i <= cuts.length && !last.isFatal(); i++) {
        int until = i < cuts.length ? cuts[i] : stream.length;
        byte[] offered = java.util.Arrays.copyOfRange(stream, taken, until);
        ByteBuffer data = memory.of(offered);
        last = takeAll(data);
        taken = until - data.remaining();
      }
      FrameResult end = end(stream.length - taken);
      if (!last.isFatal()) {
        seen.add(end.name());
      } else if (end != last) {
        throw new AssertionError(last + " became " + end);
      }
      return seen;
    }
  }
}
