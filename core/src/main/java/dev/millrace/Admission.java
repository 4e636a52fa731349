package dev.millrace;

import dev.millrace.failure.FailureKind;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Who may enter: the caps of one server, shared by its listeners.
 *
 * <p>Counts are written by the loop's thread alone; other threads read them as they are.
 */
final class Admission {
  private final int maxConnections;
  private final int maxPerAddress;
  private final CapPolicy policy;
  private final Episode atCap;
  private final Episode atAddressCap;

  // What the log lines say of the caps; made once, since every accept passes them on.
  private final String capDetails;
  private final String addressCapDetails;
  private final Map<InetAddress, int[]> byAddress = new HashMap<>();

  volatile int open;
  volatile long accepted;
  volatile long rejectedByCap;
  volatile long rejectedByAddressCap;
  volatile long shed;
  volatile long failures;

  Admission(int maxConnections, int maxPerAddress, CapPolicy policy, Log log) {
    this.maxConnections = maxConnections;
    this.maxPerAddress = maxPerAddress;
    this.policy = policy;
    this.capDetails = "kind=" + FailureKind.CONNECTION_CAP.symbol() + " cap=" + maxConnections;
    this.addressCapDetails = "kind=" + FailureKind.ADDRESS_CAP.symbol() + " cap=" + maxPerAddress;
    this.atCap = new Episode(log, "connections rejected, cap reached");
    this.atAddressCap = new Episode(log, "connections rejected, cap for one address reached");
  }

  boolean isFull() {
    return maxConnections != 0 && open >= maxConnections;
  }

  boolean waitsWhenFull() {
    return policy == CapPolicy.WAIT;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  boolean enter(InetAddress from, long now) {
    if (isFull()) {
      rejectedByCap++;
      atCap.happened(now, capDetails);
      return false;
    }
    atCap.endIfQuiet(now, capDetails);
    if (maxPerAddress != 0 && from != null) {
      int[] count = byAddress.computeIfAbsent(from, a -> new int[1]);
      if (count[0] >= maxPerAddress) {
        rejectedByAddressCap++;
        atAddressCap.happened(now, addressCapDetails + " last=" + from.getHostAddress());
        return false;
      }
      count[0]++;
    }
    atAddressCap.endIfQuiet(now, addressCapDetails);
    accepted++;
    open++;
    return true;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void leave(InetAddress from) {
    open--;
    if (maxPerAddress != 0 && from != null) {
      int[] count = byAddress.get(from);
      if (count != null && --count[0] == 0) {
        byAddress.remove(from); // else the map would grow with every address ever seen
      }
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void shedOne() {
    shed++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void acceptFailed() {
    failures++;
  }

  /** Tells what is over; true if something is not over yet. */
  boolean endEpisodesIfQuiet(long now) {
    atCap.endIfQuiet(now, capDetails);
    atAddressCap.endIfQuiet(now, addressCapDetails);
    return atCap.isRunning() || atAddressCap.isRunning();
  }

  /** The server ends: what is still open of the episodes is told. */
  void end() {
    atCap.end(capDetails);
    atAddressCap.end(addressCapDetails);
  }
}
