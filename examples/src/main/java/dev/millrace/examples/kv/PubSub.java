package dev.millrace.examples.kv;

import static dev.millrace.examples.kv.Command.Flag.FAST;
import static dev.millrace.examples.kv.Command.Flag.LOADING;
import static dev.millrace.examples.kv.Command.Flag.NOSCRIPT;
import static dev.millrace.examples.kv.Command.Flag.STALE;
import static dev.millrace.examples.kv.Command.Flag.WHILE_SUBSCRIBED;

import dev.millrace.WriteResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who listens to which channel, and the commands for it.
 *
 * <p>A message is written once for each protocol and copied into the queue of each subscriber;
 * nobody waits for anybody. One that reads more slowly than others publish has a queue that grows
 * up to the connection's {@code Limits.hardLimitBytes}; the message that finds no room ends it, as
 * Redis does by {@code client-output-buffer-limit pubsub}: to leave single messages out, unnoticed,
 * would be worse, and to wait for it would stop everybody. One that has taken what came before is
 * never ended for a message that is large: see {@link Session#push}.
 *
 * <p>Channels are kept as strings of one char a byte. Their hash is known to everybody, but the
 * JDK's maps turn a crowded bucket into a tree, so that names made to collide cost little.
 */
final class PubSub {
  private static final Logger LOG = LoggerFactory.getLogger(PubSub.class);

  private final Map<String, Set<Session>> channels = new HashMap<>();

  /** In the order of their first subscription, so that runs are alike. */
  private final Map<String, Pattern> patterns = new LinkedHashMap<>();

  /** A pattern, and who listens to what it means. */
  private record Pattern(Glob glob, Set<Session> subscribers) {}

  /** The running message in RESP2 and in RESP3; empty while nobody needed it. */
  private final Message[] messages = {new Message(2), new Message(3)};

  List<Command> commands() {
    Command.Flag[] flags = {Command.Flag.PUBSUB, NOSCRIPT, LOADING, STALE, WHILE_SUBSCRIBED};
    return List.of(
        new Command("subscribe", -2, this::subscribe, flags),
        new Command("psubscribe", -2, this::psubscribe, flags),
        new Command("unsubscribe", -1, this::unsubscribe, flags),
        new Command("punsubscribe", -1, this::punsubscribe, flags),
        new Command("publish", 3, this::publish, Command.Flag.PUBSUB, LOADING, STALE, FAST),
        Command.container(
            "pubsub",
            List.of(
                new Command(
                    "pubsub|channels", -2, this::channels, Command.Flag.PUBSUB, LOADING, STALE),
                new Command("pubsub|numpat", 2, this::numpat, Command.Flag.PUBSUB, LOADING, STALE),
                new Command(
                    "pubsub|numsub", -2, this::numsub, Command.Flag.PUBSUB, LOADING, STALE))));
  }

  /**
   * What a subscription takes beside its name: a string, an entry in the client's set and one in
   * the channel's. For the first of a channel there are a second string, a set and an entry of the
   * map as well; to count them always does no harm.
   */
  private static final int SUBSCRIPTION_BYTES = 400;

  private long usedBytes;

  /** What all subscriptions take, for the bound of memory. */
  long usedBytes() {
    return usedBytes;
  }

  /** One more subscription, or one fewer. */
  private void count(String name, int sign) {
    usedBytes += sign * (SUBSCRIPTION_BYTES + 2L * name.length());
  }

  /** Channels that somebody listens to. */
  int channelCount() {
    return channels.size();
  }

  /** Patterns that somebody listens to. */
  int patternCount() {
    return patterns.size();
  }

  // ---- subscriptions

  private void subscribe(Session session, Args args, Reply reply) {
    for (int i = 1; i < args.count(); i++) {
      String channel = args.text(i);
      if (session.client().addChannel(channel)) {
        channels.computeIfAbsent(channel, name -> new LinkedHashSet<>()).add(session);
        count(channel, 1);
      }
      tell(session, reply, "subscribe", channel);
    }
    idleTimeoutFits(session);
  }

  private void psubscribe(Session session, Args args, Reply reply) {
    for (int i = 1; i < args.count(); i++) {
      String pattern = args.text(i);
      if (session.client().addPattern(pattern)) {
        patterns
            .computeIfAbsent(
                pattern, name -> new Pattern(new Glob(Reply.bytes(name)), new LinkedHashSet<>()))
            .subscribers()
            .add(session);
        count(pattern, 1);
      }
      tell(session, reply, "psubscribe", pattern);
    }
    idleTimeoutFits(session);
  }

  private void unsubscribe(Session session, Args args, Reply reply) {
    List<String> from = named(args, session.client().channels());
    for (String channel : from) {
      if (session.client().removeChannel(channel)) {
        removeFromChannel(channel, session);
      }
      tell(session, reply, "unsubscribe", channel);
    }
    if (from.isEmpty()) {
      tell(session, reply, "unsubscribe", null);
    }
    idleTimeoutFits(session);
  }

  private void punsubscribe(Session session, Args args, Reply reply) {
    List<String> from = named(args, session.client().patterns());
    for (String pattern : from) {
      if (session.client().removePattern(pattern)) {
        removeFromPattern(pattern, session);
      }
      tell(session, reply, "punsubscribe", pattern);
    }
    if (from.isEmpty()) {
      tell(session, reply, "punsubscribe", null);
    }
    idleTimeoutFits(session);
  }

  /** The arguments; where there are none all that it has. A copy. */
  private static List<String> named(Args args, Set<String> all) {
    if (args.count() == 1) {
      return List.copyOf(all);
    }
    String[] names = new String[args.count() - 1];
    for (int i = 0; i < names.length; i++) {
      names[i] = args.text(i + 1);
    }
    return List.of(names);
  }

  private void removeFromChannel(String channel, Session session) {
    Set<Session> subscribers = channels.get(channel);
    subscribers.remove(session);
    count(channel, -1);
    if (subscribers.isEmpty()) {
      channels.remove(channel);
    }
  }

  private void removeFromPattern(String pattern, Session session) {
    Set<Session> subscribers = patterns.get(pattern).subscribers();
    subscribers.remove(session);
    count(pattern, -1);
    if (subscribers.isEmpty()) {
      patterns.remove(pattern);
    }
  }

  private static void tell(Session session, Reply reply, String kind, String name) {
    reply.push(3);
    reply.bulk(kind);
    if (name == null) {
      reply.nil();
    } else {
      reply.bulk(name);
    }
    reply.integer(session.client().subscriptions());
  }

  /** A subscriber has nothing to say: to be silent is no sign of one that is gone. */
  static void idleTimeoutFits(Session session) {
    session
        .connection()
        .readIdle(
            session.isSubscribed() ? Duration.ZERO : session.connection().timeouts().readIdle());
  }

  /** Ends all subscriptions and says nothing: at RESET, and when the client is gone. */
  void leave(Session session) {
    Client client = session.client();
    for (String channel : List.copyOf(client.channels())) {
      client.removeChannel(channel);
      removeFromChannel(channel, session);
    }
    for (String pattern : List.copyOf(client.patterns())) {
      client.removePattern(pattern);
      removeFromPattern(pattern, session);
    }
  }

  // ---- messages

  private void publish(Session session, Args args, Reply reply) {
    int receivers = 0;
    Set<Session> subscribers = channels.get(args.text(1));
    if (subscribers != null) {
      receivers += send(subscribers, session, null, args, reply);
    }
    for (Map.Entry<String, Pattern> entry : patterns.entrySet()) {
      if (entry.getValue().glob().matches(args.bytes(), args.from(1), args.to(1))) {
        // The message names the pattern, so it is another one.
        receivers += send(entry.getValue().subscribers(), session, entry.getKey(), args, reply);
      }
    }
    reply.integer(receivers);
  }

  /** Returns how many take it. */
  private int send(
      Set<Session> subscribers, Session publisher, String pattern, Args args, Reply reply) {
    int receivers = 0;
    try {
      for (Session subscriber : subscribers) {
        if (subscriber == publisher) {
          message(reply, pattern, args); // in its place between the replies that are under way
          receivers++;
        } else if (push(subscriber, pattern, args)) {
          receivers++;
        }
      }
    } finally { // the publisher's own may be too large for its reply
      for (Message message : messages) {
        message.end();
      }
    }
    return receivers;
  }

  /** False if the subscriber is cut for it, or is on its way out already. */
  private boolean push(Session subscriber, String pattern, Args args) {
    Message message = messages[subscriber.protocol() - 2];
    if (message.isEmpty()) {
      message(message.reply(), pattern, args);
    }
    WriteResult result = subscriber.push(message);
    if (result == WriteResult.FULL) {
      String reason =
          "does not read as fast as others publish: "
              + subscriber.waitingBytes()
              + " bytes wait, and "
              + message.length()
              + " more find no room";
      LOG.warn("client {} cut: {}", subscriber.client().id(), reason);
      subscriber.cut(reason); // and each further push is answered CLOSED until it is out of here
    }
    return result == WriteResult.ACCEPTED;
  }

  private static void message(Reply to, String pattern, Args args) {
    to.push(pattern == null ? 3 : 4);
    to.bulk(pattern == null ? "message" : "pmessage");
    if (pattern != null) {
      to.bulk(pattern);
    }
    to.bulk(args.bytes(), args.from(1), args.length(1));
    to.bulk(args.bytes(), args.from(2), args.length(2));
  }

  // ---- PUBSUB

  private void channels(Session session, Args args, Reply reply) {
    if (args.count() > 3) {
      reply.error(
          "ERR unknown subcommand or wrong number of arguments for '"
              + args.text(1)
              + "'. Try PUBSUB HELP.");
      return;
    }
    Glob glob = new Glob(args.count() == 2 ? new byte[] {'*'} : args.copy(2));
    List<String> found =
        channels.keySet().stream()
            .filter(
                channel -> {
                  byte[] bytes = Reply.bytes(channel);
                  return args.count() == 2 || glob.matches(bytes, 0, bytes.length);
                })
            .toList();
    reply.array(found.size());
    for (String channel : found) {
      reply.bulk(channel);
    }
  }

  private void numpat(Session session, Args args, Reply reply) {
    reply.integer(patterns.size());
  }

  private void numsub(Session session, Args args, Reply reply) {
    reply.array(2 * (args.count() - 2));
    for (int i = 2; i < args.count(); i++) {
      String channel = args.text(i);
      reply.bulk(channel);
      reply.integer(channels.getOrDefault(channel, Set.of()).size());
    }
  }
}
