package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The checksum in a frame is the CRC32C that others compute: RFC 3720 appendix B.4, whose bytes are
 * in the order of that protocol, and so the other way round here; and the check value of the
 * catalogue of parametrised CRCs.
 */
class KnownChecksumsTest {
  private static String repeated(int times, int first, int step) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < times; i++) {
      hex.append(HexFormat.of().toHexDigits((byte) (first + i * step)));
    }
    return hex.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "zeroes, 8a9136aa",
    "ones, 62a8ab43",
    "incrementing, 46dd794e",
    "decrementing, 113fdb5c",
    "read command, d9963a56",
    "check, e3069283",
    "nothing, 00000000"
  })
  void ofTheRfc(String name, String checksum) {
    String payload =
        switch (name) {
          case "zeroes" -> repeated(32, 0, 0);
          case "ones" -> repeated(32, 0xFF, 0);
          case "incrementing" -> repeated(32, 0, 1);
          case "decrementing" -> repeated(32, 31, -1);
          case "read command" ->
              "01c00000000000000000000000000000"
                  + "14000000000004000000001400000018"
                  + "28000000000000000200000000000000";
          case "check" -> "313233343536373839";
          default -> "";
        };
    byte[] bytes = HexFormat.of().parseHex(payload);
    ByteBuffer frame = ByteBuffer.allocate(FrameCodec.size(bytes.length));
    new FrameCodec(1000).write(frame, 1, 2, ByteBuffer.wrap(bytes));
    assertEquals(checksum, HexFormat.of().toHexDigits(frame.getInt(16)));
  }
}
