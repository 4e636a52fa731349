package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureTexts;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random reads and random consumption, against the bytes themselves. */
@Timeout(60)
class KeptInputModelTest {

  @Test
  void theBytesThatWereNotConsumedStayInOrder() {
    int[] full = new int[1];
    Seeds.each(
        20,
        random -> {
          LoopMemory memory =
              new LoopMemory(
                  LoopOptions.defaults()
                      .withFailureTexts(FailureTexts.none())
                      .withChecked(random.nextBoolean())
                      .withReadBufferBytes(64 << 10)
                      .withBuffers(ByteBuffer::allocate));
          for (int run = 0; run < 20; run++) {
            int maxBytes = 1 + random.nextInt(1 << (4 + random.nextInt(14)));
            byte[] stream = new byte[256 << 10];
            random.nextBytes(stream);
            int from = 0;
            int to = 1 + random.nextInt(random.nextInt(4) == 0 ? 64 << 10 : maxBytes);
            ByteBuffer source = ByteBuffer.wrap(stream, 0, to);
            KeptInput kept = new KeptInput(memory, source, maxBytes);
            assertFalse(source.hasRemaining());
            long largest = Math.max(memory.pool.lentBytes(), 0);
            for (int step = 0; step < 200; step++) {
              assertEquals(to - from, kept.size());
              ByteBuffer lent = kept.lend();
              assertTrue(lent.isReadOnly());
              byte[] seen = new byte[lent.remaining()];
              lent.duplicate().get(seen);
              assertTrue(Arrays.equals(seen, 0, seen.length, stream, from, to));
              int start = lent.position();
              int consumed = random.nextInt(3) == 0 ? 0 : random.nextInt(to - from + 1);
              if (random.nextInt(20) == 0) {
                // A handler may clear what it was lent, and leave any position behind.
                lent.clear();
                int position = random.nextInt(lent.capacity() + 1);
                consumed = Math.max(0, Math.min(position - start, to - from));
                assertEquals(consumed, kept.settle(position));
              } else {
                assertEquals(consumed, kept.settle(start + consumed));
              }
              from += consumed;
              ByteBuffer space = kept.space();
              if (to - from >= maxBytes) {
                assertNull(space);
                full[0]++;
                continue;
              }
              assertNotNull(space);
              assertTrue(space.hasRemaining(), "a read into no room would look like the end");
              int room = Math.min(space.remaining(), stream.length - to);
              assertTrue(to - from + space.remaining() <= maxBytes, "more than the bound allows");
              int n = random.nextInt(room + 1);
              space.put(stream, to, n);
              kept.extend(n);
              to += n;
              largest = Math.max(largest, memory.pool.lentBytes());
            }
            // Twice the bound for the doubling, and what one read may have brought beyond it.
            assertTrue(
                largest <= Math.max(4096, 2L * Math.max(maxBytes, 64 << 10)), "held " + largest);
            kept.release();
            assertEquals(0, memory.pool.lentBytes());
          }
        });
    assertTrue(full[0] > 0 || System.getProperty("millrace.seed") != null, "none was ever full");
  }
}
