package dev.millrace.timer;

import java.util.Objects;

/**
 * Keeps timers and tells which of them are due, for one thread that has a clock and brings the
 * time. A timer never fires before its deadline and is due at the first {@link #advance} that is
 * one tick or more past it, mostly sooner; a timer whose deadline is past already is due one tick
 * after the time last advanced to. Timers become due in the order of their ticks, and within a tick
 * in the order in which they were scheduled.
 *
 * <pre>{@code
 * TimerWheel wheel = new TimerWheel(System.nanoTime());
 * Timer greeting =
 *     new Timer() {
 *       @Override
 *       protected void onTimer() {
 *         log.info("half a second later");
 *       }
 *     };
 * wheel.schedule(greeting, wheel.deadlineAfter(System.nanoTime(), 500_000_000));
 * while (wheel.size() > 0) {
 *   LockSupport.parkNanos(wheel.nextDelayNanos(System.nanoTime()));
 *   wheel.expire(System.nanoTime(), 1_000);
 * }
 * }</pre>
 *
 * <p>Thread rule: one thread. Nothing is synchronised, and the wheel starts no thread and reads no
 * clock. Every method may be called from within {@link Timer#onTimer()}.
 *
 * <p>Units: nanoseconds throughout, on the scale of one clock that does not have to start at zero
 * and may wrap from {@code Long.MAX_VALUE} to {@code Long.MIN_VALUE}, as {@link System#nanoTime()}
 * may. A moment is taken relative to the start of the wheel; one that lies before it, or more than
 * {@code Long.MAX_VALUE} nanoseconds (292 years) behind it, which is the same on a clock that
 * wraps, counts as past.
 *
 * <p>Cost: {@link #schedule}, {@link #cancel} and {@link #poll} take constant time, whatever the
 * number of timers. {@link #advance} takes a step for each tick it collects and for each timer that
 * it moves to a finer level (seven times at most in the life of a timer), and nothing for time in
 * which there is nothing. No method allocates. A wheel is about 4 KiB.
 */
public final class TimerWheel {

  // The number of a tick, counted from the start of the wheel, is read as eight digits of six bits.
  // A level is a digit, a slot a value of that digit. A timer lies in the level of the highest
  // digit in which its tick and the current tick differ, in the slot that its own digit names:
  //
  //     level 1 [ ][ ][ ][x][ ][ ] .. [ ]   slot 3 holds what is due in the ticks 3*64 .. 3*64+63
  //                       |
  //                       | cascade: the current tick enters the slot (3*64), its timers move down
  //                       v
  //     level 0 [ ][x][ ][ ][x][ ] .. [ ]   slot n holds what is due in tick 3*64 + n
  //                 |
  //                 | collect: the current tick is that of the slot
  //                 v
  //     due      a -> b -> c                poll() takes from the front
  //
  // With the default tick of 2^20 ns the levels span:
  //
  //     level   one slot   64 slots
  //       0      1.05 ms    67.1 ms
  //       1      67.1 ms    4.29 s
  //       2      4.29 s     4.58 min
  //       3      4.58 min   4.89 h
  //       4      4.89 h     13.0 d
  //       5      13.0 d     2.28 y
  //       6      2.28 y      146 y
  //       7       146 y     9353 y      of which 64 bits of nanoseconds reach 292 y
  //
  // What follows from "the highest digit that differs", and is used everywhere below:
  //
  // 1. The slots of a level that lie behind the current digit are empty: a lowest set bit is the
  //    next slot, and no search has to wrap around.
  // 2. All of level n is due before any of level n + 1: the first level with a bit has the next
  //    slot.
  // 3. The place depends on the two ticks alone: timers of the same tick are always in one list, so
  //    a cascade, which keeps the order of the list, keeps the order in which they were scheduled.
  // 4. The current tick may jump to just before the next occupied slot, and every timer is still in
  //    its right place.

  /** Six bits: 64 slots have exactly one {@code long} as their occupancy bitmap. */
  static final int DIGIT_BITS = 6;

  /**
   * Eight levels, 48 bits. The longest deadline, 2^63 ns, is 2^43 ticks of the shortest tick, for
   * which seven levels (42 bits) are too few: with eight there is no overflow list to take care of.
   */
  public static final int LEVELS = 8;

  /**
   * The list of due timers is one more slot behind all the others, so that unlinking is one code.
   */
  static final int DUE_SLOT = LEVELS << DIGIT_BITS;

  private static final int DIGIT_MASK = (1 << DIGIT_BITS) - 1;

