package dev.millrace.examples.kv;

import static dev.millrace.examples.kv.Command.Flag.ADMIN;
import static dev.millrace.examples.kv.Command.Flag.ALLOW_BUSY;
import static dev.millrace.examples.kv.Command.Flag.FAST;
import static dev.millrace.examples.kv.Command.Flag.LOADING;
import static dev.millrace.examples.kv.Command.Flag.NOSCRIPT;
import static dev.millrace.examples.kv.Command.Flag.NO_AUTH;
import static dev.millrace.examples.kv.Command.Flag.STALE;
import static dev.millrace.examples.kv.Command.Flag.WHILE_SUBSCRIBED;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The commands about the server itself: what clients ask when they connect, and people when they
 * look. Only what is true is told; a client takes a missing section or parameter for one that this
 * version does not have.
 */
final class ServerCommands {
  /** The version whose replies these are; clients decide by it what they may ask. */
  static final String REDIS_VERSION = "7.0.15";

  private final KvService service;
  private final long startedNanos = System.nanoTime();

  ServerCommands(KvService service) {
    this.service = service;
  }

  List<Command> commands() {
    return List.of(
        new Command(
            "command",
            -1,
            Set.of(LOADING, STALE),
            (session, args, reply) -> all(reply),
            List.of(
                new Command("command|count", 2, this::count, LOADING, STALE),
                new Command("command|docs", -2, this::docs, LOADING, STALE),
                new Command("command|help", 2, this::commandHelp, LOADING, STALE),
                new Command("command|info", -2, this::commandInfo, LOADING, STALE),
                new Command("command|list", -2, this::list, LOADING, STALE))),
        Command.container(
            "config",
            List.of(
                new Command("config|get", -3, this::configGet, ADMIN, NOSCRIPT, LOADING, STALE),
                new Command("config|help", 2, this::configHelp, LOADING, STALE),
                new Command(
                    "config|resetstat", 2, this::resetStat, ADMIN, NOSCRIPT, LOADING, STALE),
                new Command("config|set", -4, this::configSet, ADMIN, NOSCRIPT, LOADING, STALE))),
        new Command("info", -1, this::info, LOADING, STALE),
        new Command(
            "reset",
            1,
            this::reset,
            ALLOW_BUSY,
            NOSCRIPT,
            LOADING,
            STALE,
            FAST,
            NO_AUTH,
            WHILE_SUBSCRIBED));
  }

  /** The reply to a HELP: simple strings, the last two the same everywhere. */
  static void help(Reply reply, String... lines) {
    reply.array(lines.length + 2);
    for (String line : lines) {
      reply.simple(line);
    }
    reply.simple("HELP");
    reply.simple("    Prints this help.");
  }

  /** As after a connect, but for the connection: what a pool calls before it lends one again. */
  private void reset(Session session, Args args, Reply reply) {
    service.pubSub().leave(session);
    PubSub.idleTimeoutFits(session);
    session.client().name("");
    session.protocol(2);
    reply.simple("RESET");
  }

  // ---- COMMAND

  private void all(Reply reply) {
    List<Command> all = service.commands().all();
    reply.array(all.size());
    for (Command command : all) {
      tell(command, reply);
    }
  }

  private void count(Session session, Args args, Reply reply) {
    reply.integer(service.commands().all().size());
  }

  private void list(Session session, Args args, Reply reply) {
    Glob glob = null;
    if (args.count() == 5 && args.is(2, "filterby") && args.is(3, "pattern")) {
      glob = new Glob(args.copy(4), true);
    } else if (args.count() != 2) {
      reply.error("ERR syntax error"); // modules and access lists are not here to filter by
      return;
    }
    List<String> names = new ArrayList<>();
    for (Command command : service.commands().all()) {
      names.add(command.name());
      command.subcommands().forEach(subcommand -> names.add(subcommand.name()));
    }
    if (glob != null) {
      Glob filter = glob;
      names.removeIf(name -> !filter.matches(Reply.bytes(name), 0, name.length()));
    }
    reply.set(names.size());
    names.forEach(reply::bulk);
  }

  private void commandInfo(Session session, Args args, Reply reply) {
    if (args.count() == 2) {
      all(reply);
      return;
    }
    reply.array(args.count() - 2);
    for (int i = 2; i < args.count(); i++) {
      Command command = named(args.text(i));
      if (command == null) {
        reply.nilArray();
      } else {
        tell(command, reply);
      }
    }
  }

