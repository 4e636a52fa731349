package dev.millrace.bench.micro;

import dev.millrace.failure.Classifier;
import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.spi.SelectorProvider;
import org.openjdk.jmh.annotations.Benchmark;

/** A failure is named: what the core adds to an exception that is there already. */
public class Classification extends Pace {
  private final Classifier classifier =
      new Classifier(FailureTexts.learn(SelectorProvider.provider()));
  private final IOException readReset = new SocketException("Connection reset");
  private final IOException brokenPipe = new IOException("Broken pipe");
  private final IOException unheardOf = new IOException("Something else");
  private final IOException closed = new ClosedChannelException();
  private final IOException refused = new ConnectException("Connection refused");

  /** A reset, which its class names. */
  @Benchmark
  public Failure readReset() {
    return classifier.read(readReset);
  }

  /** A broken pipe, which a learned text names. */
  @Benchmark
  public Failure writeByText() {
    return classifier.write(brokenPipe, false);
  }

  /** What nobody knows: all texts are compared. */
  @Benchmark
  public Failure writeUnknown() {
    return classifier.write(unheardOf, false);
  }

  /** A channel that was closed by us. */
  @Benchmark
  public Failure closedLocally() {
    return classifier.read(closed);
  }

  /** A refusal, which its class and the time it took name. */
  @Benchmark
  public Failure connectRefused() {
    return classifier.connect(refused, 1_000);
  }
}
