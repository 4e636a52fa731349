package dev.millrace.examples.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.ShutdownReport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Those who watch, on real sockets. */
@Timeout(120)
class WatchersTest {
  @Test
  void aWatcherSeesAConnectionComeAndGo() throws Exception {
    try (Shown shown = new Shown();
        Shown.Watcher watcher = new Shown.Watcher(shown)) {
      assertEquals(0, JsonText.numberAt(watcher.snapshot(), "servers", 0, "open"));
      try (Socket client = Shown.connect(shown.showcase.echo().port())) {
        client.getOutputStream().write(new byte[100]);
        assertEquals(100, client.getInputStream().readNBytes(100).length);
        Object seen = watcher.until(s -> echoed(s) == 100);
        assertEquals("echo", JsonText.at(seen, "connections", 0, "server"));
        assertEquals("OPEN", JsonText.at(seen, "connections", 0, "state"));
        assertEquals(
            "127.0.0.1:" + client.getLocalPort(), JsonText.at(seen, "connections", 0, "peer"));
        client.setSoLinger(true, 0);
      }
      Object after = watcher.until(s -> !((List<?>) JsonText.at(s, "records")).isEmpty());
      assertEquals("ECONNRESET", JsonText.at(after, "records", 0, "kind"));
      assertEquals("echo", JsonText.at(after, "records", 0, "server"));
      assertEquals(1, JsonText.numberAt(after, "failures", "totals", "ECONNRESET"));
    }
  }

  private static long echoed(Object snapshot) {
    List<?> connections = (List<?>) JsonText.at(snapshot, "connections");
    return connections.stream()
        .filter(c -> JsonText.at(c, "server").equals("echo"))
        .mapToLong(c -> JsonText.numberAt(c, "out"))
        .sum();
  }

  @Test
  void whileNobodyWatchesNoTimerIsArmed() throws Exception {
    try (Shown shown = new Shown()) {
      assertEquals(0, shown.onLoop(() -> shown.showcase.loop().stats().timers()));
      try (Shown.Watcher watcher = new Shown.Watcher(shown);
          Shown.Watcher other = new Shown.Watcher(shown)) {
        assertNotNull(watcher.snapshot());
        assertNotNull(other.snapshot());
        // One for all who watch. A connection has one only while a time-out of it runs, and that of
        // a stream that is taken has none.
        shown.until("one timer", () -> shown.showcase.loop().stats().timers() == 1);
      }
      // With the last of them the timer goes, and with the connections theirs: nothing is left that
      // could wake the loop.
      shown.until(
          "nobody watches, and no timer is armed",
          () ->
              shown.showcase.watchers().size() == 0 && shown.showcase.loop().stats().timers() == 0);
    }
  }

