package dev.millrace.examples.sim;

import java.util.List;

/** All of them. The order counts: a seed draws by position, so new ones go to the end. */
final class Scenarios {
  private static final List<Scenario> ALL =
      List.of(
          new Scenario(
              "echo",
              "clients of all speeds are echoed, in pieces of all sizes",
              TalkScenarios::echo),
          new Scenario(
              "reset-anywhere",
              "peers reset, stall and vanish at any byte of an echo",
              TalkScenarios::resetAnywhere),
          new Scenario(
              "slow-reader",
              "large answers to readers that take a trickle, or stop for a while",
              TalkScenarios::slowReader),
          new Scenario(
              "peer-never-reads",
              "answers to peers that read nothing, until the stall is noticed",
              TalkScenarios::peerNeverReads),
          new Scenario(
              "messages-in-pieces",
              "length-prefixed messages, taken one at a time, some too large",
              TalkScenarios::messagesInPieces),
          new Scenario(
              "kept-to-the-end",
              "nothing is consumed until the FIN, and it is as much as may be kept, or a byte more",
              TalkScenarios::keptToTheEnd),
          new Scenario(
              "completions",
              "every write asks to be told, and the next is written when it is",
              WriteScenarios::completions),
          new Scenario(
              "senders", "other threads send, also around the end", WriteScenarios::senders),
          new Scenario(
              "forwarder",
              "what one connection sends goes out on another, with back-pressure",
              WriteScenarios::forwarder),
          new Scenario(
              "loop-budget",
              "many writers and little memory for all of them together",
              WriteScenarios::loopBudget),
          new Scenario(
              "loop-budget-messages",
              "requests wait unanswered while little memory is used up",
              TalkScenarios::loopBudgetMessages),
          new Scenario(
              "files",
              "regions of a file between other writes, and around the end",
              WriteScenarios::files),
          new Scenario(
              "close-after-answer",
              "the server answers and closes while the upload goes on",
              EndScenarios::closeAfterAnswer),
          new Scenario(
              "half-close",
              "either side ends its output at any time, and goes on reading",
              EndScenarios::halfClose),
          new Scenario(
              "time-outs",
              "clients idle, trickle, pause and overstay, each against its own time-out",
              EndScenarios::timeOuts),
          new Scenario(
              "in-time",
              "each time-out in a quiet network: the right one, not early and not late",
              TimeScenarios::inTime),
          new Scenario(
              "anything-in-callbacks",
              "a handler that does anything it may, in every callback",
              EndScenarios::anythingInCallbacks),
          new Scenario(
              "handler-throws",
              "callbacks throw, tasks stall the loop, the clock jumps",
              EndScenarios::handlerThrows),
          new Scenario(
              "descriptors-run-out",
              "more clients than descriptors, in waves",
              ServerScenarios::descriptorsRunOut),
          new Scenario(
              "cap-reached",
              "more clients than the caps allow, rejected or left waiting",
              ServerScenarios::capReached),
          new Scenario(
              "no-handler",
              "the factory of handlers throws, or returns null",
              ServerScenarios::noHandler),
          new Scenario(
              "selector-breaks",
              "selects throw, or return at once for no reason, until the selector is replaced",
              ServerScenarios::selectorBreaks),
          new Scenario(
              "shutdown-in-the-middle",
              "the server shuts down at any moment, with any deadline",
              ServerScenarios::shutdownInTheMiddle),
          new Scenario(
              "loop-stops",
              "the loop is stopped under its connections",
              ServerScenarios::loopStops),
          new Scenario(
              "connects",
              "connects that are refused, pending, late, given up, and repeated",
              ServerScenarios::connects),
          new Scenario(
              "swizzle",
              "one machine after the other loses its network, and gets it back in another order",
              ServerScenarios::swizzle),
          new Scenario(
              "link",
              "links through resets, stalls and restarts: every message once and in order",
              LinkScenarios::link));

  private Scenarios() {}

  static List<Scenario> all() {
    return ALL;
  }

  static Scenario named(String name) {
    for (Scenario scenario : ALL) {
      if (scenario.name().equals(name)) {
        return scenario;
      }
    }
    return null;
  }
}
