package dev.millrace.examples.kv;

import static dev.millrace.examples.kv.Command.Flag.ADMIN;
import static dev.millrace.examples.kv.Command.Flag.LOADING;
import static dev.millrace.examples.kv.Command.Flag.NOSCRIPT;
import static dev.millrace.examples.kv.Command.Flag.STALE;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** All clients of one service, in the order they came, and the CLIENT commands. */
final class Clients {
  private final PubSub pubSub;
  private final Map<Long, Session> byId = new LinkedHashMap<>();
  private long opened;
  private long commandsRun;

  Clients(PubSub pubSub) {
    this.pubSub = pubSub;
  }

  List<Command> commands() {
    return List.of(
        Command.container(
            "client",
            List.of(
                new Command("client|getname", 2, this::name, NOSCRIPT, LOADING, STALE),
                new Command("client|help", 2, this::help, LOADING, STALE),
                new Command("client|id", 2, this::id, NOSCRIPT, LOADING, STALE),
                new Command("client|info", 2, this::info, NOSCRIPT, LOADING, STALE),
                new Command("client|kill", -3, this::kill, ADMIN, NOSCRIPT, LOADING, STALE),
                new Command("client|list", -2, this::list, ADMIN, NOSCRIPT, LOADING, STALE),
                new Command("client|no-evict", 3, this::noEvict, ADMIN, NOSCRIPT, LOADING, STALE),
                new Command("client|setname", 3, this::setName, NOSCRIPT, LOADING, STALE))));
  }

  void opened(Session session) {
    opened++;
    byId.put(session.client().id(), session);
  }

  void closed(Session session) {
    pubSub.leave(session);
    byId.remove(session.client().id());
  }

  void ran(Session session, Command command) {
    commandsRun++;
    session.client().ran(command);
  }

  /** Connected now. */
  int count() {
    return byId.size();
  }

  /** Connected since the start, or since CONFIG RESETSTAT. */
  long opened() {
    return opened;
  }

  long commandsRun() {
    return commandsRun;
  }

  void resetCounters() {
    opened = 0;
    commandsRun = 0;
  }

  // ---- the name

  /** Whether CLIENT LIST can show it without its lines falling apart. */
  static boolean isName(String name) {
    return name.chars().allMatch(c -> c >= '!' && c <= '~');
  }

  static final String BAD_NAME =
      "ERR Client names cannot contain spaces, newlines or special characters.";

  private void setName(Session session, Args args, Reply reply) {
    String name = args.text(2);
    if (isName(name)) {
      session.client().name(name);
      reply.ok();
    } else {
      reply.error(BAD_NAME);
    }
  }

  private void name(Session session, Args args, Reply reply) {
    if (session.client().name().isEmpty()) {
      reply.nil();
    } else {
      reply.bulk(session.client().name());
    }
  }

  // ---- what they are

  private void id(Session session, Args args, Reply reply) {
    reply.integer(session.client().id());
  }

  private void info(Session session, Args args, Reply reply) {
    reply.verbatim(line(session));
  }

  private void list(Session session, Args args, Reply reply) {
    Set<Session> shown = new LinkedHashSet<>(); // each once, however often it is named
    if (args.count() == 4 && args.is(2, "type")) {
      Type type = Type.of(args.text(3));
      if (type == null) {
        reply.error(Type.unknown(args.text(3)));
        return;
      }
      byId.values().stream().filter(type::has).forEach(shown::add);
    } else if (args.count() > 3 && args.is(2, "id")) {
      for (int i = 3; i < args.count(); i++) {
        if (!Numbers.isLong(args.bytes(), args.from(i), args.to(i))) {
          reply.error("ERR Invalid client ID");
          return;
        }
        Session found = byId.get(Numbers.toLong(args.bytes(), args.from(i), args.to(i)));
        if (found != null) {
          shown.add(found);
        }
      }
    } else if (args.count() == 2) {
      shown.addAll(byId.values());
    } else {
      reply.error("ERR syntax error");
      return;
    }
    StringBuilder lines = new StringBuilder();
    shown.forEach(one -> lines.append(line(one)));
    reply.verbatim(lines.toString());
  }

  /**
   * All fields of Redis 7.0 in its order, because tools take the line apart. What has no meaning
   * here is what Redis has for "none": no descriptor, no transaction, no buffers of its own.
   */
  private static String line(Session session) {
    Client client = session.client();
    long queued = session.connection().queuedBytes();
    return "id="
        + client.id()
        + " addr="
        + text(session.connection().remoteAddress())
        + " laddr="
        + text(session.connection().localAddress())
        + " fd=-1 name="
        + client.name()
        + " age="
        + client.ageSeconds()
        + " idle="
        + client.idleSeconds()
        + " flags="
        + (session.isSubscribed() ? "P" : "N")
        + " db=0 sub="
        + client.channels().size()
        + " psub="
        + client.patterns().size()
        + " ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem="
        + queued
        + " tot-mem="
        + queued
        + " events="
        + (queued == 0 ? "r" : "rw")
        + " cmd="
        + client.lastName()
        + " user=default redir=-1 resp="
        + session.protocol()
        + "\n";
  }

