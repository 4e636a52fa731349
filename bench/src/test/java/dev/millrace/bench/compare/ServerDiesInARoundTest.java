package dev.millrace.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.bench.load.LoadListener;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.probe.Cpus;
import dev.millrace.bench.probe.ProcessProbe;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ServerDiesInARoundTest {
  private static final Settings SETTINGS =
      new Settings(
          1,
          Duration.ofMillis(200),
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          List.of("-Xmx64m", "-XX:+UseSerialGC"),
          1);

  @Test
  void itIsToldWhichOneItWas() throws Exception {
    try (Lineup lineup =
        new Lineup(
            Workload.SINGLE, List.of(Peer.BARE), SETTINGS, Cpus.here(), List.of(), List.of())) {
      ProcessProbe probe = lineup.probe(Peer.BARE);
      ProcessHandle server = ProcessHandle.of(lineup.pid(Peer.BARE)).orElseThrow();
      LoadListener window =
          new LoadListener() {
            @Override
            public void measuringBegins() {
              server.destroyForcibly();
              server.onExit().join();
            }

            @Override
            public void measuringEnds(long requests) {
              probe.sample();
            }
          };
      IOException underLoad =
          assertThrows(
              IOException.class,
              () -> lineup.load(Peer.BARE, Duration.ZERO, SETTINGS.measure(), window));
      assertEquals("single, bare: the server has ended", underLoad.getMessage());
      IOException between = assertThrows(IOException.class, () -> lineup.probe(Peer.BARE));
      assertEquals("single, bare: the server has ended", between.getMessage());
    }
  }
}
