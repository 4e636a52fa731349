package dev.millrace.examples.errors;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What may be behind the failures of a log: an inference from counts, so each says from which, and
 * by which rule.
 *
 * @param what the conclusion
 * @param because the counts
 * @param rule when this is concluded
 */
record Cause(String what, String because, String rule) {
  /** Fewer failures of a kind than that say nothing of shares. */
  private static final int FEW = 20;

  static List<Cause> of(Tally tally) {
    List<Cause> causes = new ArrayList<>();
    descriptors(tally, causes);
    ourOwnCode(tally, causes);
    onePeer(tally, causes);
    targetDown(tally, causes);
    path(tally, causes);
    slowReaders(tally, causes);
    checks(tally, causes);
    impatient(tally, causes);
    caps(tally, causes);
    ports(tally, causes);
    idle(tally, causes);
    return causes;
  }

  private static void descriptors(Tally tally, List<Cause> causes) {
    long emfile = tally.count("EMFILE");
    if (emfile > 0) {
      causes.add(
          new Cause(
              "The process ran out of file descriptors.",
              "EMFILE " + n(emfile) + " times, " + operations(tally.kind("EMFILE")),
              "any EMFILE"));
    }
  }

  private static void ourOwnCode(Tally tally, List<Cause> causes) {
    for (String kind : List.of("HANDLER_FAILED", "SPIN", "CLOSED_LOCALLY", "PAUSED_TIMEOUT")) {
      long count = tally.count(kind);
      if (count > 0) {
        causes.add(
            new Cause(
                "The program's own handler has a fault.",
                kind + " " + n(count) + " times; the log beside it has the stack trace",
                "any HANDLER_FAILED, SPIN, CLOSED_LOCALLY or PAUSED_TIMEOUT"));
      }
    }
  }

  private static void onePeer(Tally tally, List<Cause> causes) {
    for (Tally.OfKind kind : tally.kinds()) {
      List<HeavyHitters.Hit> top = kind.peers.top(1);
      boolean isEnough = kind.count >= FEW && !top.isEmpty();
      if (isEnough && 2 * top.get(0).atLeast() >= kind.count && kind.peers.size() > 1) {
        HeavyHitters.Hit hit = top.get(0);
        causes.add(
            new Cause(
                "One peer, " + hit.name() + ", makes most of " + kind.kind + ": look there first.",
                "at least " + share(hit.atLeast(), kind.count) + " of " + n(kind.count),
                "a peer with at least half of a kind that came 20 times and from several"));
      }
    }
  }

  private static void targetDown(Tally tally, List<Cause> causes) {
    Tally.OfKind refused = tally.kind("ECONNREFUSED");
    if (refused.count >= FEW || (refused.count > 0 && 2 * refused.count >= tally.total())) {
      String to = refused.peers.top(1).stream().map(HeavyHitters.Hit::name).findFirst().orElse("?");
      causes.add(
          new Cause(
              "A service that this program connects to was down, " + to + " above all.",
              "ECONNREFUSED " + n(refused.count) + " times",
              "ECONNREFUSED 20 times, or half of all failures"));
    }
  }

