package dev.millrace.examples.kv;

import static dev.millrace.examples.kv.Command.Flag.DENYOOM;
import static dev.millrace.examples.kv.Command.Flag.FAST;
import static dev.millrace.examples.kv.Command.Flag.READONLY;
import static dev.millrace.examples.kv.Command.Flag.WRITE;

import java.util.List;

/** The commands on keys and their values. */
final class KeyCommands {
  private final Keyspace keys;

  KeyCommands(Keyspace keys) {
    this.keys = keys;
  }

  List<Command> commands() {
    return List.of(
        new Command("get", 2, this::get, READONLY, FAST),
        new Command("set", -3, this::set, WRITE, DENYOOM),
        new Command("dbsize", 1, this::dbsize, READONLY, FAST));
  }

  private void get(Session session, Args args, Reply reply) {
    byte[] value = keys.value(args.bytes(), args.from(1), args.to(1));
    if (value == null) {
      reply.nil();
    } else {
      reply.bulk(value, 0, value.length);
    }
  }

  private void set(Session session, Args args, Reply reply) {
    byte[] b = args.bytes();
    keys.put(b, args.from(1), args.to(1), b, args.from(2), args.to(2));
    reply.ok();
  }

  private void dbsize(Session session, Args args, Reply reply) {
    reply.integer(keys.size());
  }
}
