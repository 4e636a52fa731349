package dev.millrace.examples.kv;

import dev.millrace.ConnectionHandler;
import java.util.function.Supplier;

/** A store, and the handlers of its clients, all on one loop. */
public final class KvService implements Supplier<ConnectionHandler> {
  private final KvSettings settings;
  private final Input input = new Input();
  private final Args args = new Args();
  private final Reply reply = new Reply();
  private final Keyspace keys = new Keyspace();
  private final CommandTable commands = new CommandTable();

  /** An empty store. */
  public KvService(KvSettings settings) {
    this.settings = settings;
    commands.add(SessionCommands.commands());
    commands.add(new KeyCommands(keys).commands());
  }

  /** A handler for one more client. */
  @Override
  public ConnectionHandler get() {
    return new Session(this);
  }

  void opened(Session session) {}

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

  CommandTable commands() {
    return commands;
  }

  /** Runs one command: exactly one reply. */
  void run(Session session, Args args, Reply reply) {
    Command command = commands.find(args.bytes(), args.from(0), args.to(0));
    if (command == null) {
      unknown(args, reply);
    } else if (!command.takes(args.count())) {
      session.wrongArity(command.name());
    } else {
      command.action().run(session, args, reply);
    }
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

  /** As printf's {@code %.128s} does it: at a NUL, too. */
  private static String cut(String text, int max) {
    int nul = text.indexOf(0);
    return text.substring(0, Math.min(nul < 0 ? text.length() : nul, max));
  }
}
