package dev.millrace.timer;

/**
 * Something to be done at a deadline. A timer is scheduled in a {@link TimerWheel} and is itself
 * the node of the wheel's list: scheduling, cancelling and re-arming it allocate nothing, and one
 * timer has at most one deadline. Extend it, give it the fields the callback needs, and keep it for
 * as long as its owner lives; it may be scheduled any number of times.
 *
 * <pre>
 *            schedule             poll, once advance has collected it
 *     IDLE ------------> SCHEDULED ------------> IDLE, then fire
 *
 *     schedule: from any state to SCHEDULED, behind all that was armed for that tick before
 *     cancel:   from any state to IDLE; onTimer is not called
 * </pre>
 *
 * <p>Thread rule: a timer belongs to the thread of its wheel. No method may be called from another
 * one; nothing is synchronised or checked.
 */
public abstract class Timer {

  static final byte IDLE = 0;
  static final byte SCHEDULED = 1;

  // Every connection has a timer, so its size matters: with compressed references these fields end
  // at byte 35, and a subclass with one reference of its own (to that connection) is 40 bytes. To
  // leave out the wheel would not make that object smaller, and it is what tells a timer of another
  // wheel from one of ours.

  /** The timer before this one in the list of its slot; null for the first. */
  Timer prev;

  /** The timer behind this one in the list of its slot; null for the last. */
  Timer next;

  /**
   * The wheel this timer is linked into; while IDLE, the last one it was in. It is not cleared,
   * because to set it again would be a store of a reference into an old object, for which G1
   * (before JDK 26) executes a memory fence: a fifth of what scheduling and cancelling cost.
   */
  TimerWheel wheel;

  /** The deadline asked for. The wheel derives the tick from it again at each cascade. */
  long deadline;

  /**
   * Which list this timer was put into. That is where it is until its whole slot is collected, and
   * then it is in the due list; meaningless while IDLE.
   */
  short slot;

  /** IDLE or SCHEDULED. */
  byte state;

  /** Makes a timer that is not scheduled. */
  protected Timer() {}

  /**
   * Called when the deadline has passed, once for each time the timer was scheduled, unless it was
   * cancelled or re-armed before. The timer is not scheduled any more at that moment: it may
   * schedule itself again, and schedule or cancel any other timer, including one that is due in the
   * same tick and has not fired yet. A timer scheduled here does not fire in the collection that is
   * being fired, whatever its deadline.
   *
   * <p>What this method throws goes to whoever called {@link #fire()}; the wheel stays consistent,
   * and this timer stays not scheduled.
   */
  protected abstract void onTimer();

  /**
   * Called when what drives the wheel ends before the deadline: the timer was taken out and will
   * not fire. For one who has promised somebody an answer and has nothing but this timer left to
   * give it by. The default does nothing.
   */
  protected void onAbandoned() {}

  /**
   * Calls {@link #onTimer()}. This is for the driver of a wheel, with a timer that {@link
   * TimerWheel#poll()} has just returned; {@link TimerWheel#expire(long, int)} does both.
   *
   * @throws IllegalStateException if the timer is still scheduled: it would fire a second time
   */
  public final void fire() {
    if (state != IDLE) {
      throw new IllegalStateException(
          getClass().getName()
              + " is still scheduled and would fire twice; fire() is for a timer that poll()"
              + " returned, so poll or cancel it first");
    }
    onTimer();
  }

  /**
   * Calls {@link #onAbandoned()}. This is for the driver of a wheel, with a timer that {@link
   * TimerWheel#takeAny()} has just returned.
   *
   * @throws IllegalStateException if the timer is still scheduled: it is not abandoned then
   */
  public final void abandon() {
    if (state != IDLE) {
      throw new IllegalStateException(
          getClass().getName()
              + " is still scheduled; abandon() is for a timer that takeAny() returned");
    }
    onAbandoned();
  }

  /**
   * Tells whether this timer is going to fire.
   *
   * @return true from {@link TimerWheel#schedule} on, also while it is due but has not been polled;
   *     false before that, after {@link TimerWheel#poll()} or {@link TimerWheel#cancel}, and so
   *     also in {@link #onTimer()} until it is scheduled again
   */
  public final boolean isScheduled() {
    return state != IDLE;
  }

  /**
   * The deadline this timer was scheduled for, exactly as it was asked for: not rounded to a tick.
   *
   * @return the deadline in nanoseconds on the scale of the wheel's clock; when the timer is not
   *     scheduled, the last one it had, or 0 if it never had any
   */
  public final long deadlineNanos() {
    return deadline;
  }
}
