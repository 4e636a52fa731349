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
        new Command("echo", 2, SessionCommands::echo, LOADING, STALE, FAST),
        new Command("select", 2, SessionCommands::select, LOADING, STALE, FAST),
        new Command(
            "hello",
            -1,
            SessionCommands::hello,
            NOSCRIPT,
            LOADING,
            STALE,
            FAST,
            NO_AUTH,
            ALLOW_BUSY),
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
      reply.pong();
    }
  }

  /** Tells who we are, and changes the protocol, if one is named. */
  private static void hello(Session session, Args args, Reply reply) {
    int protocol = session.protocol();
    if (args.count() > 1) {
      if (!args.isLong(1)) {
        reply.error("ERR Protocol version is not an integer or out of range");
        return;
      }
      long version = args.toLong(1);
      if (version != 2 && version != 3) {
        reply.error("NOPROTO unsupported protocol version");
        return;
      }
      protocol = (int) version;
    }
    String name = null;
    for (int i = 2; i < args.count(); i++) {
      int more = args.count() - 1 - i;
      if (args.is(i, "auth") && more >= 2) {
        if (!args.is(i + 1, "default")) {
          // The default user has no password, as in a Redis without one: any will do.
          reply.error("WRONGPASS invalid username-password pair or user is disabled.");
          return;
        }
        i += 2;
      } else if (args.is(i, "setname") && more >= 1) {
        name = args.text(++i);
        if (!Clients.isName(name)) {
          reply.error(Clients.BAD_NAME);
          return;
        }
      } else {
        reply.error("ERR Syntax error in HELLO option '" + args.cText(i) + "'");
        return;
      }
    }
    if (name != null) {
      session.client().name(name);
    }
    session.protocol(protocol);
    reply.map(7);
    reply.bulk("server");
    reply.bulk("redis");
    reply.bulk("version");
    reply.bulk(ServerCommands.REDIS_VERSION);
    reply.bulk("proto");
    reply.integer(protocol);
    reply.bulk("id");
    reply.integer(session.client().id());
    reply.bulk("mode");
    reply.bulk("standalone");
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("modules");
    reply.array(0);
  }

  /** There is one database, as in a Redis with {@code databases 1}. */
  private static void select(Session session, Args args, Reply reply) {
    if (!args.isLong(1)) {
      reply.error("ERR value is not an integer or out of range");
    } else if (args.toLong(1) != (int) args.toLong(1)) {
      reply.error("ERR value is out of range, value must between -2147483648 and 2147483647");
    } else if (args.toLong(1) != 0) {
      reply.error("ERR DB index is out of range");
    } else {
      reply.ok();
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
