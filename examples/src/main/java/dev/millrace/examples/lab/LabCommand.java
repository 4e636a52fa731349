package dev.millrace.examples.lab;

import dev.millrace.examples.Examples;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code lab} subcommand. */
@Command(
    name = "lab",
    description = {
      "Shows how sockets fail: provokes failures for real, on the loopback, and tells what happened.",
      "",
      "Each experiment provokes one failure with real sockets and the production core, and where it"
          + " teaches something with plain NIO beside it. Its timeline says what the peer did, what"
          + " the kernel returned, what the JDK threw, what Millrace made of it, and what a program"
          + " should do. Each knows what must be seen, and says so if it was something else.",
      "",
      "Begin with 'lab list', then 'lab run econnreset-on-read'.",
      "",
      "Exit codes: 0 all as expected, 1 an experiment saw something else, 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ListCommand.class, RunCommand.class, ExplainCommand.class})
public final class LabCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** How many edits make one word of the other (Levenshtein 1966), for the nearest name. */
  static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }

  /** The name that is nearest to what was typed. */
  static String nearest(String typed, Iterable<String> names) {
    String lower = typed.toLowerCase(Locale.ROOT);
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (String each : names) {
      int edits = each.contains(lower) ? 0 : edits(lower, each);
      if (edits < least) {
        least = edits;
        nearest = each;
      }
    }
    return nearest;
  }
}