  private void docs(Session session, Args args, Reply reply) {
    List<Command> told = new ArrayList<>();
    if (args.count() == 2) {
      told.addAll(service.commands().all());
    } else {
      for (int i = 2; i < args.count(); i++) {
        Command command = named(args.text(i));
        if (command != null) {
          told.add(command);
        }
      }
    }
    reply.map(told.size());
    for (Command command : told) {
      reply.bulk(command.name());
      tellDocs(command, reply);
    }
  }

  /** What redis-cli needs to know the names that may be typed; for the rest there is redis.io. */
  private static void tellDocs(Command command, Reply reply) {
    boolean isContainer = !command.subcommands().isEmpty();
    reply.map(isContainer ? 2 : 1);
    reply.bulk("summary");
    reply.bulk("As in Redis " + REDIS_VERSION);
    if (isContainer) {
      reply.bulk("subcommands");
      reply.map(command.subcommands().size());
      for (Command subcommand : command.subcommands()) {
        reply.bulk(subcommand.name());
        tellDocs(subcommand, reply);
      }
    }
  }

  /** By its full name, {@code client|list} as well; null if there is none. */
  private Command named(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    int bar = lower.indexOf('|');
    byte[] first = Reply.bytes(bar < 0 ? lower : lower.substring(0, bar));
    Command command = service.commands().find(first, 0, first.length);
    if (bar < 0 || command == null) {
      return command;
    }
    return command.subcommands().stream()
        .filter(subcommand -> subcommand.name().equals(lower))
        .findFirst()
        .orElse(null);
  }

  /**
   * Ten parts, of which clients use the first six: arity, flags, and where the keys are. Access
   * lists, tips and key specifications are empty: nothing here reads them.
   */
  private static void tell(Command command, Reply reply) {
    reply.array(10);
    reply.bulk(command.name());
    reply.integer(command.arity());
    List<String> flags =
        command.flags().stream()
            .filter(flag -> flag != WHILE_SUBSCRIBED)
            .sorted()
            .map(flag -> flag.name().toLowerCase(Locale.ROOT))
            .toList();
    reply.set(flags.size());
    flags.forEach(reply::simple);
    KeyPlaces keys = KeyPlaces.of(command);
    reply.integer(keys.first());
    reply.integer(keys.last());
    reply.integer(keys.step());
    reply.set(0);
    reply.array(0);
    reply.array(0);
    reply.array(command.subcommands().size());
    for (Command subcommand : command.subcommands()) {
      tell(subcommand, reply);
    }
  }

  /**
   * Which arguments are keys.
   *
   * @param first the first of them; 0 if there is none
   * @param last the last; -1 if it is the last argument
   * @param step from one to the next
   */
  record KeyPlaces(int first, int last, int step) {
    static KeyPlaces of(Command command) {
      return switch (command.name()) {
        case "del", "exists", "mget", "touch", "unlink" -> new KeyPlaces(1, -1, 1);
        case "mset", "msetnx" -> new KeyPlaces(1, -1, 2);
        case "rename", "renamenx", "copy" -> new KeyPlaces(1, 2, 1);
        case "dbsize", "flushall", "flushdb", "keys", "randomkey", "scan", "time" ->
            new KeyPlaces(0, 0, 0);
        default ->
            command.has(Command.Flag.READONLY) || command.has(Command.Flag.WRITE)
                ? new KeyPlaces(1, 1, 1)
                : new KeyPlaces(0, 0, 0);
      };
    }
  }

  private void commandHelp(Session session, Args args, Reply reply) {
    help(
        reply,
        "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "(no subcommand)",
        "    Return details about all commands.",
        "COUNT",
        "    Return the total number of commands in this server.",
        "DOCS [<command-name> ...]",
        "    Return the names of commands, or of all.",
        "INFO [<command-name> ...]",
        "    Return details about multiple commands, or about all.",
        "LIST [FILTERBY PATTERN <pattern>]",
        "    Return a list of the commands in this server.");
  }

  // ---- CONFIG

