package dev.millrace.examples.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A play that needs a JVM of its own: in a network of its own, which can be broken without harm, or
 * with few descriptors.
 *
 * <p>The child plays, and writes its timeline to a file; the scene here takes it over and compares.
 * Everything that is done to a network is done in a network namespace that the child is in alone.
 * The kernel removes it, with all links, routes and settings, when its last process has ended:
 * there is nothing to clean up, and nothing that can be forgotten. The child refuses to touch a
 * network if it finds itself in its parent's.
 */
final class Apart implements Experiment.Play {
  /** The kernel's time-outs take three seconds, a JVM on a busy machine some; then it hangs. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String NAMESPACE = "/proc/self/ns/net";

  /** Makes the loopback usable, which it is not in a new namespace, and goes on as given. */
  private static final List<String> LOOPBACK_UP =
      List.of("sh", "-c", "ip link set lo up && exec \"$@\"", "sh");

  /** As root, or as anybody where the kernel lets one be root in a namespace of one's own. */
  private static final List<List<String>> WAYS =
      List.of(List.of("unshare", "-n"), List.of("unshare", "-r", "-n"));

  /** A network namespace can be made here, and its settings changed. */
  static final Need NETWORK =
      Need.of("root, unshare and ip, for a network of its own", () -> way() != null);

  private final boolean network;
  private final List<String> prefix;
  private final Experiment.Play inner;

  private Apart(boolean network, List<String> prefix, Experiment.Play inner) {
    this.network = network;
    this.prefix = prefix;
    this.inner = inner;
  }

  /** In a network namespace of its own, that has a loopback and nothing else. */
  static Apart inNetwork(Experiment.Play inner) {
    return new Apart(true, List.of(), inner);
  }

  /** The same without the right to bind ports below 1024. */
  static Apart inNetworkWithoutBindService(Experiment.Play inner) {
    return new Apart(true, List.of("setpriv", "--bounding-set=-net_bind_service"), inner);
  }

  /**
   * With so many descriptors. Both limits are set: a JVM raises the soft one to the hard one when
   * it starts.
   */
  static Apart withDescriptors(int limit, Experiment.Play inner) {
    return new Apart(
        false, List.of("sh", "-c", "ulimit -n " + limit + " && exec \"$@\"", "sh"), inner);
  }

  /** What is played in the child. */
  Experiment.Play inner() {
    return inner;
  }

  @Override
  public void play(Scene scene) throws IOException {
    List<String> command = new ArrayList<>();
    if (network) {
      List<String> way = way();
      if (way == null) {
        scene.skip("no network of its own can be made any more");
        return;
      }
      command.addAll(way);
      command.addAll(LOOPBACK_UP);
    }
    command.addAll(prefix);
    try (Temporary timeline = Temporary.file(".timeline")) {
      Path answer = timeline.path();
      List<String> args =
          List.of(scene.experiment().name(), answer.toString(), network ? ownNamespace() : "");
      ChildJvm.End end =
          ChildJvm.run(command, ChildJvm.ownHome(), null, PATIENCE, Apart.class, args);
      if (end.exit() != 0) {
        throw new IOException("the child JVM ended with " + end.exit() + ": " + end.lastWords());
      }
      scene.adopt(Transcript.read(scene.experiment(), answer));
    }
  }

  /** In the child: NAME FILE NAMESPACE, the last one being the parent's network or empty. */
  public static void main(String[] args) throws IOException {
    ChildJvm.endWithParent();
    Experiment experiment = Experiments.named(args[0]).orElseThrow();
    if (!args[2].isEmpty() && args[2].equals(ownNamespace())) {
      throw new IOException("still in the parent's network: nothing is touched");
    }
    Transcript.write(experiment.runApart(LabContext.create()), Path.of(args[1]));
    System.exit(0);
  }

  /** How a namespace is made here; null if it can't be. Asked each time: it costs milliseconds. */
  private static List<String> way() {
    for (List<String> way : WAYS) {
      List<String> trial = new ArrayList<>(way);
      trial.addAll(
          List.of("sh", "-c", "ip link set lo up && test -w /proc/sys/net/ipv4/tcp_syn_retries"));
      try {
        Process process =
            new ProcessBuilder(trial)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        boolean ended = process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        if (ended && process.exitValue() == 0) {
          return way;
        }
      } catch (IOException e) {
        // No such program: not this way.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }
    return null;
  }

  private static String ownNamespace() throws IOException {
    return Files.readSymbolicLink(Path.of(NAMESPACE)).toString();
  }
}
