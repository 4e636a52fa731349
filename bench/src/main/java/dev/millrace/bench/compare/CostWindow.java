package dev.millrace.bench.compare;

import dev.millrace.bench.load.LoadListener;
import dev.millrace.bench.probe.Machine;
import dev.millrace.bench.probe.ProcessCost;
import dev.millrace.bench.probe.ProcessProbe;
import dev.millrace.bench.probe.ProcessSample;
import java.util.Optional;

/**
 * What a server cost while it was under load, sampled at the edges of the load's own window.
 *
 * <p>Sampling takes milliseconds, in which the server goes on. So the order is the same at both
 * edges, the server first: its window is as long as that in which its requests are counted.
 */
final class CostWindow implements LoadListener {
  private final ProcessProbe server;
  private final ProcessProbe self = ProcessProbe.of(ProcessHandle.current().pid());
  private ProcessSample serverBefore;
  private ProcessSample selfBefore;
  private Machine.Sample machineBefore;
  private ProcessCost cost;
  private Optional<String> disturbance = Optional.empty();

  CostWindow(ProcessProbe server) {
    this.server = server;
  }

  @Override
  public void measuringBegins() {
    serverBefore = server.sample();
    selfBefore = self.sample();
    machineBefore = Machine.sample();
  }

  @Override
  public void measuringEnds(long requests) {
    cost = server.sample().minus(serverBefore);
    long own = self.sample().minus(selfBefore).cpuNanos();
    disturbance = Machine.sample().minus(machineBefore).disturbance(cost.cpuNanos() + own);
  }

  ProcessCost cost() {
    return cost;
  }

  Optional<String> disturbance() {
    return disturbance;
  }
}
