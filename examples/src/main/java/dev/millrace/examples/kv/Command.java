package dev.millrace.examples.kv;

import java.util.List;
import java.util.Set;

/**
 * A command, as data: what the table knows of it before it runs.
 *
 * @param name in lower case, only letters; of a subcommand with its container's, as in {@code
 *     client|list}
 * @param arity how many arguments, the name included; negative: so many or more
 * @param flags what has to be asked before it runs, and what COMMAND tells
 * @param action runs it; writes exactly one reply, but for SUBSCRIBE and its like, where each
 *     channel has one
 * @param subcommands what the second word may be; empty for nearly all. One that has some is run
 *     itself only where it is alone
 */
record Command(String name, int arity, Set<Flag> flags, Action action, List<Command> subcommands) {
  /** In the words of COMMAND INFO, in lower case. */
  enum Flag {
    /** May change the store. */
    WRITE,
    /** Only looks. */
    READONLY,
    /** Is refused when memory is used up. */
    DENYOOM,
    /** Takes little and constant time. */
    FAST,
    /** Has to do with channels. */
    PUBSUB,
    /** Is allowed to a RESP2 client that has subscriptions; ours, and not told by COMMAND. */
    WHILE_SUBSCRIBED,
    LOADING,
    STALE,
    ADMIN,
    NOSCRIPT,
    NO_AUTH,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    NO_MULTI,
    NO_ASYNC_LOADING,
    ALLOW_BUSY,
    SENTINEL
  }

  /** What a command does. The number of arguments was checked before. */
  @FunctionalInterface
  interface Action {
    void run(Session session, Args args, Reply reply);
  }

  Command(String name, int arity, Action action, Flag... flags) {
    this(name, arity, Set.of(flags), action, List.of());
  }

  /** One whose second word says what to do, and which does nothing alone. */
  static Command container(String name, List<Command> subcommands) {
    return new Command(
        name,
        -2,
        Set.of(),
        (session, args, reply) -> {
          throw new IllegalStateException(name + " alone has passed the check of its arity");
        },
        subcommands);
  }

  /** The subcommand that the second argument names; null if there is none. */
  Command subcommand(Args args) {
    for (Command subcommand : subcommands) {
      if (args.is(1, subcommand.name().substring(name.length() + 1))) {
        return subcommand;
      }
    }
    return null;
  }

  boolean has(Flag flag) {
    return flags.contains(flag);
  }

  boolean takes(int argCount) {
    return arity >= 0 ? argCount == arity : argCount >= -arity;
  }
}