  /**
   * The length of a tick if none is given, 1 048 576 ns, and the shortest there may be. A power of
   * two, because a moment is then turned into a tick by a shift and not by a division of some
   * twenty cycles. About a millisecond, because {@code Selector.select} waits for whole
   * milliseconds: with a finer tick the loop would wake up no sooner.
   */
  public static final long DEFAULT_TICK_NANOS = 1L << 20;

  private final long start;
  private final int tickShift;

  /** The last tick advanced to. All timers not due yet have a later one. */
  private long tick;

  private int size;

  /** How many slots were ever cascaded or collected; lets a test see what a jump costs. */
  private long slotsOpened;

  // One bit for each slot that is not empty; eight longs are one cache line, so a search from the
  // finest level up needs no summary above it. One more for the due list.
  private final long[] occupied = new long[LEVELS + 1];

  // Two arrays and no sentinel nodes: 513 sentinels would be 20 KiB more in every wheel.
  private final Timer[] heads = new Timer[DUE_SLOT + 1];
  private final Timer[] tails = new Timer[DUE_SLOT + 1];

  /**
   * Makes a wheel with a tick of {@link #DEFAULT_TICK_NANOS}.
   *
   * @param startNanos what the clock says now; any value is allowed, also a negative one
   */
  public TimerWheel(long startNanos) {
    this(startNanos, DEFAULT_TICK_NANOS);
  }

  /**
   * Makes a wheel with a tick of its own. A longer tick lets more timers become due together, which
   * saves wake-ups, and makes each of them later by up to that tick.
   *
   * @param startNanos what the clock says now; any value is allowed, also a negative one
   * @param tickNanos the length of a tick in nanoseconds
   * @throws IllegalArgumentException if {@code tickNanos} is not a power of two, or is less than
   *     {@link #DEFAULT_TICK_NANOS}
   */
  public TimerWheel(long startNanos, long tickNanos) {
    if (tickNanos < DEFAULT_TICK_NANOS || Long.bitCount(tickNanos) != 1) {
      throw new IllegalArgumentException(
          "tickNanos must be a power of two and at least "
              + DEFAULT_TICK_NANOS
              + " (2^20, about a millisecond), but is "
              + tickNanos);
    }
    this.start = startNanos;
    this.tickShift = Long.numberOfTrailingZeros(tickNanos);
  }

  /**
   * The moment {@code delayNanos} after {@code nowNanos}, as a deadline for {@link #schedule}. The
   * sum never wraps into the past: a delay that leads beyond the last moment of this wheel gives
   * that last moment, which no clock reaches within 292 years, so {@code Long.MAX_VALUE} means
   * never.
   *
   * @param nowNanos what the clock says now
   * @param delayNanos how long from now, in nanoseconds; zero and less mean now
   * @return the deadline, on the scale of the clock; at the latest {@code Long.MAX_VALUE}
   *     nanoseconds after the start of the wheel
   */
  public long deadlineAfter(long nowNanos, long delayNanos) {
    if (delayNanos <= 0) {
      return nowNanos;
    }
    if (delayNanos > Long.MAX_VALUE - elapsed(nowNanos)) {
      return start + Long.MAX_VALUE;
    }
    return nowNanos + delayNanos;
  }

  /**
   * Which slots of a level hold timers: the bitmap by which the next deadline is found, for who
   * wants to draw the wheel. A slot of level n spans 64<sup>n</sup> ticks.
   *
   * @param level 0 for the finest, up to {@link #LEVELS} - 1
   * @return a bit for each slot, the lowest for slot 0
   * @throws IndexOutOfBoundsException if there is no such level
   */
  public long occupied(int level) {
    return occupied[Objects.checkIndex(level, LEVELS)];
  }

  /**
   * The slot of a level that the time last advanced to lies in.
   *
   * @param level 0 for the finest, up to {@link #LEVELS} - 1
   * @return 0 to 63
   * @throws IndexOutOfBoundsException if there is no such level
   */
  public int hand(int level) {
    return (int) (tick >>> (Objects.checkIndex(level, LEVELS) * DIGIT_BITS)) & DIGIT_MASK;
  }

  /**
   * Schedules a timer, or re-arms it: if it was scheduled or due in this wheel, its old deadline is
   * forgotten, it counts once, and it lines up behind the others of its new tick. A deadline that
   * lies at or before the tick last advanced to becomes due in the next tick, so a timer armed
   * while timers fire never fires among them. Constant time, no allocation.
   *
   * @param timer the timer, which this wheel then refers to until it is polled or cancelled
   * @param deadlineNanos the moment at which it is to fire, on the scale of the clock; see {@link
   *     #deadlineAfter}
   * @throws IllegalStateException if the timer is scheduled in another wheel; it stays there
   */
  public void schedule(Timer timer, long deadlineNanos) {
    if (timer.state == Timer.IDLE) {
      if (timer.wheel != this) {
        timer.wheel = this;
      }
      size++;
    } else {
      checkOwn(timer);
      unlink(timer);
    }
    timer.deadline = deadlineNanos;
    timer.state = Timer.SCHEDULED;
    append(timer, slotOf(Math.max(dueTick(deadlineNanos), tick + 1)));
  }

