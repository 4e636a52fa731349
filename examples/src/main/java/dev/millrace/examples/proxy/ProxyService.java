package dev.millrace.examples.proxy;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Connector;
import dev.millrace.EventLoop;
import dev.millrace.SocketSettings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Makes a pair for each client. The server that it is given to has to have the limits and time-outs
 * of {@link ProxySettings}.
 *
 * <p>Thread rule: one service for one loop, on its thread.
 */
public final class ProxyService implements Supplier<ConnectionHandler> {
  /** Begins a connect; a seam, so that tests can stand between. */
  interface Dialer {
    Connection dial(EventLoop loop, InetSocketAddress to, ConnectionHandler handler);
  }

  private final ProxySettings settings;
  private final Targets targets;
  private final Dialer dialer;
  private final BiConsumer<String, CloseRecord> onRecord;
  private int pairs;

  /**
   * A service that keeps its records to itself.
   *
   * @param settings what it does
   */
  public ProxyService(ProxySettings settings) {
    this(settings, (side, record) -> {});
  }

  /**
   * A service that tells how its connections ended.
   *
   * @param settings what it does
   * @param onRecord told of each, with {@code client} or {@code target}; also of connects that
   *     failed
   */
  public ProxyService(ProxySettings settings, BiConsumer<String, CloseRecord> onRecord) {
    this(settings, onRecord, dialer(settings));
  }

  ProxyService(ProxySettings settings, BiConsumer<String, CloseRecord> onRecord, Dialer dialer) {
    this.settings = settings;
    this.targets = new Targets(settings.targets());
    this.onRecord = onRecord;
    this.dialer = dialer;
  }

  private static Dialer dialer(ProxySettings settings) {
    return (loop, to, handler) ->
        Connector.connect(
            loop,
            to,
            settings.connectTimeout(),
            handler,
            settings.limits(),
            settings.timeouts(),
            SocketSettings.defaults());
  }

  @Override
  public ConnectionHandler get() {
    return new Pair(this).client();
  }

  /**
   * How many pairs there are now, those that are being made or are ending included.
   *
   * @return a count
   */
  public int pairs() {
    return pairs;
  }

  /**
   * What became of each target, for the end of the program.
   *
   * @return a line for each
   */
  public List<String> summary() {
    return targets.summary();
  }

  ProxySettings settings() {
    return settings;
  }

  Targets targets() {
    return targets;
  }

  Connection dial(EventLoop loop, InetSocketAddress to, ConnectionHandler handler) {
    return dialer.dial(loop, to, handler);
  }

  void pairBegins() {
    pairs++;
  }

  void pairIsGone() {
    pairs--;
  }

  void ended(String side, CloseRecord record) {
    onRecord.accept(side, record);
  }
}
