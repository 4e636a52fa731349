package dev.millrace.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random steps over one listener, two connections and two selectors. Most steps are drawn without
 * regard to whether they make sense: what is refused, and how, is to be compared as well.
 *
 * <p>Left out, because a kernel's answer is a matter of its own amounts or of real time: reading a
 * part of a full queue (how much has to be read before there is room again, and how much room that
 * makes, depends on the sizes of its buffers), so behind a {@code fill} the other side drains; a
 * full queue against one that has ended its input (if that one ends its output as well, the next
 * segment is answered with a reset, and whether there is a next one is a matter of the window);
 * blocking selects and channels; full backlogs, whose clients wait for a retry. Consumers that
 * change other keys are in the scripts by hand, since what they see depends on the order of ready
 * keys, which is arbitrary.
 */
final class RandomScript {
  private static final String[] CONNECTIONS = {"C", "A", "D", "B"};
  private static final int MIN_STEPS = 5;
  private static final int MAX_STEPS = 25;

  /** One step in so many fills a queue: that takes the kernel milliseconds. */
  private static final int FILL_ONE_IN = 150;

  private final Random random;
  private final List<String> steps = new ArrayList<>();

  /** By name: whether its output was filled. */
  private final boolean[] filled = new boolean[CONNECTIONS.length];

  /** By name: whether it has ended its input. */
  private final boolean[] inputEnded = new boolean[CONNECTIONS.length];

  private RandomScript(long seed) {
    random = new Random(seed);
  }

  static List<String> of(long seed) {
    return new RandomScript(seed).write();
  }

  private List<String> write() {
    steps.add("S.open");
    if (random.nextInt(8) == 0) {
      steps.add("S2.open");
    }
    steps.add("L.listen");
    if (random.nextInt(3) == 0) {
      steps.add("L.register S a");
    }
    connect("C", "A");
    boolean two = random.nextInt(3) == 0;
    if (two) {
      connect("D", "B");
    }
    int count = MIN_STEPS + random.nextInt(MAX_STEPS - MIN_STEPS + 1);
    for (int i = 0; i < count; i++) {
      step(random.nextInt(two ? 4 : 2));
    }
    // What a script has done shows at last in what both sides read and are told.
    for (int i = 0; i < (two ? 4 : 2); i++) {
      steps.add(CONNECTIONS[i] + ".drain");
      steps.add(CONNECTIONS[i] + ".write 1");
    }
    steps.add("S.now");
    return steps;
  }

  private void connect(String client, String accepted) {
    steps.add(client + ".open");
    if (random.nextInt(10) == 0) {
      steps.add(client + ".register S " + ops());
    }
    if (random.nextInt(40) > 0) {
      steps.add(client + ".connect L");
    }
    if (random.nextInt(10) == 0) {
      steps.add(client + ".register S " + ops());
      steps.add("S.now");
    }
    if (random.nextInt(12) > 0) {
      steps.add(client + ".finish");
    }
    if (random.nextInt(12) > 0) {
      steps.add(accepted + ".accept L");
    }
    if (random.nextInt(3) == 0) {
      steps.add(accepted + ".register S " + ops());
    }
  }

  private String ops() {
    String[] likely = {"r", "w", "rw", "r", "rw", "-", "rwc", "c", "a", "wc"};
    return likely[random.nextInt(likely.length)];
  }

  private void step(int who) {
    String name = CONNECTIONS[who];
    boolean fullInput = filled[who ^ 1];
    String selector = random.nextInt(10) == 0 ? "S2" : "S";
    switch (random.nextInt(30)) {
      case 0, 1, 2, 3 -> steps.add(name + ".write " + small());
      case 4, 5, 6, 7 -> read(who, ".read " + small());
      case 8 -> steps.add(name + ".gather " + small() + " " + small() + " " + small());
      case 9 -> read(who, ".scatter " + small() + " " + small() + " " + small());
      case 10, 11 -> steps.add(name + ".end-output");
      case 12 -> {
        if (fullInput) {
          read(who, ".drain");
        }
        inputEnded[who] = true;
        steps.add(name + ".end-input");
      }
      case 13 -> steps.add(name + ".close");
      case 14 -> {
        steps.add(name + ".linger 0");
        steps.add(name + ".close");
      }
      case 15 -> steps.add(name + ".linger " + (random.nextBoolean() ? 0 : -1));
      case 16, 17, 18 -> steps.add(name + ".register " + selector + " " + ops());
      case 19 -> steps.add(name + ".interest " + selector + " " + ops());
      case 20, 21 -> steps.add(selector + ".now");
      case 22 -> steps.add(selector + (random.nextBoolean() ? ".leave" : ".each"));
      case 23 -> steps.add(name + ".cancel " + selector);
      case 24 -> steps.add(name + ".key " + selector);
      case 25 -> steps.add(name + ".state");
      case 26 -> read(who, ".drain");
      case 27 -> fillOrNot(who, fullInput);
      case 28 -> rare(who, selector);
      default -> {
        String other = random.nextBoolean() ? ".accept L" : ".finish";
        steps.add(name + other);
      }
    }
  }

  private int small() {
    return random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(12);
  }

  private void read(int who, String how) {
    if (filled[who ^ 1]) {
      filled[who ^ 1] = false;
      steps.add(CONNECTIONS[who] + ".drain");
    } else {
      steps.add(CONNECTIONS[who] + how);
    }
  }

  private void fillOrNot(int who, boolean fullInput) {
    if (random.nextInt(FILL_ONE_IN / 30) == 0 && !fullInput && !inputEnded[who ^ 1]) {
      filled[who] = true;
      steps.add(CONNECTIONS[who] + ".fill");
    } else {
      steps.add(CONNECTIONS[who] + ".gather 2000x5");
      read(who ^ 1, ".scatter 1200x2 9000");
    }
  }

  private void rare(int who, String selector) {
    String name = CONNECTIONS[who];
    switch (random.nextInt(12)) {
      case 0 -> steps.add(name + ".connect L");
      case 1 -> steps.add("L.close");
      case 2 -> steps.add("L.register " + selector + " " + (random.nextBoolean() ? "a" : "-"));
      case 3 -> steps.add(selector + ".close");
      case 4 -> steps.add(selector + ".open");
      case 5 -> steps.add(selector + ".keys");
      case 6 -> steps.add(selector + ".selected");
      case 7 -> steps.add(name + ".bind loopback");
      case 8 -> steps.add(name + ".blocking");
      case 9 -> steps.add("L.state");
      case 10 -> steps.add(name + ".read-only");
      default -> {
        steps.add(selector + ".wakeup");
        steps.add(selector + ".now");
      }
    }
  }
}
