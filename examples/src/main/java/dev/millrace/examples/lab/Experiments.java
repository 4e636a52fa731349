package dev.millrace.examples.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All there are. */
public final class Experiments {
  private static final List<Experiment> ALL = gather();

  private Experiments() {}

  private static List<Experiment> gather() {
    List<Experiment> all = new ArrayList<>();
    all.addAll(BrokenPipes.all());
    all.addAll(Resets.all());
    all.addAll(Ends.all());
    all.addAll(Closes.all());
    all.addAll(Writes.all());
    all.addAll(TimeOuts.all());
    all.addAll(Troubles.all());
    all.addAll(Connects.all());
    all.addAll(Addresses.all());
    all.addAll(Accepts.all());
    all.addAll(Networks.all());
    return List.copyOf(all);
  }

  /** All, in the order in which they are best read. */
  public static List<Experiment> all() {
    return ALL;
  }

  /** The one of that name. */
  public static Optional<Experiment> named(String name) {
    return ALL.stream().filter(e -> e.name().equals(name)).findAny();
  }
}
