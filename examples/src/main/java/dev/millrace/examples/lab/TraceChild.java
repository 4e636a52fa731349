package dev.millrace.examples.lab;

import dev.millrace.failure.FailureTexts;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The JVM that runs under strace: one experiment, each step of which is written to a file at the
 * moment it is noted. So the steps stand among the system calls, in their order.
 */
final class TraceChild {
  /** What a mark begins with; nothing else that is written here does. */
  static final String MARK = "@lab ";

  /** The last mark. */
  static final String END = "end";

  private TraceChild() {}

  /** Runs the experiment of this name, and writes the marks into the file. */
  public static void main(String[] args) throws IOException {
    ChildJvm.endWithParent();
    Experiment experiment = Experiments.named(args[0]).orElseThrow();
    try (OutputStream marks = new FileOutputStream(args[1])) {
      FailureTexts texts = FailureTexts.learn(SelectorProvider.provider());
      // strace makes each system call some hundred times slower.
      LabContext context =
          new LabContext(
              texts,
              Duration.ofSeconds(60),
              step -> mark(marks, step.lane() + "\t" + step.actor() + "\t" + step.what()));
      Timeline timeline = experiment.run(context);
      if (timeline.outcome() == Outcome.SKIPPED) {
        System.err.println(timeline.skipped());
        Runtime.getRuntime().exit(1);
      }
      mark(marks, END);
    }
    Runtime.getRuntime().exit(0);
  }

  private static void mark(OutputStream marks, String text) {
    try {
      marks.write((MARK + text + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