  /** As Redis writes it: {@code 127.0.0.1:6380}, {@code [::1]:6380}. */
  private static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return "?:0"; // gone before it could be asked
    }
    InetAddress ip = inet.getAddress();
    String host = ip.getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
  }

  /** What TYPE may be; there are no replicas here, so two of them have nobody. */
  private enum Type {
    NORMAL,
    MASTER,
    REPLICA,
    PUBSUB;

    /** Null if it is none. */
    static Type of(String name) {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "normal" -> NORMAL;
        case "master" -> MASTER;
        case "replica", "slave" -> REPLICA;
        case "pubsub" -> PUBSUB;
        default -> null;
      };
    }

    static String unknown(String name) {
      return "ERR Unknown client type '" + name + "'";
    }

    boolean has(Session session) {
      return this == (session.isSubscribed() ? PUBSUB : NORMAL);
    }
  }

  // ---- their end

  private void kill(Session session, Args args, Reply reply) {
    if (args.count() == 3) { // the form of Redis before 2.8.12: an address, and this one as well
      String address = args.text(2);
      if (kill(session, one -> text(one.connection().remoteAddress()).equals(address)) == 0) {
        reply.error("ERR No such client");
      } else {
        reply.ok();
      }
      return;
    }
    Predicate<Session> wanted = one -> true;
    boolean skipMe = true;
    for (int i = 2; i < args.count(); i += 2) {
      if (i + 1 == args.count()) {
        reply.error("ERR syntax error");
        return;
      }
      String value = args.text(i + 1);
      if (args.is(i, "id")) {
        byte[] b = args.bytes();
        int from = args.from(i + 1);
        int to = args.to(i + 1);
        if (!Numbers.isLong(b, from, to) || Numbers.toLong(b, from, to) < 1) {
          reply.error("ERR client-id should be greater than 0");
          return;
        }
        long id = Numbers.toLong(b, from, to);
        wanted = wanted.and(one -> one.client().id() == id);
      } else if (args.is(i, "type")) {
        Type type = Type.of(value);
        if (type == null) {
          reply.error(Type.unknown(value));
          return;
        }
        wanted = wanted.and(type::has);
      } else if (args.is(i, "addr")) {
        wanted = wanted.and(one -> text(one.connection().remoteAddress()).equals(value));
      } else if (args.is(i, "laddr")) {
        wanted = wanted.and(one -> text(one.connection().localAddress()).equals(value));
      } else if (args.is(i, "user")) {
        if (!value.equals("default")) { // the one that everybody is
          reply.error("ERR No such user '" + value + "'");
          return;
        }
      } else if (args.is(i, "skipme") && args.is(i + 1, "yes")) {
        skipMe = true;
      } else if (args.is(i, "skipme") && args.is(i + 1, "no")) {
        skipMe = false;
      } else {
        reply.error("ERR syntax error");
        return;
      }
    }
    if (skipMe) {
      wanted = wanted.and(one -> one != session);
    }
    reply.integer(kill(session, wanted));
  }

  /**
   * Ends those: what they still send is not looked at, and they are no clients from now on, though
   * their connections may take a moment to end. What they were sent is delivered, unless that is
   * only a part of a reply: see {@link Session#kill}.
   */
  private int kill(Session killer, Predicate<Session> wanted) {
    List<Session> found = byId.values().stream().filter(wanted).toList();
    for (Session one : found) {
      if (one == killer) {
        one.closeAfterReply();
      } else {
        one.kill("killed by client " + killer.client().id());
      }
    }
    return found.size();
  }

  // ---- the rest

  /** There is nothing to be kept from: clients are not evicted here. */
  private void noEvict(Session session, Args args, Reply reply) {
    if (args.is(2, "on") || args.is(2, "off")) {
      reply.ok();
    } else {
      reply.error("ERR syntax error");
    }
  }

  private void help(Session session, Args args, Reply reply) {
    ServerCommands.help(
        reply,
        "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "GETNAME",
        "    Return the name of the current connection.",
        "ID",
        "    Return the ID of the current connection.",
        "INFO",
        "    Return information about the current client connection.",
        "KILL <ip:port>",
        "    Kill connection made from <ip:port>.",
        "KILL <option> <value> [<option> <value> [...]]",
        "    Kill connections. Options are: ID, TYPE (NORMAL|MASTER|REPLICA|PUBSUB), ADDR, LADDR,",
        "    USER, SKIPME (YES|NO) (default: yes).",
        "LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB) | ID <id> [<id> ...]]",
        "    Return information about client connections.",
        "NO-EVICT (ON|OFF)",
        "    Accepted; clients are never evicted here.",
        "SETNAME <name>",
        "    Assign the name <name> to the current connection.");
  }
}
