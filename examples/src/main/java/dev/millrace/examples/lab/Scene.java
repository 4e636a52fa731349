package dev.millrace.examples.lab;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.millrace.EventLoop;
import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.failure.Failure;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Where one experiment is played: real sockets on the loopback, a real server on a real loop, all
 * driven by the calling thread, and every step written down.
 *
 * <p>The loop's clock is told ({@link #pass}), so that a time-out of a minute takes no time. What
 * depends on the network is waited for ({@link #until}), turn by turn, with the context's patience.
 * Nothing here is waited for by sleeping for a fixed time.
 *
 * <p>A play begins in the lane of bare NIO; the first use of the loop changes over to Millrace's,
 * and {@link #bare} back.
 *
 * <p>Thread rule: one thread. What the scene opened it closes at its end, whatever the play does.
 */
final class Scene {
  /** What was waited for did not come. */
  private static final class NeverCame extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NeverCame(String what) {
      super(what, null, false, false);
    }
  }

  /** A wait of one turn, and of one look in the bare lane. */
  private static final long GLANCE_NANOS = 1_000_000;

  private final Experiment experiment;
  private final LabContext context;
  private final long beganNanos = System.nanoTime();
  private long firstNanos;
  private final List<Step> steps = new ArrayList<>();
  private final List<Seen> seen = new ArrayList<>();
  private final List<Measure> measures = new ArrayList<>();
  private final List<Subject> subjects = new ArrayList<>();
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private Lane lane = Lane.NIO;
  private boolean over;
  private EventLoop loop;
  private Server server;
  private UnaryOperator<Server.Builder> serverChange = builder -> builder;
  private ServerSocketChannel bareListener;
  private Subject studied;
  private long toldNanos = 1_000_000_000L;
  private boolean realClock;
  private String skip;
  private int loudLines;

  /** What is done to each connection's handler before its first callback. */
  Consumer<Subject> script = subject -> {};

  /** For the server's connections and those that the play makes; to be set before. */
  Limits limits = Limits.defaults();

  /** As {@link #limits}. */
  Timeouts timeouts = Timeouts.defaults();

  /** As {@link #limits}. */
  SocketSettings sockets = SocketSettings.defaults();

  /** For the loop; to be set before it is used. */
  LoopOptions options = LoopOptions.defaults().withName("lab");

  /** For the loop and what it opens; to be set before it is used. */
  SelectorProvider provider = SelectorProvider.provider();

  private Scene(Experiment experiment, LabContext context) {
    this.experiment = experiment;
    this.context = context;
  }

  static Timeline skipped(Experiment experiment, String why) {
    return new Timeline(
        experiment,
        Outcome.SKIPPED,
        why,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        null,
        0);
  }

  static Timeline run(
      Experiment experiment, LabContext context, Experiment.Play play, Expectation expectation) {
    Scene scene = new Scene(experiment, context);
    LogCatch.take(scene::logged);
    try {
      play.play(scene);
    } catch (NeverCame e) {
      scene.problems.add("never came: " + e.getMessage());
    } catch (Exception e) {
      scene.problems.add("the experiment itself failed: " + e);
    } finally {
      scene.over = true;
      Thread.interrupted(); // an experiment may have left one
      scene.closeAll();
      LogCatch.take(null);
    }
    return scene.timeline(expectation);
  }

  private Timeline timeline(Expectation expectation) {
    if (skip != null && problems.isEmpty()) {
      return skipped(experiment, skip);
    }
    Timeline bare = timeline(Outcome.AS_EXPECTED, List.of());
    List<String> differences = new ArrayList<>(problems);
    differences.addAll(expectation.differences(bare, context));
    return differences.isEmpty() ? bare : timeline(Outcome.DIFFERENT, differences);
  }

  private Timeline timeline(Outcome outcome, List<String> differences) {
    return new Timeline(
        experiment,
        outcome,
        "",
        differences,
        steps,
        seen,
        measures,
        studied == null ? List.of() : studied.callbacks,
        studied == null ? null : studied.record,
        System.nanoTime() - beganNanos);
  }

  private void closeAll() {
    if (loop != null) {
      loop.stop();
      while (!loop.isStopped()) {
        loop.turn(0);
      }
    }
    for (int i = toClose.size() - 1; i >= 0; i--) {
      try {
        toClose.get(i).close();
      } catch (Exception e) {
        problems.add("closing failed: " + e);
      }
    }
  }

  private void logged(ILoggingEvent line) {
    if (!over && LogCatch.isLoud(line)) {
      loudLines++;
      // The pattern without its values is the same in every run.
      step(Actor.MILLRACE, "logs " + line.getLevel() + " '" + line.getMessage() + "'", "");
    }
  }

  // ---- writing down

  /** Whether the play has ended, and only what it left is being closed. */
  boolean isOver() {
    return over;
  }

  LabContext context() {
    return context;
  }

  Experiment experiment() {
    return experiment;
  }

  /** Writes a step down. What may differ from run to run belongs into the detail. */
  void step(Actor actor, String what, String detail) {
    if (!over) {
      long now = System.nanoTime();
      if (steps.isEmpty()) {
        firstNanos = now; // what classes had to be loaded before it is none of the timeline's
      }
      Step step = new Step(now - firstNanos, lane, actor, what, detail);
      steps.add(step);
      context.watcher().accept(step);
    }
  }

  void step(Actor actor, String what) {
    step(actor, what, "");
  }

  /** From here on the steps belong to this lane. */
  void lane(Lane next) {
    lane = next;
  }

  /** A row of the table. */
  void seen(Seen row) {
    if (!over) {
      seen.add(row);
    }
  }

  /** What an operation of bare NIO returned: the kernel's step, the JDK's, and a row. */
  void returned(Operation operation, long n, String result) {
    Kernel.Call call = Kernel.moved(operation, n, result);
    step(Actor.KERNEL, call.what(), call.how());
    returnedWithoutCall(operation, result);
  }

  /** The same where no system call was made. */
  void returnedWithoutCall(Operation operation, String result) {
    String name = nameOf(operation);
    step(Actor.JDK, name + " returns " + result, "");
    seen(new Seen(lane, name, result, "", "", ""));
  }

  /** What an operation threw: the kernel's step, if there was a call, the JDK's, and a row. */
  void threw(Failure failure) {
    Kernel.Call call = Kernel.failed(failure);
    if (call != null) {
      step(Actor.KERNEL, call.what(), call.how());
    }
    threwWithoutCall(failure);
  }

  /** The same where no system call was made. */
  void threwWithoutCall(Failure failure) {
    Throwable cause = failure.cause();
    String name = nameOf(failure.operation());
    step(Actor.JDK, name + " throws " + cause.getClass().getName(), textOf(cause));
    seen(
        new Seen(
            lane,
            name,
            cause.getClass().getName(),
            textOf(cause),
            failure.kind().symbol(),
            failure.certainty().name()));
  }

  /** An exception's own text, or nothing. */
  static String textOf(Throwable t) {
    return t.getMessage() == null ? "" : t.getMessage();
  }

  /** An operation as it is called in Java. */
  static String nameOf(Operation operation) {
    return operation == Operation.TRANSFER
        ? "transferTo"
        : operation.name().toLowerCase(Locale.ROOT);
  }

  /** A number, and how it reads. */
  void measure(String name, long value, String unit) {
    if (!over) {
      measures.add(new Measure(name, value, unit));
    }
  }

  /** Ends the play as skipped, for what only shows while it is under way. */
  void skip(String why) {
    skip = why;
  }

  /**
   * Takes over what a scene in another JVM wrote down; what went wrong there went wrong here.
   *
   * @param theirs its timeline, made without expectations
   */
  void adopt(Timeline theirs) {
    steps.addAll(theirs.steps());
    seen.addAll(theirs.seen());
    measures.addAll(theirs.measures());
    problems.addAll(theirs.differences());
    if (theirs.outcome() == Outcome.SKIPPED) {
      skip(theirs.skipped());
    }
    Subject subject = subject();
    subject.callbacks.addAll(theirs.callbacks());
    subject.record = theirs.record();
  }

  /** Begins anew: what was written down until now was a rehearsal. */
  void forget() {
    steps.clear();
    seen.clear();
    measures.clear();
    subjects.clear();
    studied = null;
  }

  /** How many lines the core has logged that an operator would be shown. */
  int loudLines() {
    return loudLines;
  }

  /** The connection whose record and callbacks are the timeline's; the first one unless told. */
  void study(Subject subject) {
    studied = subject;
  }

  // ---- time and turns

  /** Lets the loop see real time; before it is used. */
  void useRealClock() {
    realClock = true;
  }

  /** The loop, made at the first call; from then on the steps are Millrace's. */
  EventLoop loop() throws IOException {
    if (loop == null) {
      loop =
          new EventLoop(
              provider,
              () -> realClock ? System.nanoTime() : toldNanos,
              options.withFailureTexts(context.texts()));
      loop.turn(0); // this thread is the loop's from here on
    }
    lane = Lane.MILLRACE;
    return loop;
  }

  /** One turn that waits a millisecond at the most, and a look at every state afterwards. */
  void turn() {
    loop.turn(GLANCE_NANOS);
    subjects.forEach(Subject::look);
  }

  /** So many turns: what needs some, and may take them. */
  void turns(int n) {
    for (int i = 0; i < n; i++) {
      turn();
    }
  }

  /** Turns the loop, or looks again and again where there is none, until it is so. */
  void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + context.patience().toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new NeverCame(what);
      }
      if (loop != null && lane == Lane.MILLRACE && !loop.isStopped()) {
        turn();
      } else {
        LockSupport.parkNanos(GLANCE_NANOS / 10);
      }
    }
  }

  /** Moves the loop's clock, and turns until what is due by then has fired. */
  void pass(Duration time) {
    step(Actor.MILLRACE, time.toMillis() + " ms pass on the loop's clock", "told, not waited for");
    passInSilence(time);
  }

  /** The same, and not a step. */
  void passInSilence(Duration time) {
    toldNanos += time.toNanos();
    turns(4);
  }

  // ---- sockets

  /** Changes the server before it is started. */
  void server(UnaryOperator<Server.Builder> change) {
    serverChange = change;
  }

  /** The server on the loop, started at the first call. */
  Server server() throws IOException {
    if (server == null) {
      Server.Builder builder =
          Server.builder()
              .loop(loop())
              .listen(anyPort())
              .limits(limits)
              .timeouts(timeouts)
              .socketSettings(sockets)
              .handler(this::subject);
      server = serverChange.apply(builder).start();
    }
    return server;
  }

  /** A handler under study, for a connection that the play makes. */
  Subject subject() {
    Subject made = new Subject(this);
    if (studied == null) {
      studied = made;
    }
    subjects.add(made);
    script.accept(made);
    return made;
  }

  /** A peer that is connected to the server, and accepted. */
  Peer connect() throws IOException {
    return connect(0);
  }

  /** The same with a receive buffer of so many bytes, so that little fills it; 0: the system's. */
  Peer connect(int receiveBufferBytes) throws IOException {
    int index = subjects.size();
    Peer peer = dial(server().addresses().get(0), receiveBufferBytes);
    until("the accept", () -> subjects.size() > index && subjects.get(index).isOpen());
    peer.meets(subjects.get(index));
    return peer;
  }

  /** A peer that is connected, to whatever listens there, accepted or not. */
  Peer dial(SocketAddress address, int receiveBufferBytes) throws IOException {
    SocketChannel channel = keep(SocketChannel.open());
    if (receiveBufferBytes != 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
    }
    channel.connect(address);
    channel.configureBlocking(false);
    step(Actor.PEER, "connects", "");
    return new Peer(this, channel);
  }

  /** Where {@link #bare} listens, for channels of another provider. */
  SocketAddress bareAddress() throws IOException {
    return bareListener.getLocalAddress();
  }

  /** A channel without a core around it, non-blocking and in no selector, and its peer. */
  Bare bare() throws IOException {
    return bare(0);
  }

  /** The same with a receive buffer of so many bytes at the peer; 0: the system's. */
  Bare bare(int receiveBufferBytes) throws IOException {
    lane = Lane.NIO;
    if (bareListener == null) {
      bareListener = keep(ServerSocketChannel.open());
      bareListener.bind(anyPort());
    }
    Peer peer = dial(bareListener.getLocalAddress(), receiveBufferBytes);
    SocketChannel channel = keep(bareListener.accept());
    channel.configureBlocking(false);
    return new Bare(this, channel, peer);
  }

  /** Is closed when the scene ends. */
  <T extends AutoCloseable> T keep(T closeable) {
    toClose.add(closeable);
    return closeable;
  }

  /** The loopback, and a port that the kernel picks. */
  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
