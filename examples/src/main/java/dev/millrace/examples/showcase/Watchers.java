package dev.millrace.examples.showcase;

import dev.millrace.EventLoop;
import dev.millrace.examples.http.AnswerStream;
import dev.millrace.examples.http.Exchange;
import dev.millrace.timer.Timer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Those who watch, and the one timer that serves them. It is armed while there is one and not
 * otherwise: a loop that nobody watches does not wake up.
 *
 * <p>At each firing, four times a second, those who are up to date get a snapshot if something has
 * happened, and else every fourth time, since ages and the timer wheel's hand go on by themselves;
 * so the stream is never silent for longer than a second, and needs no comments to keep it alive.
 *
 * <p><b>Back-pressure.</b> Who has not taken the last snapshot gets none: a slow watcher sees fewer
 * of them, and never more than one waits for him. Who takes nothing at all is cut by the core's
 * write stall.
 *
 * <p>The loop's thread.
 */
final class Watchers {
  /** As many as may watch; beyond it the answer is 503. Each costs a snapshot a firing. */
  static final int MOST = 32;

  /** Four times a second looks live, and is far below what the loop notices. */
  static final long PERIOD_NANOS = 250_000_000;

  /** Where nothing happens: once a second. */
  private static final int QUIET_PERIODS = 4;

  /** A server that was started again is found at once, and one that is gone costs little. */
  private static final long RETRY_MILLIS = 1_000;

  private final EventLoop loop;
  private final Supplier<String> snapshot;
  private final LongSupplier activity;
  private final List<AnswerStream> streams = new ArrayList<>();
  private final Timer timer =
      new Timer() {
        @Override
        protected void onTimer() {
          tick();
        }
      };

  private long lastActivity;
  private int quietPeriods;
  private long skipped;
  private int snapshotBytes;

  /**
   * Nobody watches yet.
   *
   * @param snapshot what to show, as JSON
   * @param activity another number when something has happened
   */
  Watchers(EventLoop loop, Supplier<String> snapshot, LongSupplier activity) {
    this.loop = loop;
    this.snapshot = snapshot;
    this.activity = activity;
  }

  /** Whether there is room for one more. */
  boolean hasRoom() {
    return streams.size() < MOST;
  }

  /** How many there are. */
  int size() {
    return streams.size();
  }

  /** How many snapshots were not sent because somebody had not taken the last one. */
  long skipped() {
    return skipped;
  }

  /** How large the last one was that was sent to all, with its frame. */
  int snapshotBytes() {
    return snapshotBytes;
  }

  /** Shows somebody all there is, from now on. */
  void add(Exchange exchange, String... fields) {
    AnswerStream[] made = new AnswerStream[1];
    AnswerStream stream = exchange.stream(EventFrame.TYPE, () -> remove(made[0]), fields);
    made[0] = stream;
    if (stream == null) {
      return; // its connection has no room for an answer, or it was only asked how one begins
    }
    streams.add(stream);
    stream.write(EventFrame.retry(RETRY_MILLIS));
    stream.write(EventFrame.event("snapshot", snapshot.get()));
    if (streams.size() == 1) {
      lastActivity = activity.getAsLong();
      loop.schedule(timer, PERIOD_NANOS);
    }
  }

  private void remove(AnswerStream stream) {
    streams.remove(stream);
    if (streams.isEmpty()) {
      loop.cancel(timer);
    }
  }

  private void tick() {
    loop.schedule(timer, PERIOD_NANOS);
    long now = activity.getAsLong();
    if (now == lastActivity && ++quietPeriods < QUIET_PERIODS) {
      return;
    }
    lastActivity = now;
    quietPeriods = 0;
    send();
  }

  /** Shows a new snapshot to all who have taken the last one. */
  void send() {
    ByteBuffer event = EventFrame.event("snapshot", snapshot.get());
    snapshotBytes = event.remaining();
    for (AnswerStream stream : streams) {
      if (!stream.isTaken() || !stream.write(event.rewind())) {
        skipped++;
      }
    }
  }
}