  /**
   * Takes a timer out, so that it does not fire. Constant time, also for a timer that is due.
   *
   * @param timer the timer
   * @return true if it was scheduled, or was due and had not fired yet; false if it was not
   *     scheduled: never, not any more, or because it is firing at this moment
   * @throws IllegalStateException if the timer is scheduled in another wheel; it stays there
   */
  public boolean cancel(Timer timer) {
    if (timer.state == Timer.IDLE) {
      return false;
    }
    checkOwn(timer);
    unlink(timer);
    release(timer);
    return true;
  }

  /**
   * Brings the time, and collects all timers whose tick it reaches, behind those that are due
   * already. Calls nobody: the timers are taken with {@link #poll()}. The cost does not depend on
   * how far the time moves, only on the ticks that have timers and the timers moved.
   *
   * @param nowNanos what the clock says now; if that is not later than the time last brought, or
   *     lies before the start of the wheel, nothing happens
   */
  public void advance(long nowNanos) {
    long target = elapsed(nowNanos) >> tickShift;
    if (target <= tick) {
      return;
    }
    int slot;
    while ((slot = nextSlot()) >= 0) {
      long slotTick = firstTick(slot);
      if (slotTick > target) {
        break;
      }
      tick = slotTick;
      open(slot);
    }
    tick = target;
  }

  /**
   * Takes the next due timer. The caller is the one to {@linkplain Timer#fire() fire} it. Constant
   * time.
   *
   * @return the due timer with the earliest tick, and among these the one scheduled first; it is
   *     not scheduled any more; or null if none is due of those that {@link #advance} collected
   */
  public Timer poll() {
    Timer timer = heads[DUE_SLOT];
    if (timer != null) {
      unlink(timer);
      release(timer);
    }
    return timer;
  }

  /**
   * Takes some timer out, whatever its deadline: for a driver that ends, and tells those that wait
   * by {@link Timer#abandon}. Constant time.
   *
   * @return a timer that was scheduled and is not any more, those that are due first; null if there
   *     is none
   */
  public Timer takeAny() {
    Timer timer = heads[DUE_SLOT];
    if (timer == null) {
      int slot = nextSlot();
      timer = slot < 0 ? null : heads[slot];
    }
    if (timer != null) {
      unlink(timer);
      release(timer);
    }
    return timer;
  }

  /**
   * Advances, and then fires due timers, those left over by an earlier call first. This is all that
   * is needed to drive a wheel that is used alone. What is due beyond {@code max} stays due, in
   * order, for the next call, and {@link #nextDelayNanos} is 0 until then.
   *
   * <p>If a timer throws, the exception goes to the caller: that timer has fired, and the rest
   * stays due.
   *
   * @param nowNanos what the clock says now
   * @param max the most timers to fire; with 0 they are collected only
   * @return how many have fired, from 0 to {@code max}
   * @throws IllegalArgumentException if {@code max} is negative
   */
  public int expire(long nowNanos, int max) {
    if (max < 0) {
      throw new IllegalArgumentException("max must be 0 or more, but is " + max);
    }
    advance(nowNanos);
    int fired = 0;
    Timer timer;
    while (fired < max && (timer = poll()) != null) {
      fired++;
      timer.fire();
    }
    return fired;
  }

  /**
   * How long to wait before the next {@link #advance} has something to do. That is not always a
   * timer: a timer far away lies in a coarse slot, and when the time enters that slot its timers
   * have to be moved to finer ones. A single timer costs at most eight waits this way, one for each
   * level, however far away it is; nothing at all is due in between. Round up where the wait has a
   * coarser unit.
   *
   * @param nowNanos what the clock says now
   * @return 0 if a timer is due or the time for an {@link #advance} has come; {@code
   *     Long.MAX_VALUE} if nothing is scheduled, or only what lies at the end of time; otherwise
   *     the nanoseconds until then, never more than until the earliest timer is due
   */
  public long nextDelayNanos(long nowNanos) {
    if (heads[DUE_SLOT] != null) {
      return 0;
    }
    int slot = nextSlot();
    if (slot < 0) {
      return Long.MAX_VALUE;
    }
    long slotTick = firstTick(slot);
    if (slotTick > Long.MAX_VALUE >> tickShift) {
      return Long.MAX_VALUE; // The tick behind the last moment: the clock never gets there.
    }
    return Math.max(0, (slotTick << tickShift) - elapsed(nowNanos));
  }

