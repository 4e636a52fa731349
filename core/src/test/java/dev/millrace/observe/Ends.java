package dev.millrace.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.millrace.CloseRecord;
import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** Close records that a test makes up, and the events that a failure log makes of them. */
final class Ends implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger(FailureLog.class);
  private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          synchronized (events) {
            events.add(event);
            events.notifyAll();
          }
        }
      };

  Ends() {
    appender.setContext(logger.getLoggerContext());
    appender.start();
    logger.addAppender(appender);
    logger.setLevel(Level.DEBUG);
  }

  /** The events about failures until now, as maps with their message under "". */
  List<Map<String, String>> told() {
    return events.stream()
        .filter(e -> e.getMessage().startsWith("connection"))
        .map(Ends::map)
        .toList();
  }

  List<Map<String, String>> told(String message) {
    return events.stream().filter(e -> e.getMessage().equals(message)).map(Ends::map).toList();
  }

  List<Map<String, String>> counts() {
    return told("connections failed");
  }

  /** Waits, without a limit of its own, until the events satisfy a condition. */
  void await(Predicate<Ends> condition) throws InterruptedException {
    synchronized (events) {
      while (!condition.test(this)) {
        events.wait();
      }
    }
  }

  ILoggingEvent last() {
    return events.get(events.size() - 1);
  }

  private static Map<String, String> map(ILoggingEvent event) {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("", event.getMessage());
    for (KeyValuePair pair : event.getKeyValuePairs()) {
      map.put(pair.key, String.valueOf(pair.value));
    }
    return map;
  }

  static SocketAddress peer(int number, int port) {
    try {
      byte[] address = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  static CloseRecord end(FailureKind kind, SocketAddress remote) {
    return end(kind, remote, Operation.READ, null, null);
  }

  static CloseRecord end(
      FailureKind kind, SocketAddress remote, Operation op, String reason, Throwable cause) {
    return new CloseRecord(
        42,
        remote,
        EndedBy.PEER,
        kind,
        Certainty.CERTAIN,
        ConnectionState.OPEN,
        op,
        1,
        2,
        kind == FailureKind.NONE ? 0 : 3,
        4,
        5,
        Duration.ofMillis(6),
        Duration.ofMillis(7),
        reason,
        cause);
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setLevel(null);
  }
}
