package dev.millrace.examples.kv;

import static dev.millrace.examples.kv.Command.Flag.ALLOW_BUSY;
import static dev.millrace.examples.kv.Command.Flag.FAST;
import static dev.millrace.examples.kv.Command.Flag.LOADING;
import static dev.millrace.examples.kv.Command.Flag.NOSCRIPT;
import static dev.millrace.examples.kv.Command.Flag.NO_AUTH;
import static dev.millrace.examples.kv.Command.Flag.STALE;
import static dev.millrace.examples.kv.Command.Flag.WHILE_SUBSCRIBED;

import java.util.List;

/** The commands of a connection with itself. */
final class SessionCommands {
  private SessionCommands() {}

  static List<Command> commands() {
    return List.of(
        new Command("ping", -1, SessionCommands::ping, FAST, WHILE_SUBSCRIBED),
        new Command("echo", 2, SessionCommands::echo, FAST),
        new Command(
            "quit",
            -1,
            SessionCommands::quit,
            ALLOW_BUSY,
            NOSCRIPT,
            LOADING,
            STALE,
            FAST,
            NO_AUTH,
            WHILE_SUBSCRIBED));
  }

  private static void ping(Session session, Args args, Reply reply) {
    if (args.count() > 2) {
      session.wrongArity("ping");
    } else if (session.isSubscribed() && session.protocol() == 2) {
      // In the form of a message, so that a client needs only one way to read them.
      reply.array(2);
      reply.bulk("pong");
      if (args.count() == 2) {
        reply.bulk(args.bytes(), args.from(1), args.length(1));
      } else {
        reply.bulk("");
      }
    } else if (args.count() == 2) {
      reply.bulk(args.bytes(), args.from(1), args.length(1));
    } else {
      reply.simple("PONG");
    }
  }

  private static void echo(Session session, Args args, Reply reply) {
    reply.bulk(args.bytes(), args.from(1), args.length(1));
  }

  private static void quit(Session session, Args args, Reply reply) {
    reply.ok();
    session.closeAfterReply();
  }
}
