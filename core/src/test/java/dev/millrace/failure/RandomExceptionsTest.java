package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Any operation, any exception, any text, learned or not: what holds for all of them. */
@Timeout(60)
class RandomExceptionsTest {

  /** Each makes an exception of one class; those that have no text ignore it. */
  private static final List<Function<String, Throwable>> CLASSES =
      List.of(
          IOException::new,
          SocketException::new,
          ConnectException::new,
          BindException::new,
          NoRouteToHostException::new,
          PortUnreachableException::new,
          SocketTimeoutException::new,
          UnknownHostException::new,
          text -> new ClosedChannelException(),
          text -> new AsynchronousCloseException(),
          text -> new ClosedByInterruptException(),
          text -> new ClosedSelectorException(),
          text -> new CancelledKeyException(),
          text -> new UnresolvedAddressException(),
          text -> new UnsupportedAddressTypeException(),
          text -> new NotYetConnectedException(),
          text -> new AlreadyConnectedException(),
          IllegalStateException::new,
          SecurityException::new,
          OutOfMemoryError::new);

  private static final String[] KNOWN = {
    InventedTexts.PIPE,
    InventedTexts.RESET,
    InventedTexts.REFUSED,
    InventedTexts.IN_USE,
    InventedTexts.TIMED_OUT,
    InventedTexts.UNREACHABLE,
    InventedTexts.NO_NETWORK,
    InventedTexts.STRANGE,
    "Connection reset by peer",
    "Connection reset",
    "Broken pipe",
    "Connection refused",
    "Connection timed out",
    "Address already in use",
    "Too many open files",
    "",
    null
  };

  private static final List<Classifier> CLASSIFIERS =
      List.of(
          new Classifier(FailureTexts.none()),
          new Classifier(InventedTexts.learned()),
          new Classifier(InventedTexts.all()));

  /** One of the classifier's methods, with everything but exception and texts decided. */
  private interface Question {
    Failure ask(Classifier classifier, Throwable t);
  }

  private record Asked(Operation operation, Question question) {}

  @Test
  void whatHoldsForAll() {
    Set<Certainty> seen = EnumSet.noneOf(Certainty.class);
    Seeds.each(
        10,
        random -> {
          for (int i = 0; i < 4_000; i++) {
            Asked asked = randomQuestion(random);
            Function<String, Throwable> ofClass = CLASSES.get(random.nextInt(CLASSES.size()));
            Throwable t = ofClass.apply(randomText(random));
            Classifier classifier = CLASSIFIERS.get(random.nextInt(CLASSIFIERS.size()));

            Failure failure = asked.question.ask(classifier, t);

            seen.add(failure.certainty());
            assertSame(t, failure.cause());
            assertEquals(asked.operation, failure.operation());
            assertNotEquals(FailureKind.NONE, failure.kind(), "something did fail");
            assertEquals(1, failure.toString().lines().count());
            assertEquals(
                failure.kind() == FailureKind.UNKNOWN, failure.certainty() == Certainty.UNKNOWN);
            switch (failure.certainty()) {
              case CERTAIN -> assertTextDoesNotMatter(random, asked, ofClass, failure);
              case BY_TEXT -> assertTextWasHeard(asked, t, failure);
              case UNKNOWN -> assertNotNamedWithLessKnown(asked, t);
            }
          }
        });
    if (System.getProperty("millrace.seed") == null) {
      assertEquals(EnumSet.allOf(Certainty.class), seen);
    }
  }

  /** Certain is what class, operation and state leave alone: so any text gives the same. */
  private static void assertTextDoesNotMatter(
      SplittableRandom random, Asked asked, Function<String, Throwable> ofClass, Failure failure) {
    for (Classifier classifier : CLASSIFIERS) {
      Failure other = asked.question.ask(classifier, ofClass.apply(randomText(random)));
      assertEquals(failure.kind(), other.kind());
      assertEquals(Certainty.CERTAIN, other.certainty());
    }
  }

  /** Who has heard no text names nothing by it, and what is named can happen in this phase. */
  private static void assertTextWasHeard(Asked asked, Throwable t, Failure failure) {
    assertEquals(FailureKind.UNKNOWN, asked.question.ask(CLASSIFIERS.get(0), t).kind());
    assertTrue(failure.kind().phases().contains(asked.operation), failure::toString);
    assertTrue(t instanceof IOException, "only what the system says has a learned text");
  }

  /** To have heard less never names more. */
  private static void assertNotNamedWithLessKnown(Asked asked, Throwable t) {
    assertEquals(FailureKind.UNKNOWN, asked.question.ask(CLASSIFIERS.get(0), t).kind());
  }

  private static Asked randomQuestion(SplittableRandom random) {
    boolean flag = random.nextBoolean();
    long elapsed = random.nextLong() >> random.nextInt(64);
    return switch (random.nextInt(7)) {
      case 0 -> new Asked(Operation.READ, Classifier::read);
      case 1 -> new Asked(Operation.WRITE, (c, t) -> c.write(t, flag));
      case 2 -> new Asked(Operation.TRANSFER, (c, t) -> c.transfer(t, flag));
      case 3 -> new Asked(Operation.CONNECT, (c, t) -> c.connect(t, elapsed));
      case 4 -> new Asked(Operation.BIND, (c, t) -> c.bind(t, flag));
      case 5 -> new Asked(Operation.ACCEPT, (c, t) -> c.accept(t, flag));
      default -> new Asked(Operation.OPEN, Classifier::open);
    };
  }

  private static String randomText(SplittableRandom random) {
    String known = KNOWN[random.nextInt(KNOWN.length)];
    return switch (random.nextInt(4)) {
      case 0 -> known + ": /127.0.0.1:" + random.nextInt(65_536);
      case 1 -> {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(300); n > 0; n--) {
          text.append((char) random.nextInt(random.nextBoolean() ? 128 : 65_536));
        }
        yield text.toString();
      }
      default -> known;
    };
  }
}