  private static void path(Tally tally, List<Cause> causes) {
    long lost = 0;
    int most = 0;
    for (String kind : List.of("ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "CONNECT_TIMEOUT")) {
      lost += tally.count(kind);
      most = Math.max(most, tally.kind(kind).peers.size());
    }
    if (lost >= FEW && most >= 3) {
      causes.add(
          new Cause(
              "The network between: many peers vanished, not one.",
              "time-outs and unreachable " + n(lost) + " times, from " + most + " peers at least",
              "ETIMEDOUT, EHOSTUNREACH, ENETUNREACH and CONNECT_TIMEOUT 20 times, of one of them"
                  + " three peers"));
    }
  }

  private static void slowReaders(Tally tally, List<Cause> causes) {
    long stalled = tally.count("WRITE_STALL") + tally.count("DRAIN_TIMEOUT");
    if (stalled < FEW) {
      return;
    }
    long[] bins = tally.bins.of("WRITE_STALL");
    long early = 0;
    long late = 0;
    for (int i = 0; i < bins.length; i++) {
      if (2 * i < bins.length) {
        early += bins[i];
      } else {
        late += bins[i];
      }
    }
    boolean grows = late > 2 * early;
    if (grows || 10 * stalled >= tally.total()) {
      causes.add(
          new Cause(
              "Peers that read too slowly, or not at all"
                  + (grows ? ", and ever more of them." : "."),
              "WRITE_STALL and DRAIN_TIMEOUT "
                  + n(stalled)
                  + " times, WRITE_STALL "
                  + n(early)
                  + " in the first half of the time and "
                  + n(late)
                  + " in the second",
              "both together 20 times, and a tenth of all failures or more than doubling"));
    }
  }

  private static void checks(Tally tally, List<Cause> causes) {
    Tally.OfKind reset = tally.kind("ECONNRESET");
    if (reset.count >= FEW && 2 * reset.silent >= reset.count) {
      causes.add(
          new Cause(
              "A health check or a port scan: it connects and resets without a byte.",
              share(reset.silent, reset.count) + " of ECONNRESET with nothing sent or received",
              "half of at least 20 ECONNRESET without a byte in either direction"));
    }
  }

  private static void impatient(Tally tally, List<Cause> causes) {
    Tally.OfKind reset = tally.kind("ECONNRESET");
    Tally.OfKind pipe = tally.kind("EPIPE");
    long left = reset.count + pipe.count;
    boolean isOne =
        reset.peers.top(1).stream().anyMatch(hit -> 2 * hit.atLeast() >= Math.max(reset.count, 1));
    if (left >= FEW && 2 * left >= tally.total() && reset.unsent + pipe.unsent > 0 && !isOne) {
      causes.add(
          new Cause(
              "Clients leave before they have read their answers: they lose interest, or their"
                  + " time-out is shorter than the answer takes.",
              "EPIPE and ECONNRESET "
                  + n(left)
                  + " times, with "
                  + n(reset.unsent + pipe.unsent)
                  + " bytes unsent, and no peer has half of them",
              "both together half of all failures, with bytes unsent, from many"));
    }
  }

  private static void caps(Tally tally, List<Cause> causes) {
    for (String kind :
        List.of("CONNECTION_CAP", "ADDRESS_CAP", "LOOP_BUDGET", "MESSAGE_TOO_LARGE")) {
      long count = tally.count(kind);
      if (count > 0) {
        causes.add(
            new Cause(
                "A limit of this program was reached.",
                kind + " " + n(count) + " times",
                "any CONNECTION_CAP, ADDRESS_CAP, LOOP_BUDGET or MESSAGE_TOO_LARGE"));
      }
    }
  }

  private static void ports(Tally tally, List<Cause> causes) {
    long count = tally.count("LOCAL_ADDRESS_OR_POLICY");
    if (count > 0) {
      causes.add(
          new Cause(
              "No local port was left for connections to the outside, or a route forbids them.",
              "LOCAL_ADDRESS_OR_POLICY " + n(count) + " times",
              "any LOCAL_ADDRESS_OR_POLICY"));
    }
  }

  private static void idle(Tally tally, List<Cause> causes) {
    long count = tally.count("READ_IDLE");
    if (count >= FEW && 2 * count >= tally.total()) {
      causes.add(
          new Cause(
              "Nothing is wrong: clients keep connections longer than the read time-out.",
              "READ_IDLE is " + share(count, tally.total()) + " of all failures",
              "READ_IDLE 20 times and half of all"));
    }
  }

  private static String operations(Tally.OfKind kind) {
    StringBuilder text = new StringBuilder("on");
    kind.operations.sorted().keySet().forEach(op -> text.append(' ').append(op));
    return text.toString();
  }

  private static String share(long part, long whole) {
    return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / Math.max(whole, 1));
  }

  private static String n(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
