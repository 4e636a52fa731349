package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random writes with completions and random progress of the stream, against a queue of pairs. */
@Timeout(60)
class CompletionsModelTest {

  private record Due(long offset, WriteCompletion completion) {}

  @Test
  void eachOnceInOrderAndNotBeforeItsOffset() {
    Seeds.each(
        20,
        random -> {
          Completions completions = new Completions();
          ArrayDeque<Due> model = new ArrayDeque<>();
          long accepted = random.nextBoolean() ? 0 : Long.MAX_VALUE >> 1;
          long handed = accepted;
          int longest = 1 << random.nextInt(10);
          for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(longest) < model.size()) {
              handed += random.nextLong(accepted - handed + 1);
              // One at a time, as many as are due, or none although some are.
              for (int n = random.nextInt(longest + 1); n > 0; n--) {
                Due first = model.peek();
                WriteCompletion told = completions.poll(handed);
                if (first == null || first.offset > handed) {
                  assertNull(told);
                  break;
                }
                assertSame(model.poll().completion, told);
              }
            } else {
              accepted += random.nextInt(3) == 0 ? 0 : random.nextInt(100);
              WriteCompletion completion = new NamedCompletion();
              completions.add(accepted, completion);
              model.add(new Due(accepted, completion));
            }
            assertEquals(model.size(), completions.size());
          }
          while (!model.isEmpty()) {
            assertSame(model.poll().completion, completions.poll(Long.MAX_VALUE));
          }
          assertNull(completions.poll(Long.MAX_VALUE));
        });
  }

  @Test
  void fullAtTheBoundAndInOrderThere() {
    Completions completions = new Completions();
    ArrayDeque<WriteCompletion> model = new ArrayDeque<>();
    for (int i = 0; i < Completions.MAX; i++) {
      assertEquals(false, completions.isFull());
      WriteCompletion completion = new NamedCompletion();
      completions.add(i, completion);
      model.add(completion);
    }
    assertEquals(true, completions.isFull());
    for (int i = 0; i < Completions.MAX; i++) {
      assertSame(model.poll(), completions.poll(i));
      assertNull(completions.poll(i));
    }
  }

  /** A class and no lambda, so that each is an object of its own. */
  private static final class NamedCompletion implements WriteCompletion {
    @Override
    public void onHandedToKernel(Connection connection, boolean handedToKernel) {
      throw new AssertionError("the ring only keeps it");
    }
  }
}
