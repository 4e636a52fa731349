package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine.TypeConversionException;

/** Sizes are read as they are meant, or not at all. */
@Timeout(10)
class WrongSizeOnTheCommandLineTest {
  private final KvCommand.Size size = new KvCommand.Size();

  @Test
  void units() {
    assertEquals(0, size.convert("0"));
    assertEquals(1000, size.convert("1000"));
    assertEquals(64 << 10, size.convert("64k"));
    assertEquals(16 << 20, size.convert("16M"));
    assertEquals(2L << 30, size.convert("2g"));
  }

  @Test
  void noSizes() {
    for (String wrong : new String[] {"", "k", "-1", "1t", "1.5g", "1 k", "9999999999999g"}) {
      assertThrows(TypeConversionException.class, () -> size.convert(wrong), wrong);
    }
  }
}