  @Test
  void aWatcherThatDoesNotReadGetsFewerSnapshotsAndHoldsOneAtMost() throws Exception {
    try (Shown shown = new Shown();
        Socket slow = new Socket()) {
      slow.setReceiveBufferSize(4 << 10);
      slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), shown.port()));
      slow.setSoTimeout(Shown.PATIENCE_MILLIS);
      Shown.send(slow, "GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      InputStream in = slow.getInputStream();
      assertEquals('H', in.read());
      // Snapshots as they come four times a second, without the seconds.
      long most = 0;
      for (int i = 0; shown.onLoop(() -> shown.showcase.watchers().skipped()) < 100; i++) {
        shown.onLoop(
            () -> {
              shown.showcase.watchers().send();
              return null;
            });
        most = Math.max(most, shown.onLoop(() -> queued(shown)));
        assertTrue(i < 100_000, "never slow");
      }
      int size = shown.onLoop(() -> shown.showcase.watchers().snapshotBytes());
      assertTrue(most > 0, "nothing was ever waiting");
      // Its frame, and what HTTP puts around that.
      assertTrue(most <= size + 100, most + " bytes waited, a snapshot has " + size);
      // It reads on, and is served again: nothing was lost but snapshots.
      Thread reader = new Thread(() -> readToTheEnd(in));
      reader.start();
      shown.until("all is taken", () -> queued(shown) == 0);
      long before = shown.onLoop(() -> shown.showcase.watchers().skipped());
      shown.onLoop(
          () -> {
            shown.showcase.watchers().send();
            return null;
          });
      assertEquals(before, shown.onLoop(() -> shown.showcase.watchers().skipped()));
      slow.shutdownOutput();
      reader.join(Shown.PATIENCE_MILLIS);
    }
  }

  private static long queued(Shown shown) {
    long[] sum = new long[1];
    shown.showcase.http().forEachConnection((Connection c) -> sum[0] += c.queuedBytes());
    return sum[0];
  }

  private static void readToTheEnd(InputStream in) {
    try {
      in.readAllBytes();
    } catch (IOException e) {
      // Cut by the test's end: what matters was seen on the server's side.
      assertNotNull(e);
    }
  }

  @Test
  void oneMoreThanMayWatchIsTold() throws Exception {
    List<Shown.Watcher> watchers = new ArrayList<>();
    try (Shown shown = new Shown()) {
      try {
        for (int i = 0; i < Watchers.MOST; i++) {
          watchers.add(new Shown.Watcher(shown));
          assertNotNull(watchers.get(i).snapshot());
        }
        Shown.Answer answer = shown.get("/events");
        assertEquals(503, answer.status());
        assertEquals("5", answer.field("Retry-After"));
        assertEquals(
            "32 watch already, and no more may; close another page", answer.body().strip());
        watchers.get(0).close();
        shown.until("room", () -> shown.showcase.watchers().hasRoom());
        try (Shown.Watcher next = new Shown.Watcher(shown)) {
          assertNotNull(next.snapshot());
        }
      } finally {
        for (Shown.Watcher each : watchers) {
          each.close();
        }
      }
    }
  }

  @Test
  void aShutdownEndsTheirStreams() throws Exception {
    try (Shown shown = new Shown()) {
      CompletableFuture<ShutdownReport> report;
      try (Shown.Watcher watcher = new Shown.Watcher(shown)) {
        assertNotNull(watcher.snapshot());
        report = shown.showcase.http().shutdown(Duration.ofSeconds(10));
        List<String> rest = watcher.rest();
        // The last chunk: the stream ended, and was not cut.
        assertEquals(List.of("0", ""), rest.subList(rest.size() - 2, rest.size()));
      }
      assertEquals(0, report.get(Shown.PATIENCE_MILLIS, TimeUnit.MILLISECONDS).cut());
    }
  }

  @Test
  void thereAreMoreConnectionsThanAreListed() throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (Shown shown = new Shown();
        Shown.Watcher watcher = new Shown.Watcher(shown)) {
      try {
        for (int i = 0; i < Snapshot.MOST_CONNECTIONS + 20; i++) {
          clients.add(Shown.connect(shown.showcase.echo().port()));
        }
        Object all =
            watcher.until(s -> JsonText.numberAt(s, "servers", 0, "open") == clients.size());
        List<?> listed = (List<?>) JsonText.at(all, "connections");
        assertEquals(Snapshot.MOST_CONNECTIONS, listed.size());
        // The watcher's own is one of them.
        assertEquals(21, JsonText.numberAt(all, "unlisted"));
        assertEquals(clients.size() + 1, JsonText.numberAt(all, "counts", "OPEN"));
        long before = Long.MAX_VALUE;
        for (Object each : listed) {
          assertTrue(JsonText.numberAt(each, "id") < before, "the newest first");
          before = JsonText.numberAt(each, "id");
        }
        int size = shown.onLoop(() -> shown.showcase.watchers().snapshotBytes());
        assertTrue(size < 64 << 10, "a snapshot has " + size + " bytes, more than high water");
      } finally {
        for (Socket each : clients) {
          each.close();
        }
      }
    }
  }
}