  /** What redis-benchmark and client libraries ask for, and what is worth to know. */
  private Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("appendonly", "no");
    parameters.put("databases", "1");
    parameters.put("maxmemory", Long.toString(service.settings().maxMemoryBytes()));
    parameters.put("maxmemory-policy", "noeviction");
    parameters.put("proto-max-bulk-len", Integer.toString(service.settings().maxBulkBytes()));
    parameters.put("save", "");
    return parameters;
  }

  private void configGet(Session session, Args args, Reply reply) {
    Map<String, String> parameters = parameters();
    Set<String> found = new LinkedHashSet<>();
    for (int i = 2; i < args.count(); i++) {
      Glob glob = new Glob(args.copy(i), true);
      for (String name : parameters.keySet()) {
        if (glob.matches(Reply.bytes(name), 0, name.length())) {
          found.add(name);
        }
      }
    }
    reply.map(found.size());
    for (String name : found) {
      reply.bulk(name);
      reply.bulk(parameters.get(name));
    }
  }

  /** Nothing can be changed while it runs; the options of the command line are the settings. */
  private void configSet(Session session, Args args, Reply reply) {
    if (args.count() % 2 != 0) {
      session.wrongArity("config|set");
    } else if (parameters().containsKey(args.text(2).toLowerCase(Locale.ROOT))) {
      reply.error(
          "ERR CONFIG SET failed (possibly related to argument '"
              + args.text(2)
              + "') - can't set immutable config");
    } else {
      reply.error(
          "ERR Unknown option or number of arguments for CONFIG SET - '" + args.text(2) + "'");
    }
  }

  private void resetStat(Session session, Args args, Reply reply) {
    service.clients().resetCounters();
    reply.ok();
  }

  private void configHelp(Session session, Args args, Reply reply) {
    help(
        reply,
        "CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "GET <pattern>",
        "    Return parameters matching the glob-like <pattern> and their values.",
        "RESETSTAT",
        "    Reset statistics reported by the INFO command.",
        "SET <directive> <value>",
        "    Always refused: settings are options of the command line.");
  }

  // ---- INFO

  private static final List<String> ALL_SECTIONS = List.of("all", "default", "everything");

  private void info(Session session, Args args, Reply reply) {
    Map<String, Map<String, Object>> sections = sections();
    List<String> known =
        sections.keySet().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    boolean isAll = args.count() == 1;
    Set<String> wanted = new LinkedHashSet<>(); // only what there is: it may be asked for anything
    for (int i = 1; i < args.count(); i++) {
      isAll |= args.oneOf(i, ALL_SECTIONS) != null;
      String section = args.oneOf(i, known);
      if (section != null) {
        wanted.add(section);
      }
    }
    boolean isEach = isAll;
    StringBuilder text = new StringBuilder();
    sections.forEach(
        (name, fields) -> {
          if (isEach || wanted.contains(name.toLowerCase(Locale.ROOT))) {
            text.append(text.isEmpty() ? "# " : "\r\n# ").append(name).append("\r\n");
            fields.forEach((key, value) -> text.append(key + ":" + value + "\r\n"));
          }
        });
    reply.verbatim(text.toString());
  }

  private Map<String, Map<String, Object>> sections() {
    Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
    long uptimeSeconds = (System.nanoTime() - startedNanos) / 1_000_000_000;
    Runtime runtime = Runtime.getRuntime();

    Map<String, Object> server = section(sections, "Server");
    server.put("redis_version", REDIS_VERSION);
    server.put("redis_mode", "standalone");
    server.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    server.put("arch_bits", "64");
    server.put("multiplexing_api", "java.nio");
    server.put("java_version", Runtime.version());
    server.put("process_id", ProcessHandle.current().pid());
    server.put("uptime_in_seconds", uptimeSeconds);
    server.put("uptime_in_days", uptimeSeconds / 86_400);

    Clients clients = service.clients();
    section(sections, "Clients").put("connected_clients", clients.count());

    Map<String, Object> memory = section(sections, "Memory");
    memory.put("used_memory", service.usedBytes()); // what is compared with maxmemory
    memory.put("used_memory_dataset", service.keys().usedBytes());
    memory.put("java_heap", runtime.totalMemory() - runtime.freeMemory());
    memory.put("maxmemory", service.settings().maxMemoryBytes());
    memory.put("maxmemory_policy", "noeviction");
    memory.put("mem_allocator", "java");

    Map<String, Object> persistence = section(sections, "Persistence");
    persistence.put("loading", 0);
    persistence.put("aof_enabled", 0);
    persistence.put("rdb_bgsave_in_progress", 0);

    Map<String, Object> stats = section(sections, "Stats");
    stats.put("total_connections_received", clients.opened());
    stats.put("total_commands_processed", clients.commandsRun());
    stats.put("pubsub_channels", service.pubSub().channelCount());
    stats.put("pubsub_patterns", service.pubSub().patternCount());

    Map<String, Object> replication = section(sections, "Replication");
    replication.put("role", "master");
    replication.put("connected_slaves", 0);

    section(sections, "Cluster").put("cluster_enabled", 0);

    Map<String, Object> keyspace = section(sections, "Keyspace");
    if (service.keys().size() > 0) {
      keyspace.put("db0", "keys=" + service.keys().size() + ",expires=" + service.keys().timed());
    }
    return sections;
  }

  private static Map<String, Object> section(
      Map<String, Map<String, Object>> sections, String name) {
    Map<String, Object> fields = new LinkedHashMap<>();
    sections.put(name, fields);
    return fields;
  }
}
