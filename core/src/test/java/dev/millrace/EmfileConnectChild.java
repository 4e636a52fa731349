package dev.millrace;

import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;

/**
 * Run as a JVM of its own with few descriptors: connects when none is left, and again when there
 * are some. What runs at that moment must not load a class, so each way was gone once before, but
 * for the failing of an open itself, which nobody can rehearse.
 */
final class EmfileConnectChild {
  private EmfileConnectChild() {}

  public static void main(String[] args) throws Exception {
    EventLoop loop =
        new EventLoop(
            SelectorProvider.provider(),
            System::nanoTime,
            LoopOptions.defaults()
                .withFailureTexts(FailureTexts.learn(SelectorProvider.provider())));
    loop.turn(0);
    try (ServerSocket listener = new ServerSocket(0)) {
      InetSocketAddress there = LoopFixture.loopback(listener.getLocalPort());
      InetSocketAddress nowhere = LoopFixture.loopback(1);
      System.out.println(outcome(loop, nowhere));
      loop.turn(0); // only now its descriptor is free, and is not to be so in the middle
      SocketChannel[] hoard = new SocketChannel[10_000];
      int count = 0;
      for (boolean isOneLeft = true; isOneLeft; ) {
        try {
          hoard[count] = SocketChannel.open();
          count++;
        } catch (IOException e) {
          isOneLeft = false;
        }
      }
      String[] exhausted = new String[3];
      for (int i = 0; i < exhausted.length; i++) {
        exhausted[i] = outcome(loop, there);
      }
      for (int i = 0; i < count; i++) {
        hoard[i].close();
      }
      for (String line : exhausted) {
        System.out.println(line);
      }
      System.out.println(outcome(loop, there));
    }
    loop.close();
  }

  private static String outcome(EventLoop loop, InetSocketAddress to) {
    LoopFixture.Recorder recorder = new LoopFixture.Recorder();
    Connector.connect(loop, to, Duration.ofSeconds(30), recorder);
    while (recorder.events.isEmpty()) {
      loop.turn(1_000_000_000L);
    }
    if (recorder.records.isEmpty()) {
      recorder.connection.abort();
      return "open";
    }
    CloseRecord record = recorder.record();
    return record.kind() + " " + record.certainty() + " " + record.operation();
  }
}
