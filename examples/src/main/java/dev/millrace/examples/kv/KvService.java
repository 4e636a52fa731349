package dev.millrace.examples.kv;

import dev.millrace.ConnectionHandler;
import java.util.Locale;
import java.util.function.Supplier;

/** A store, and the handlers of its clients, all on one loop. */
public final class KvService implements Supplier<ConnectionHandler> {
  private final KvSettings settings;
  private final Input input = new Input();
  private final Args args = new Args();
  private final Reply reply = new Reply();
  private final Keyspace keys = new Keyspace();
  private final CommandTable commands = new CommandTable();
  private final PubSub pubSub = new PubSub();
  private final Clients clients = new Clients(pubSub);

  /** An empty store. */
  public KvService(KvSettings settings) {
    this.settings = settings;
    commands.add(SessionCommands.commands());
    commands.add(new KeyCommands(keys).commands());
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
    clients.opened(session);
  }

  void closed(Session session) {
    clients.closed(session);
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
      unknown(args, reply);
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
    command.action().run(session, args, reply);
  }

  /** At most so many bytes of what was sent are quoted. */
  private static final int MAX_QUOTED = 128;

  private static void unknown(Args args, Reply reply) {
    StringBuilder quoted = new StringBuilder();
    for (int i = 1; i < args.count() && quoted.length() < MAX_QUOTED; i++) {
      quoted.append('\'').append(cut(args.text(i), MAX_QUOTED - quoted.length())).append("' ");
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
