package dev.millrace.examples.kv;

import java.util.Set;

/**
 * A command, as data: what the table knows of it before it runs.
 *
 * @param name in lower case, only letters
 * @param arity how many arguments, the name included; negative: so many or more
 * @param flags what has to be asked before it runs, and what COMMAND tells
 * @param action runs it; writes exactly one reply
 */
record Command(String name, int arity, Set<Flag> flags, Action action) {
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
    /** Is allowed to a RESP2 client that has subscriptions. */
    PUBSUB,
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
    this(name, arity, Set.of(flags), action);
  }

  boolean has(Flag flag) {
    return flags.contains(flag);
  }

  boolean takes(int argCount) {
    return arity >= 0 ? argCount == arity : argCount >= -arity;
  }
}
