package dev.millrace.failure;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.TimeUnit;

/**
 * Run as a JVM of its own in some language: has real peers leave, and prints per failure its name,
 * certainty and raw text, the latter in ASCII with escapes, whatever the character set.
 */
final class SpeakingChild {

  private SpeakingChild() {}

  public static void main(String[] args) throws IOException {
    FailureTexts texts = FailureTexts.learn(SelectorProvider.provider());
    Classifier classifier = new Classifier(texts);
    long late = TimeUnit.SECONDS.toNanos(2);
    print("resetThenWrite", classifier.write(Departures.resetThenWrite(), false));
    print("finThenWrite", classifier.write(Departures.finThenWrite(), true));
    print("resetThenRead", classifier.read(Departures.resetThenRead()));
    print("connectToNobody", classifier.connect(Departures.connectToNobody(), 0));
    print("connectToNobodyLate", classifier.connect(Departures.connectToNobody(), late));
  }

  private static void print(String situation, Failure failure) {
    StringBuilder line = new StringBuilder(situation);
    line.append('|').append(failure.kind().symbol()).append('|').append(failure.certainty());
    line.append('|');
    for (char c : failure.cause().getMessage().toCharArray()) {
      if (c < 0x7f) {
        line.append(c);
      } else {
        line.append("\\u").append(Integer.toHexString(c));
      }
    }
    System.out.println(line);
  }
}
