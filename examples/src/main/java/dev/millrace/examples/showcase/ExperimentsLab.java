package dev.millrace.examples.showcase;

import dev.millrace.examples.lab.Advice;
import dev.millrace.examples.lab.Experiment;
import dev.millrace.examples.lab.Experiments;
import dev.millrace.examples.lab.LabContext;
import dev.millrace.examples.lab.Need;
import java.util.List;
import java.util.Locale;

/** The error lab of these examples. */
final class ExperimentsLab implements Lab {
  private final List<Offer> offers;

  /** Learned with the first experiment: it opens sockets, and nobody may ever ask for one. */
  private LabContext context;

  /** Looks what this machine has. */
  ExperimentsLab() {
    offers = Experiments.all().stream().map(ExperimentsLab::offer).toList();
  }

  private static Offer offer(Experiment experiment) {
    String missing =
        experiment.needs().stream()
            .filter(need -> !need.isMet())
            .map(Need::toString)
            .findFirst()
            .orElse(null);
    String kind = experiment.kind().symbol();
    return new Offer(experiment.name(), experiment.title(), kind, missing);
  }

  @Override
  public List<Offer> offers() {
    return offers;
  }

  @Override
  public synchronized String run(String name, Locale language) {
    if (context == null) {
      context = LabContext.create();
    }
    return Experiments.named(name).orElseThrow().run(context).toJson(Advice.of(language));
  }
}
