package dev.millrace.examples.showcase;

import java.util.List;
import java.util.Locale;

/** What the page needs of the error lab. Any thread. */
interface Lab {
  /**
   * An experiment, as it is offered.
   *
   * @param name a word of lower case letters, digits and hyphens
   * @param title what it shows, in a few words
   * @param kind the symbol of the kind it is about
   * @param missing what it would need and this machine doesn't have; null if nothing is missing
   */
  record Offer(String name, String title, String kind, String missing) {}

  /** All there are, in the order to show them in. */
  List<Offer> offers();

  /**
   * Runs one, on the calling thread, and returns when it is over.
   *
   * @param name one of those offered
   * @param language of the advice
   * @return its timeline, as JSON in one line
   */
  String run(String name, Locale language);
}
