package dev.millrace.examples.showcase;

import java.util.List;
import java.util.Locale;

/** placeholder until the lab is merged */
final class ExperimentsLab implements Lab {
  @Override
  public List<Offer> offers() {
    return List.of(new Offer("reset", "A reset is met by a read", "ECONNRESET", null));
  }

  @Override
  public String run(String name, Locale language) {
    return "{\"name\":\"" + name + "\"}";
  }
}
