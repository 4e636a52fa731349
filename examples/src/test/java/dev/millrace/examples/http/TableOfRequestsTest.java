package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each row of the table of good and bad requests, in one piece and in every other. */
@Timeout(60)
class TableOfRequestsTest {
  private final List<Sample> samples = Sample.all();

  @Test
  void eachIsAnsweredAsTheTableSays() {
    assertTrue(samples.size() > 150, samples.size() + " rows");
    for (Sample sample : samples) {
      Reading reading = Reading.whole(sample.bytes());
      assertEquals(sample.status(), reading.status(), () -> sample + "\n" + reading.transcript());
    }
  }

  @Test
  void thePiecesDoNotMatter() {
    for (Sample sample : samples) {
      byte[] stream = sample.bytes();
      String whole = Reading.whole(stream).transcript();
      assertEquals(whole, Reading.byteByByte(stream).transcript(), sample::toString);
      for (int i = 1; i < stream.length; i++) {
        assertEquals(whole, Reading.cutAt(stream, i).transcript(), sample::toString);
      }
    }
  }

  @Test
  void whatFollowsAMessageDoesNotMatter() {
    for (Sample sample : samples) {
      if (sample.status() == HeadParser.COMPLETE) {
        int messages = Reading.whole(sample.bytes()).messages();
        for (Sample next : samples) {
          byte[] stream = concatenation(sample.bytes(), next.bytes());
          Reading reading = Reading.whole(stream);
          assertTrue(reading.messages() >= messages, () -> sample + "\nbefore " + next);
          assertEquals(next.status(), reading.status(), () -> sample + "\nbefore " + next);
        }
      }
    }
  }

  @Test
  void allOfThemBehindEachOtherInRandomPieces() {
    byte[] all = new byte[0];
    for (Sample sample : samples) {
      if (sample.status() == HeadParser.COMPLETE) {
        all = concatenation(all, sample.bytes());
      }
    }
    byte[] stream = all;
    String whole = Reading.whole(stream).transcript();
    assertTrue(whole.endsWith("all read"), whole);
    Seeds.each(300, random -> assertEquals(whole, Reading.inPieces(stream, random).transcript()));
  }

  static byte[] concatenation(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
