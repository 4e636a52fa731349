package dev.millrace.fault;

import dev.millrace.fault.FaultKind.Reach;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Injects the faults of a {@link FaultPlan} into a program that uses NIO and knows nothing of it.
 * Around the platform's provider, whose channels do the work.
 *
 * <p>Switched on from outside, with core's jar on the class path:
 *
 * <pre>
 *   java -Djava.nio.channels.spi.SelectorProvider=dev.millrace.fault.FaultSelectorProvider \
 *        --add-exports java.base/sun.nio.ch=ALL-UNNAMED \
 *        "-Dmillrace.faults=seed=42 short-read=0.5:1..10 reset-at=0.1" …
 * </pre>
 *
 * <p>{@code -Dmillrace.faults.file=path} reads the plan from a file (UTF-8) instead. The platform's
 * provider can be reached in no other way than by reflection: the JDK's own look-up gives the
 * provider that the property names, which is this one. What is wrong with the switch or the plan is
 * thrown at the first use of NIO, as a {@code ServiceConfigurationError} whose message is one line
 * that says what to do. What is injected is logged once at INFO, if slf4j-api is there.
 *
 * <p>Or made by hand, for tests and without any property: {@link
 * #FaultSelectorProvider(SelectorProvider, FaultPlan)}.
 *
 * <p>The faults are those that reach a {@link Reach#CHANNEL channel}; a plan with others is
 * refused. What each does to a channel, and what can't be done here, is in the package's
 * description.
 *
 * <p>A connection's faults depend on the plan's seed, on its number, and on what the program does
 * with it, in this order: reads and writes throw dice of their own, and so does readiness. The
 * number is the how-manieth this provider opened, or the how-manieth its listener accepted.
 *
 * <p>Thread rule: any thread.
 */
public final class FaultSelectorProvider extends SelectorProvider {
  static final String TOO_MANY_FILES = "Too many open files";

  private static final String SWITCH = "java.nio.channels.spi.SelectorProvider";
  private static final String PLAN = "millrace.faults";
  private static final String PLAN_FILE = "millrace.faults.file";

  /**
   * Where the JDK is told to take this class: what it needs for that, else null. Found while the
   * class is initialised and not in the constructor, because the JDK hands on an error of the
   * former as it is, and buries one of the latter in two others.
   */
  private static final Switched SWITCHED =
      FaultSelectorProvider.class.getName().equals(System.getProperty(SWITCH))
          ? Switched.on()
          : null;

  /** What the properties say, and the platform's provider. */
  private record Switched(SelectorProvider platform, FaultPlan plan) {
    static Switched on() {
      FaultPlan plan;
      try {
        plan = planOfProperties();
        checkReach(plan);
      } catch (IllegalArgumentException e) {
        throw oneLine(e.getMessage());
      }
      return new Switched(platforms(), plan);
    }
  }

  private final SelectorProvider platform;
  private final FaultPlan plan;
  private final Dice dice;
  private final AtomicLong opened = new AtomicLong();

  /**
   * Made by the JDK, when the property {@code java.nio.channels.spi.SelectorProvider} names this
   * class.
   *
   * @throws ServiceConfigurationError if the platform's provider can't be reached, or the plan is
   *     missing or wrong; the message says what to do
   */
  public FaultSelectorProvider() {
    this(SWITCHED != null ? SWITCHED : Switched.on(), true);
  }

  private FaultSelectorProvider(Switched switched, boolean isInfo) {
    this.platform = switched.platform;
    this.plan = switched.plan;
    this.dice = new Dice(plan.seed());
    log(isInfo, plan);
  }

  /**
   * One that is made by hand.
   *
   * @param platform does the work, such as {@link SelectorProvider#provider()}
   * @param plan what goes wrong
   * @throws IllegalArgumentException if the plan has a fault that can't be injected around a
   *     channel; the message names it and says where it can be
   */
  public FaultSelectorProvider(SelectorProvider platform, FaultPlan plan) {
    this(new Switched(Objects.requireNonNull(platform, "platform"), checkReach(plan)), false);
  }

  private static FaultPlan checkReach(FaultPlan plan) {
    for (FaultKind kind : FaultKind.values()) {
      if (plan.has(kind) && kind.reach() != Reach.CHANNEL) {
        throw new IllegalArgumentException(
            "fault plan: '"
                + kind.word()
                + "' can't be injected around real channels; it can in the simulated network,"
                + " dev.millrace.sim");
      }
    }
    return plan;
  }

  private static FaultPlan planOfProperties() {
    String text = System.getProperty(PLAN);
    String file = System.getProperty(PLAN_FILE);
    if ((text == null) == (file == null)) {
      throw new IllegalArgumentException(
          "fault plan: "
              + (text == null ? "there is none" : "there are two")
              + "; give one, by -D"
              + PLAN
              + "=\"seed=42 short-read=0.5\" or by -D"
              + PLAN_FILE
              + "=PATH");
    }
    if (text != null) {
      return FaultPlan.parse(text);
    }
    try {
      return FaultPlan.parse(Files.readString(Path.of(file)));
    } catch (IOException e) {
      throw new IllegalArgumentException("fault plan: can't read the file: " + e, e);
    }
  }

  /**
   * The one use of reflection in this code base. {@link SelectorProvider#provider} would be this
   * class again, and no other way to the platform's provider is public.
   */
  private static SelectorProvider platforms() {
    try {
      return (SelectorProvider)
          Class.forName("sun.nio.ch.DefaultSelectorProvider").getMethod("get").invoke(null);
    } catch (IllegalAccessException notExported) {
      Module module = FaultSelectorProvider.class.getModule();
      throw oneLine(
          "the platform's provider is out of reach; add to the java command: --add-exports"
              + " java.base/sun.nio.ch="
              + (module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    } catch (ReflectiveOperationException e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      throw oneLine("this JDK's own provider is not where it was in JDK 17 to 25: " + cause);
    }
  }

  /** An error that is printed as one line: where it comes from helps nobody. */
  private static ServiceConfigurationError oneLine(String message) {
    ServiceConfigurationError error =
        new ServiceConfigurationError("Millrace's faults: " + message);
    error.setStackTrace(new StackTraceElement[0]);
    return error;
  }

  private static void log(boolean isInfo, FaultPlan plan) {
    try {
      Logger logger = LoggerFactory.getLogger(FaultSelectorProvider.class);
      if (isInfo) {
        logger.info("faults are injected plan=\"{}\"", plan);
      } else {
        logger.debug("faults are injected plan=\"{}\"", plan);
      }
    } catch (LinkageError e) {
      // A program that knows nothing of Millrace need not have slf4j. The faults don't need it.
    }
  }

  /** Dice for the next that is opened. */
  private Dice next() {
    return dice.branch(opened.getAndIncrement());
  }

  /** The same for a socket, unless the plan says that there is no descriptor for it. */
  private Dice nextSocket() throws SocketException {
    Dice ofSocket = next();
    if (plan.happens(FaultKind.OPEN_EMFILE, Lane.OPEN.of(ofSocket))) {
      throw new SocketException(TOO_MANY_FILES);
    }
    return ofSocket;
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return new FaultSelector(this, plan, platform.openSelector());
  }

  /**
   * A connection that meets faults.
   *
   * @throws SocketException as at the descriptor limit, if the plan says so
   */
  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return new FaultSocketChannel(this, plan, nextSocket(), platform.openSocketChannel());
  }

  /**
   * The same for a family.
   *
   * @throws SocketException as at the descriptor limit, if the plan says so
   */
  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    return new FaultSocketChannel(this, plan, nextSocket(), platform.openSocketChannel(family));
  }

  /**
   * A listener whose accepts and connections meet faults.
   *
   * @throws SocketException as at the descriptor limit, if the plan says so
   */
  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return new FaultServerSocketChannel(
        this, plan, nextSocket(), platform.openServerSocketChannel());
  }

  /**
   * The same for a family.
   *
   * @throws SocketException as at the descriptor limit, if the plan says so
   */
  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return new FaultServerSocketChannel(
        this, plan, nextSocket(), platform.openServerSocketChannel(family));
  }

  /** A channel of the platform that can be registered here; no fault but spurious readiness. */
  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return new PlainDatagramChannel(this, next(), platform.openDatagramChannel());
  }

  /** The same for a family. */
  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return new PlainDatagramChannel(this, next(), platform.openDatagramChannel(family));
  }

  /** A pipe of the platform that can be registered here; no fault but spurious readiness. */
  @Override
  public Pipe openPipe() throws IOException {
    return new PlainPipe(this, next(), platform.openPipe());
  }

  /** The platform's inherited channel, with faults if it is a socket. */
  @Override
  public Channel inheritedChannel() throws IOException {
    Channel channel = platform.inheritedChannel();
    if (channel instanceof SocketChannel socket) {
      return new FaultSocketChannel(this, plan, next(), socket);
    }
    if (channel instanceof ServerSocketChannel listener) {
      return new FaultServerSocketChannel(this, plan, next(), listener);
    }
    if (channel instanceof DatagramChannel datagrams) {
      return new PlainDatagramChannel(this, next(), datagrams);
    }
    return channel;
  }

  /** With the plan's text. */
  @Override
  public String toString() {
    return "FaultSelectorProvider[" + plan + "]";
  }
}
