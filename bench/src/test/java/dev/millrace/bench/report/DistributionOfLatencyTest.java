package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class DistributionOfLatencyTest {
  @Test
  void endsWhereFewerThanOneValueIsLeft() {
    Histogram histogram = new Histogram(3);
    for (int i = 1; i <= 1000; i++) {
      histogram.recordValue(i * 1000L);
    }
    Curves curves = new Curves("latency", "Latency", "µs");
    curves.put("millrace", histogram, 1000);
    List<Curves.Point> points = curves.points("millrace");
    Curves.Point last = points.get(points.size() - 1);
    assertTrue(last.share() <= 0.999, "no more than all but one: " + last);
    assertTrue(last.value() > 990 && last.value() <= 1001, "in µs: " + last);
    Curves.Point half = points.stream().filter(p -> p.share() >= 0.5).findFirst().orElseThrow();
    assertEquals(500, half.value(), 1);
  }
}
