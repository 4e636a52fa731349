package dev.millrace;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Run as a JVM of its own with few descriptors: an echo server without a cap, which says on request
 * how it is. What answers must not load a class while there is no descriptor.
 */
final class EmfileServerChild {
  private static final Object TURNED = new Object();
  private static long rounds;

  private EmfileServerChild() {}

  public static void main(String[] args) throws Exception {
    LoopFixture.LogLines log = new LoopFixture.LogLines();
    // The lines are told at the end, and not on the console of whoever runs this as well.
    ((Logger) LoggerFactory.getLogger(EventLoop.class)).setAdditive(false);
    EventLoop loop =
        new EventLoop(
            SelectorProvider.provider(),
            System::nanoTime,
            LoopOptions.defaults().withName("emfile-loop"));
    Server server =
        Server.builder()
            .loop(loop)
            .listen("127.0.0.1", 0)
            .maxConnections(0)
            .timeouts(LoopFixture.noTimeouts())
            .handler(() -> (c, data) -> c.write(data))
            .start();
    Thread driver = new Thread(() -> drive(loop), "emfile-loop");
    driver.start();
    answer(server); // once, so that nothing of it is loaded later
    System.out.println("port " + server.port());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    String command;
    while ((command = in.readLine()) != null && !command.equals("stop")) {
      int failures = Integer.parseInt(command);
      synchronized (TURNED) {
        while (server.stats().acceptFailures() < failures) {
          TURNED.wait();
        }
      }
      answer(server);
    }
    server.shutdown(Duration.ofSeconds(2)).get(20, TimeUnit.SECONDS);
    loop.close();
    driver.join();
    for (String line : log.warnings()) {
      System.out.println("WARN " + line);
    }
    for (String line : log.at(Level.ERROR)) {
      System.out.println("ERROR " + line);
    }
    System.out.println("end");
  }

  private static void drive(EventLoop loop) {
    while (!loop.isStopped()) {
      loop.turn(Long.MAX_VALUE);
      synchronized (TURNED) {
        rounds++;
        TURNED.notifyAll();
      }
    }
  }

  private static void answer(Server server) {
    ServerStats stats = server.stats();
    long n;
    synchronized (TURNED) {
      n = rounds;
    }
    System.out.println(
        "rounds "
            + n
            + " failures "
            + stats.acceptFailures()
            + " open "
            + stats.open()
            + " shed "
            + stats.shed());
    System.out.flush();
  }
}
