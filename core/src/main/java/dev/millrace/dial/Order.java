package dev.millrace.dial;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** In which order the addresses of a name are tried: RFC 8305 section 4. */
final class Order {
  private Order() {}

  /**
   * The families take turns, and within each the order stays. An address that comes twice is tried
   * once.
   */
  static List<InetAddress> of(List<InetAddress> resolved, FirstFamily first) {
    ArrayDeque<InetAddress> six = new ArrayDeque<>();
    ArrayDeque<InetAddress> four = new ArrayDeque<>();
    for (InetAddress address : new LinkedHashSet<>(resolved)) {
      (isSix(address) ? six : four).add(address);
    }
    boolean isSixNext =
        switch (first) {
          case AS_RESOLVED -> isSix(resolved.get(0));
          case IPV6 -> true;
          case IPV4 -> false;
        };
    List<InetAddress> order = new ArrayList<>(six.size() + four.size());
    while (!six.isEmpty() || !four.isEmpty()) {
      ArrayDeque<InetAddress> turn = isSixNext ? six : four;
      if (!turn.isEmpty()) {
        order.add(turn.poll());
      }
      isSixNext = !isSixNext;
    }
    return order;
  }

  private static boolean isSix(InetAddress address) {
    return address instanceof Inet6Address;
  }
}
