package dev.millrace.failure;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;

/**
 * Run as a JVM of its own with few descriptors: uses them all up, has accept fail, and names that.
 * What it calls at that moment must not load a class; so no lambda, and nothing that was not used
 * before.
 */
final class ExhaustedChild {

  private ExhaustedChild() {}

  /** Loaded by nobody before there are no descriptors left; shows that none can be loaded then. */
  private static final class NeverUsedBefore {}

  public static void main(String[] args) throws IOException {
    Classifier classifier = new Classifier(FailureTexts.learn(SelectorProvider.provider()));
    ServerSocketChannel listener = Departures.listener();
    listener.configureBlocking(false);
    SocketChannel client = SocketChannel.open(listener.getLocalAddress());
    SocketChannel[] hoard = new SocketChannel[100_000];
    Throwable opening = null;
    int count = 0;
    while (opening == null) {
      try {
        hoard[count] = SocketChannel.open();
        count++;
      } catch (IOException full) {
        opening = full;
      }
    }
    Throwable accepting = null;
    Throwable loading = null;
    try {
      listener.accept();
    } catch (IOException full) {
      accepting = full;
    }
    try {
      new NeverUsedBefore();
    } catch (NoClassDefFoundError noClass) {
      loading = noClass;
    }
    String accept = classifier.accept(accepting, true).toString();
    String unknown = classifier.accept(accepting, false).toString();
    String open = classifier.open(opening).toString();
    String write = classifier.write(accepting, true).toString();
    String connect = classifier.connect(opening, Long.MAX_VALUE).toString();
    String bind = classifier.bind(opening, false).toString();
    for (int i = 0; i < count; i++) {
      hoard[i].close();
    }
    client.close();
    listener.close();
    System.out.println("loading " + (loading == null ? "works" : "fails"));
    System.out.println(accept);
    System.out.println(unknown);
    System.out.println(open);
    System.out.println(write);
    System.out.println(connect);
    System.out.println(bind);
  }
}
