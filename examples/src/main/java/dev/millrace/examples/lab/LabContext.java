package dev.millrace.examples.lab;

import dev.millrace.failure.FailureTexts;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What all experiments of one session have in common. Immutable; any thread.
 *
 * @param texts what this JVM calls a few errors, learned once
 * @param patience how long an experiment waits for any one thing before it says that it never came
 * @param watcher is told each step when it is written down, on the thread that runs the experiment
 */
public record LabContext(FailureTexts texts, Duration patience, Consumer<Step> watcher) {
  /** Checks. */
  public LabContext {
    Objects.requireNonNull(texts, "texts");
    Objects.requireNonNull(patience, "patience");
    Objects.requireNonNull(watcher, "watcher");
  }

  /**
   * Without a watcher.
   *
   * @param texts as above
   * @param patience as above
   */
  public LabContext(FailureTexts texts, Duration patience) {
    this(texts, patience, step -> {});
  }

  /**
   * Learns this JVM's texts, a few milliseconds on the loopback. Ten seconds of patience: on the
   * loopback everything comes within a millisecond, and only a failure waits longer.
   */
  public static LabContext create() {
    return new LabContext(FailureTexts.learn(SelectorProvider.provider()), Duration.ofSeconds(10));
  }
}
