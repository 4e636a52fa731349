package dev.millrace.timer;

import java.util.List;

/** Writes its name into a list when it fires, and then does what the situation asks for. */
final class RecordingTimer extends Timer {
  private final String name;
  private final List<String> fired;
  private final Runnable action;

  RecordingTimer(String name, List<String> fired) {
    this(name, fired, () -> {});
  }

  RecordingTimer(String name, List<String> fired, Runnable action) {
    this.name = name;
    this.fired = fired;
    this.action = action;
  }

  @Override
  protected void onTimer() {
    fired.add(name);
    action.run();
  }
}
