package dev.millrace.examples.kv;

import dev.millrace.CloseRecord;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.timer.Timer;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store, and the handlers of its clients, all on one loop.
 *
 * <pre>{@code
 * KvSettings settings = KvSettings.defaults();
 * Server.builder()
 *     .listen("127.0.0.1", 6380)
 *     .limits(settings.limits())
 *     .handler(new KvService(settings))
 *     .start();
 * }</pre>
 */
public final class KvService implements Supplier<ConnectionHandler> {
  private static final Logger LOG = LoggerFactory.getLogger(KvService.class);

  private final KvSettings settings;
  private final Input input = new Input();
  private final Args args = new Args();
  private final Reply reply = new Reply();
  private final Keyspace keys;
  private final CommandTable commands = new CommandTable();
  private final PubSub pubSub = new PubSub();
  private final Clients clients = new Clients(pubSub);
  private final LongSupplier wallClockMillis;

  /** The loop of all its clients, known from the first of them on. */
  private EventLoop loop;

  private long epochMillis;
  private long epochNanos;

  /** What waits to be taken by clients: bytes of ours, and bytes of values. */
  private long waitingBytes;

  private long waitingLentBytes;

  private final Consumer<CloseRecord> records;

  /**
   * An empty store.
   *
   * @param settings its bounds; {@link KvSettings#limits} has those of its connections
   */
  public KvService(KvSettings settings) {
    this(settings, record -> {}, System::currentTimeMillis);
  }

  /** The same with somebody who is given all close records, and a wall clock, asked once. */
  KvService(KvSettings settings, Consumer<CloseRecord> records, LongSupplier wallClockMillis) {
    this.records = records;
    this.settings = settings;
    this.wallClockMillis = wallClockMillis;
    this.keys = new Keyspace(new LoopClock());
    commands.add(SessionCommands.commands());
    commands.add(new KeyCommands(keys, this::nowMillis, settings.maxBulkBytes()).commands());
    commands.add(pubSub.commands());
    commands.add(clients.commands());
    commands.add(new ServerCommands(this).commands());
  }

  /** A handler for one more client. */
  @Override
  public ConnectionHandler get() {
    return new Session(this);
  }

  void opened(Session session) {
    EventLoop loop = session.connection().loop();
    if (this.loop == null) {
      this.loop = loop;
      epochMillis = wallClockMillis.getAsLong();
      epochNanos = loop.nowNanos();
    } else if (this.loop != loop) {
      throw new IllegalStateException("a service has one loop: " + this.loop + ", not " + loop);
    }
    clients.opened(session);
  }

  /** It is no client any more. */
  void leaves(Session session) {
    clients.closed(session);
  }

  /** And its connection is over; it was no client yet if that ended before it was opened. */
  void closed(Session session, CloseRecord record) {
    if (session.client() != null) {
      leaves(session);
    }
    records.accept(record);
  }

  /**
   * Milliseconds since 1970. They go with the loop's clock: the wall clock is asked once, and when
   * somebody sets it later, no key dies early for that, and none lives on.
   */
  long nowMillis() {
    return epochMillis + (loop.nowNanos() - epochNanos) / 1_000_000;
  }

  /** Time and timers of the loop, which is not known before the first client. */
  private final class LoopClock implements Keyspace.Clock {
    @Override
    public long nowMillis() {
      return KvService.this.nowMillis();
    }

    @Override
    public void schedule(Timer timer, long delayNanos) {
      loop.schedule(timer, delayNanos);
    }

    @Override
    public void cancel(Timer timer) {
      loop.cancel(timer);
    }
  }

  /** So many bytes more, or fewer, wait to be taken by clients. */
  void waits(long bytes, long lentBytes) {
    waitingBytes += bytes;
    waitingLentBytes += lentBytes;
  }

  /** What is copied of replies and not taken yet by their clients. */
  long waitingBytes() {
    return waitingBytes;
  }

