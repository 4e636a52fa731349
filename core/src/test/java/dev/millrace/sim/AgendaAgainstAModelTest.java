package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agenda against a queue of the JDK's: by time, and in order within the same time. */
@Timeout(60)
class AgendaAgainstAModelTest {
  private record Entry(long time, int number) {}

  @Test
  void randomAddsAndPolls() {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    Agenda agenda = new Agenda();
    List<Integer> done = new ArrayList<>();
    for (int round = 0; round < 50; round++) {
      PriorityQueue<Entry> model =
          new PriorityQueue<>(
              Comparator.comparingLong(Entry::time).thenComparingInt(Entry::number));
      int times = 1 + random.nextInt(200); // few, so that many are equal
      for (int i = 0; i < 2_000; i++) {
        String told = "-Dmillrace.seed=" + seed + " round " + round + " step " + i;
        assertEquals(model.isEmpty(), agenda.isEmpty(), told);
        assertEquals(
            model.isEmpty() ? Long.MAX_VALUE : model.peek().time(), agenda.nextTime(), told);
        if (model.isEmpty() || random.nextInt(100) < (i < 1_000 ? 60 : 40)) {
          int number = i;
          long time = random.nextInt(50) == 0 ? Long.MAX_VALUE : random.nextInt(times);
          agenda.add(time, () -> done.add(number));
          model.add(new Entry(time, number));
        } else {
          done.clear();
          agenda.poll().run();
          assertEquals(List.of(model.poll().number()), done, told);
        }
      }
      if (random.nextBoolean()) {
        agenda.clear();
        assertTrue(agenda.isEmpty());
      } else {
        for (Entry entry; (entry = model.poll()) != null; ) {
          done.clear();
          agenda.poll().run();
          assertEquals(List.of(entry.number()), done, "-Dmillrace.seed=" + seed);
        }
      }
    }
  }
}
