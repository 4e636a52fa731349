package dev.millrace.examples.showcase;

import dev.millrace.examples.http.Exchange;
import dev.millrace.examples.http.Status;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the lab's experiments for the page, one at a time, on a thread that lives as long as its
 * experiment: they block, which the loop must not.
 *
 * <p>The loop's thread.
 */
final class LabDesk {
  private static final Logger LOG = LoggerFactory.getLogger(LabDesk.class);

  private final Lab lab;

  /** The experiment under way, or null. */
  private String running;

  LabDesk(Lab lab) {
    this.lab = lab;
  }

  /** What may be asked for. */
  Lab lab() {
    return lab;
  }

  /** The name of the experiment under way; null if there is none. */
  String running() {
    return running;
  }

  /** Runs an experiment and answers with its timeline; or says in a line why not. */
  void run(String name, Locale language, Exchange exchange) {
    if (lab.offers().stream().noneMatch(offer -> offer.name().equals(name))) {
      Answers.line(exchange, Status.NOT_FOUND, "no experiment is called '" + name + "'");
      return;
    }
    if (running != null) {
      String wait = "'" + running + "' is under way; one experiment at a time";
      Answers.line(exchange, Status.CONFLICT, wait, "Retry-After", "1");
      return;
    }
    running = name;
    Thread thread = new Thread(() -> perform(name, language, exchange), "lab");
    thread.setDaemon(true); // the program may end in the middle of one
    boolean isStarted = false;
    try {
      thread.start();
      isStarted = true;
    } finally {
      if (!isStarted) {
        running = null; // no thread is to be had, which the client is told by a 500
      }
    }
  }

  /** On the lab's thread. */
  private void perform(String name, Locale language, Exchange exchange) {
    String timeline = null;
    try {
      timeline = lab.run(name, language);
    } catch (RuntimeException | Error e) {
      LOG.error("experiment failed name={}", name, e);
    } finally {
      String done = timeline;
      try {
        exchange.connection().loop().execute(() -> tell(name, done, exchange));
      } catch (RejectedExecutionException e) {
        LOG.debug("experiment ended after the server name={}", name);
      }
    }
  }

  private void tell(String name, String timeline, Exchange exchange) {
    running = null;
    if (timeline != null) {
      Answers.json(exchange, timeline);
    } else {
      String line = "'" + name + "' failed; the server's log says why";
      Answers.line(exchange, Status.INTERNAL_SERVER_ERROR, line);
    }
  }
}
