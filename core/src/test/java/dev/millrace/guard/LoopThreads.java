package dev.millrace.guard;

import dev.millrace.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The threads that drive a loop, their own or an adopted one. */
final class LoopThreads {
  /** For a thread whose loop has ended to end, too; only one that does not costs so much. */
  private static final long PATIENCE_MILLIS = 2_000;

  private static final String LOOP = EventLoop.class.getName();

  private final Set<Thread> before;

  private LoopThreads(Set<Thread> before) {
    this.before = before;
  }

  static LoopThreads now() {
    return new LoopThreads(new HashSet<>(driving()));
  }

  /** The loop's own thread is a class inside it; an adopted one has a turn on its stack. */
  private static List<Thread> driving() {
    List<Thread> found = new ArrayList<>();
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      Thread thread = each.getKey();
      if (thread == Thread.currentThread()) {
        continue;
      }
      boolean own = thread.getClass().getName().startsWith(LOOP + "$");
      boolean adopted = false;
      for (StackTraceElement frame : each.getValue()) {
        adopted |= frame.getClassName().equals(LOOP);
      }
      if (own || adopted) {
        found.add(thread);
      }
    }
    return found;
  }

  /** Those that are alive now and were not when this was taken. */
  Set<Thread> leakedSince() {
    Set<Thread> leaked = new HashSet<>();
    for (Thread thread : driving()) {
      if (!before.contains(thread) && !hasEnded(thread)) {
        leaked.add(thread);
      }
    }
    return leaked;
  }

  /** As if these had been there before. */
  void forgive(Set<Thread> leaked) {
    before.addAll(leaked);
  }

  static List<String> names(Set<Thread> threads) {
    return threads.stream().map(Thread::getName).sorted().toList();
  }

  /** A loop that was closed tells so before its thread is gone, so that is waited for. */
  private static boolean hasEnded(Thread thread) {
    try {
      thread.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