  /**
   * The number of timers in this wheel, an exact count.
   *
   * @return how many timers are scheduled, those included that are due and have not fired yet
   */
  public int size() {
    return size;
  }

  /** How many slots were opened so far, by a cascade or a collection. */
  long slotsOpened() {
    return slotsOpened;
  }

  /** Time since the start. The subtraction may wrap and is right nevertheless; the past is 0. */
  private long elapsed(long nanos) {
    return Math.max(0, nanos - start);
  }

  /** The first tick that begins at or after the deadline: rounded up, so that nothing is early. */
  private long dueTick(long deadline) {
    // Minus the floor of the negative is the ceiling, and unlike "+ tick - 1" it cannot overflow.
    return -(-elapsed(deadline) >> tickShift);
  }

  /** Where a timer due in that tick, which must be later than the current one, has its place. */
  private int slotOf(long dueTick) {
    int level = (63 - Long.numberOfLeadingZeros(dueTick ^ tick)) / DIGIT_BITS;
    int digit = (int) (dueTick >>> (level * DIGIT_BITS)) & DIGIT_MASK;
    return (level << DIGIT_BITS) | digit;
  }

  /** The occupied slot that the time reaches next, or -1 if there is none. */
  private int nextSlot() {
    for (int level = 0; level < LEVELS; level++) {
      if (occupied[level] != 0) {
        return (level << DIGIT_BITS) | Long.numberOfTrailingZeros(occupied[level]);
      }
    }
    return -1;
  }

  /** The tick with which a slot begins: the digits above it are those of the current tick. */
  private long firstTick(int slot) {
    int shift = (slot >> DIGIT_BITS) * DIGIT_BITS;
    long above = tick & (-1L << (shift + DIGIT_BITS));
    return above | ((long) (slot & DIGIT_MASK) << shift);
  }

  /** Moves all timers of a slot that the current tick has entered: to the due list or down. */
  private void open(int slot) {
    slotsOpened++;
    Timer timer = heads[slot];
    Timer last = tails[slot];
    heads[slot] = null;
    tails[slot] = null;
    occupied[slot >> DIGIT_BITS] &= ~(1L << (slot & DIGIT_MASK));
    if (slot < 1 << DIGIT_BITS) {
      // A slot of the finest level is one tick, and all in it is due: its list goes over as it is.
      // To visit each timer here, and again when it fires, cost more than all else of an expiry,
      // since by then they are in no order in memory.
      collect(timer, last);
      return;
    }
    while (timer != null) {
      Timer following = timer.next;
      timer.next = null;
      long dueTick = dueTick(timer.deadline);
      // Less than the current tick it is for a timer whose deadline was past when it was scheduled.
      if (dueTick <= tick) {
        append(timer, DUE_SLOT);
      } else {
        append(timer, slotOf(dueTick));
      }
      timer = following;
    }
  }

  private void collect(Timer first, Timer last) {
    Timer tail = tails[DUE_SLOT];
    first.prev = tail;
    tails[DUE_SLOT] = last;
    if (tail == null) {
      heads[DUE_SLOT] = first;
    } else {
      tail.next = first;
    }
  }

  private void append(Timer timer, int slot) {
    Timer tail = tails[slot];
    timer.slot = (short) slot;
    timer.prev = tail;
    tails[slot] = timer;
    if (tail == null) {
      heads[slot] = timer;
      occupied[slot >> DIGIT_BITS] |= 1L << (slot & DIGIT_MASK);
    } else {
      tail.next = timer;
    }
  }

  private void unlink(Timer timer) {
    int slot = timer.slot;
    Timer before = timer.prev;
    Timer behind = timer.next;
    // Collected with its whole slot, a due timer still names that: who is at an end of a list that
    // is not the slot's is at that end of the due list.
    if (before == null) {
      if (heads[slot] != timer) {
        slot = DUE_SLOT;
      }
      heads[slot] = behind;
    } else {
      before.next = behind;
      timer.prev = null;
    }
    if (behind == null) {
      if (tails[slot] != timer) {
        slot = DUE_SLOT;
      }
      tails[slot] = before;
    } else {
      behind.prev = before;
      timer.next = null;
    }
    if (before == null && behind == null) {
      occupied[slot >> DIGIT_BITS] &= ~(1L << (slot & DIGIT_MASK));
    }
  }

  private void release(Timer timer) {
    timer.state = Timer.IDLE;
    size--;
  }

  private void checkOwn(Timer timer) {
    if (timer.wheel != this) {
      throw new IllegalStateException(
          timer.getClass().getName()
              + " is scheduled in another wheel; a timer is in one wheel at a time, so cancel it"
              + " there first");
    }
  }
}