  /**
   * What the bound of memory is compared with: the store, and, as in Redis, the replies that wait
   * and the subscriptions. Lent values count in full, for the key may be gone meanwhile, and then
   * nobody else has them.
   */
  long usedBytes() {
    return keys.usedBytes() + pubSub.usedBytes() + waitingBytes + waitingLentBytes;
  }

  KvSettings settings() {
    return settings;
  }

  Input input() {
    return input;
  }

  Args args() {
    return args;
  }

  Reply reply() {
    return reply;
  }

  Keyspace keys() {
    return keys;
  }

  PubSub pubSub() {
    return pubSub;
  }

  Clients clients() {
    return clients;
  }

  CommandTable commands() {
    return commands;
  }

  /** Runs one command, or says why not; the checks and their order are Redis' processCommand. */
  void run(Session session, Args args, Reply reply) {
    Command command = commands.find(args.bytes(), args.from(0), args.to(0));
    if (command == null) {
      if (args.is(0, "post") || args.is(0, "host:")) {
        cutHttp(session);
      } else {
        unknown(args, reply);
      }
      return;
    }
    if (!command.subcommands().isEmpty() && args.count() > 1) {
      Command subcommand = command.subcommand(args);
      if (subcommand == null) {
        unknownSubcommand(args, reply);
        return;
      }
      command = subcommand;
    }
    if (!command.takes(args.count())) {
      session.wrongArity(command.name());
      return;
    }
    if (isOutOfMemory() && command.has(Command.Flag.DENYOOM)) {
      reply.error("OOM command not allowed when used memory > 'maxmemory'.");
      return;
    }
    if (session.isSubscribed()
        && session.protocol() == 2
        && !command.has(Command.Flag.WHILE_SUBSCRIBED)) {
      // RESP2 can't tell a reply from a message that comes in between; RESP3 has pushes for that.
      reply.error(
          "ERR Can't execute '"
              + command.name()
              + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in"
              + " this context");
      return;
    }
    clients.ran(session, command);
    int size = reply.size();
    try {
      command.action().run(session, args, reply);
    } catch (Reply.TooLarge e) {
      reply.truncate(size);
      reply.error(
          "ERR reply is too large: with it more than "
              + settings.maxWaitingBytes()
              + " bytes of replies would wait for their readers");
    }
  }

  /** As in Redis a command is refused when there is too much already, not when there would be. */
  private boolean isOutOfMemory() {
    return settings.maxMemoryBytes() > 0 && usedBytes() > settings.maxMemoryBytes();
  }

  /**
   * A web page can make a browser send a POST to any port of the machine it runs on, with commands
   * in its body. Like Redis we end it at the first line that only HTTP has, and say nothing.
   */
  private static void cutHttp(Session session) {
    LOG.info("client {} cut: it speaks HTTP", session.client().id());
    session.closeAfterReply();
    session.connection().abort("speaks HTTP");
  }

  /** At most so many bytes of what was sent are quoted. */
  private static final int MAX_QUOTED = 128;

  private static void unknown(Args args, Reply reply) {
    StringBuilder quoted = new StringBuilder();
    for (int i = 1; i < args.count() && quoted.length() < MAX_QUOTED; i++) {
      String arg = cut(args.text(i), MAX_QUOTED - quoted.length());
      quoted.append('\'').append(arg).append("' ");
    }
    reply.error(
        "ERR unknown command '"
            + cut(args.text(0), MAX_QUOTED)
            + "', with args beginning with: "
            + quoted);
  }

  private static void unknownSubcommand(Args args, Reply reply) {
    reply.error(
        "ERR unknown subcommand '"
            + cut(args.text(1), MAX_QUOTED)
            + "'. Try "
            + args.text(0).toUpperCase(Locale.ROOT)
            + " HELP.");
  }

  /** As printf's {@code %.128s} does it: at a NUL, too. */
  private static String cut(String text, int max) {
    int nul = text.indexOf(0);
    return text.substring(0, Math.min(nul < 0 ? text.length() : nul, max));
  }
}
