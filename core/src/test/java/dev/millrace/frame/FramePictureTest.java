package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The picture of a frame in the package's description is what is written. */
class FramePictureTest {
  private static final int COLUMNS_PER_BYTE = 16;
  private static final int TYPE = 0xA7;
  private static final long ID = 0x0123_4567_89AB_CDEFL;
  private static final byte[] PAYLOAD = Codec.payload(77, 3);

  /** A field as drawn. */
  private record Field(String label, int at, int bytes) {}

  private static List<Field> drawn() throws IOException {
    String page = Files.readString(Path.of("src/main/java/dev/millrace/frame/package-info.java"));
    List<Field> fields = new ArrayList<>();
    Matcher row = Pattern.compile("^ \\*\\s+(\\d+) \\|(.*)$", Pattern.MULTILINE).matcher(page);
    int at = 0;
    while (row.find()) {
      assertEquals(at, Integer.parseInt(row.group(1)), "the row's number: " + row.group());
      String cells = row.group(2);
      if (!cells.endsWith("|")) {
        fields.add(new Field(cells.strip(), at, -1));
        break;
      }
      for (String cell : cells.substring(0, cells.length() - 1).split("\\|", -1)) {
        int bytes = (cell.length() + 1) / COLUMNS_PER_BYTE;
        assertEquals(0, (cell.length() + 1) % COLUMNS_PER_BYTE, "'" + cell + "'");
        if (cell.isBlank()) { // the field above goes on
          Field above = fields.remove(fields.size() - 1);
          fields.add(new Field(above.label, above.at, above.bytes + bytes));
        } else {
          fields.add(new Field(cell.strip(), at, bytes));
        }
        at += bytes;
      }
    }
    return fields;
  }

  @Test
  void eachFieldStandsWhereItIsDrawn() throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(FrameCodec.size(PAYLOAD.length));
    new FrameCodec(1000).write(frame, TYPE, ID, ByteBuffer.wrap(PAYLOAD));
    List<String> names = new ArrayList<>();
    for (Field field : drawn()) {
      String name = field.label.replaceAll("[ ,].*", "");
      int end = field.bytes < 0 ? frame.position() : field.at + field.bytes;
      String found = HexFormat.of().formatHex(frame.array(), field.at, end);
      String expected =
          switch (name) {
            case "magic", "version" ->
                field.label.replace(name, "").replace(" ", "").toLowerCase(java.util.Locale.ROOT);
            case "type" -> HexFormat.of().toHexDigits((byte) TYPE);
            case "length" -> HexFormat.of().toHexDigits(PAYLOAD.length);
            case "id" -> HexFormat.of().toHexDigits(ID);
            case "CRC32C" -> HexFormat.of().toHexDigits(checksum(field.label, frame.array()));
            case "payload" -> HexFormat.of().formatHex(PAYLOAD);
            default -> throw new AssertionError("what is " + field + "?");
          };
      assertEquals(expected, found, field.toString());
      names.add(name);
    }
    assertEquals(
        List.of("magic", "version", "type", "length", "id", "CRC32C", "CRC32C", "payload"), names);
  }

  private static int checksum(String label, byte[] frame) {
    CRC32C crc = new CRC32C();
    Matcher range = Pattern.compile("of bytes (\\d+) to (\\d+)").matcher(label);
    if (range.find()) {
      int from = Integer.parseInt(range.group(1));
      crc.update(frame, from, Integer.parseInt(range.group(2)) + 1 - from);
    } else {
      assertTrue(label.endsWith("of the payload"), label);
      crc.update(PAYLOAD);
    }
    return (int) crc.getValue();
  }

  @Test
  void headerBytesAreThoseBeforeThePayload() throws IOException {
    Field payload = drawn().get(drawn().size() - 1);
    assertEquals(FrameCodec.HEADER_BYTES, payload.at);
    assertTrue(payload.label.startsWith("payload"), payload.label);
  }

  /** What was written by today's version is what a later one must read: these bytes are fixed. */
  @Test
  void aFrameOfVersionOneStaysWhatItIs() {
    ByteBuffer frame = ByteBuffer.allocate(FrameCodec.size(5));
    new FrameCodec(5).write(frame, 7, 258, Codec.bytes("hello"));
    String expected = "fa4d0107" + "00000005" + "0000000000000102" + "9a71bb4c" + "7b0bf4a8";
    assertEquals(expected + "68656c6c6f", HexFormat.of().formatHex(frame.array()));
  }
}
