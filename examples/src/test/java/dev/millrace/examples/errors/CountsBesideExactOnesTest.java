package dev.millrace.examples.errors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is counted in little memory, beside what is counted in as much as it takes. */
@Timeout(120)
class CountsBesideExactOnesTest {
  @Test
  void kindsAndOperationsOfAnyLog() {
    Seeds.each(
        60,
        random -> {
          LargeLog log = new LargeLog(random.nextLong());
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          log.write(out, random.nextInt(2_000));
          Reading reading = Lines.read(out.toByteArray());
          assertEquals(log.failures, reading.tally().total());
          assertEquals(log.damaged, reading.damaged());
          assertEquals(log.others, reading.others());
          assertEquals(
              log.kinds,
              reading.tally().kinds().stream()
                  .collect(Collectors.toMap(k -> k.kind, k -> k.count, Long::sum, TreeMap::new)));
          assertEquals(log.operations, new TreeMap<>(reading.tally().all(k -> k.operations)));
          assertEquals(log.failures, Arrays.stream(reading.tally().bins.all()).sum());
          assertEquals(0, reading.tally().unnamed());
        });
  }

  @Test
  void boundsOfPeersHold() {
    Seeds.each(
        200,
        random -> {
          int places = 1 + random.nextInt(60);
          HeavyHitters hitters = new HeavyHitters(places);
          Map<String, Long> exact = new HashMap<>();
          long total = 0;
          int different = 1 + random.nextInt(300);
          for (int i = random.nextInt(4_000); i > 0; i--) {
            String name = "peer" + random.nextInt(1 + random.nextInt(different));
            long weight = random.nextInt(10) == 0 ? 1 + random.nextInt(100) : 1;
            hitters.add(name, weight);
            exact.merge(name, weight, Long::sum);
            total += weight;
          }
          assertEquals(total, hitters.total());
          Map<String, Long> told = new HashMap<>();
          for (HeavyHitters.Hit hit : hitters.top(places)) {
            long is = exact.get(hit.name());
            assertTrue(hit.atLeast() <= is && is <= hit.atMost(), () -> hit + " is " + is);
            assertTrue(hit.atMost() - hit.atLeast() <= hitters.error(), hit::toString);
            told.put(hit.name(), hit.atMost());
          }
          assertTrue(hitters.error() * places <= total, "the error's own bound");
          for (Map.Entry<String, Long> one : exact.entrySet()) {
            boolean isFrequent = one.getValue() * places > total;
            assertTrue(!isFrequent || told.containsKey(one.getKey()), one::toString);
          }
          if (exact.size() <= places) {
            assertEquals(exact, told);
            assertTrue(hitters.isExact());
          }
        });
  }

  @Test
  void binsOfAnyTimesInAnyOrder() {
    Seeds.each(
        200,
        random -> {
          TimeBins bins = new TimeBins();
          Map<Long, Long> exact = new TreeMap<>();
          long span = 1L << random.nextInt(45);
          long origin = random.nextLong(Lines.NOON);
          for (int i = 1 + random.nextInt(500); i > 0; i--) {
            long at = origin + random.nextLong(span);
            long count = 1L + random.nextInt(9);
            bins.add("k" + random.nextInt(3), at, count);
            exact.merge(at, count, Long::sum);
          }
          assertTrue(bins.size() <= TimeBins.MOST);
          assertTrue(bins.widthMillis() == 1_000 || bins.size() >= TimeBins.MOST / 2 - 1);
          long[] expected = new long[bins.size()];
          exact.forEach(
              (at, count) ->
                  expected[(int) ((at - bins.startMillis(0)) / bins.widthMillis())] += count);
          assertArrayEquals(expected, bins.all());
          assertEquals(0, bins.startMillis(0) % bins.widthMillis());
          assertTrue(expected[0] > 0 && expected[expected.length - 1] > 0, "no empty ends");
          long[] sum = new long[bins.size()];
          for (int kind = 0; kind < 3; kind++) {
            long[] of = bins.of("k" + kind);
            for (int i = 0; i < sum.length; i++) {
              sum[i] += of[i];
            }
          }
          assertArrayEquals(expected, sum);
        });
  }

  @Test
  void aCountThatIsSpreadIsAllThereAndNowhereElse() {
    Seeds.each(
        200,
        random -> {
          TimeBins bins = new TimeBins();
          long from = Lines.NOON + random.nextInt(5_000);
          long to = from + random.nextInt(60_000);
          long count = 1L + random.nextInt(100_000);
          bins.spread("k", from, to, count);
          assertEquals(count, Arrays.stream(bins.all()).sum());
          assertTrue(bins.startMillis(0) > from - 1_000);
          assertTrue(bins.startMillis(bins.size()) <= to + 1_000);
        });
  }
}
