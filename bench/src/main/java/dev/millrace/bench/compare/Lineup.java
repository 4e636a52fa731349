package dev.millrace.bench.compare;

import dev.millrace.bench.load.Load;
import dev.millrace.bench.load.LoadListener;
import dev.millrace.bench.load.LoadOptions;
import dev.millrace.bench.load.LoadResult;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.peer.ServerOptions;
import dev.millrace.bench.peer.ServerProcess;
import dev.millrace.bench.probe.Cpus;
import dev.millrace.bench.probe.ProcessEndedException;
import dev.millrace.bench.probe.ProcessProbe;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * The servers of one workload, each in its process, all up at the same time: one that is not being
 * measured waits in its poll and takes nothing from the others.
 */
final class Lineup implements AutoCloseable {
  private final Workload workload;
  private final Settings settings;
  private final Map<Peer, ServerProcess> servers = new EnumMap<>(Peer.class);
  private final Random random;

  /**
   * Starts the servers.
   *
   * @param prefix before the command of each, as what counts its instructions
   * @param jvmOptions for each JVM beside those of the settings
   * @throws IOException if one does not start; those that did are ended
   */
  Lineup(
      Workload workload,
      List<Peer> peers,
      Settings settings,
      Cpus cpus,
      List<String> prefix,
      List<String> jvmOptions)
      throws IOException {
    this.workload = workload;
    this.settings = settings;
    this.random = new Random(settings.seed());
    List<String> before = new ArrayList<>(cpus.prefix(settings.serverCpus(cpus)));
    before.addAll(prefix);
    List<String> options = new ArrayList<>(jvmOptions);
    options.addAll(settings.jvmOptions());
    boolean isUp = false;
    try {
      for (Peer peer : peers) {
        servers.put(
            peer,
            ServerProcess.start(
                new ServerOptions(
                    peer, workload.protocol(), options, before, settings.readTimeout())));
      }
      isUp = true;
    } finally {
      if (!isUp) {
        close();
      }
    }
  }

  List<Peer> peers() {
    return List.copyOf(servers.keySet());
  }

  /** All of them, in an order drawn anew each time. */
  List<Peer> shuffled() {
    List<Peer> order = new ArrayList<>(servers.keySet());
    Collections.shuffle(order, random);
    return order;
  }

  long pid(Peer peer) {
    return servers.get(peer).pid();
  }

  /**
   * Tells what a server has used.
   *
   * @throws IOException if it has ended
   */
  ProcessProbe probe(Peer peer) throws IOException {
    try {
      return ProcessProbe.of(pid(peer));
    } catch (ProcessEndedException e) {
      throw ended(peer, e);
    }
  }

  private IOException ended(Peer peer, ProcessEndedException e) {
    List<String> said = servers.get(peer).errors();
    return new IOException(
        "%s, %s: the server has ended%s"
            .formatted(
                workload.id(),
                peer.title(),
                said.isEmpty() ? "" : "; its last words: " + said.get(said.size() - 1)),
        e);
  }

  /**
   * Loads one server.
   *
   * @param leadIn how long before the window; connections come up in it
   * @param measure how long the window is
   * @param listener is called at its edges
   * @throws IOException if anything went wrong: such a run has no figures
   */
  LoadResult load(Peer peer, Duration leadIn, Duration measure, LoadListener listener)
      throws IOException, InterruptedException {
    LoadOptions options =
        new LoadOptions(
            servers.get(peer).address(),
            workload.connections(),
            workload.depth(),
            workload.sizeBytes(),
            leadIn,
            measure,
            OptionalDouble.empty(),
            workload.isReconnecting(),
            workload.language(settings.seed()),
            1);
    LoadResult result;
    try {
      result = Load.run(options, listener);
    } catch (ProcessEndedException e) { // the listener's, which samples it
      throw ended(peer, e);
    }
    if (result.errors() > 0) {
      throw new IOException(
          "%s, %s: %d errors under load; connects that failed: %s, connections lost: %s, requests never answered: %d"
              .formatted(
                  workload.id(),
                  peer.title(),
                  result.errors(),
                  result.connectFailures(),
                  result.lost(),
                  result.unanswered()));
    }
    if (result.requests() == 0) {
      throw new IOException(
          "%s, %s: no answer in %d ms".formatted(workload.id(), peer.title(), measure.toMillis()));
    }
    return result;
  }

  @Override
  public void close() {
    servers.values().forEach(ServerProcess::close);
  }
}
