package dev.millrace.examples.errors;

/** Peers as a log has them. */
final class Addresses {
  /** The longest path of a Unix socket has 108 bytes; whoever is longer is cut. */
  private static final int LONGEST = 108;

  private Addresses() {}

  static String cut(String address) {
    return address.length() <= LONGEST ? address : address.substring(0, LONGEST);
  }

  /**
   * {@code 192.0.2.1:4711} and {@code [2001:db8::1]:4711} without the port; {@code host/192.0.2.1}
   * without the name; all else as it is.
   */
  static String withoutPort(String remote) {
    String address = remote;
    if (!address.startsWith("/") && address.indexOf('/') > 0 && address.indexOf(':') > 0) {
      address = address.substring(address.indexOf('/') + 1);
    }
    int colon = address.lastIndexOf(':');
    boolean hasPort = colon > 0 && colon + 1 < address.length();
    for (int i = colon + 1; i < address.length() && hasPort; i++) {
      hasPort = Character.isDigit(address.charAt(i));
    }
    if (address.startsWith("[")) {
      int bracket = address.indexOf(']');
      return bracket > 0 ? address.substring(1, bracket) : address;
    }
    // The JDK writes IPv6 addresses in brackets wherever a port follows, so this one is a port.
    return hasPort && address.indexOf(':') == colon ? address.substring(0, colon) : address;
  }

  /** The lower bound of {@code 7} or {@code 3..5}; 0 if it is neither. */
  static long atLeast(String count) {
    int dots = count.indexOf("..");
    String lower = dots < 0 ? count : count.substring(0, dots);
    return LineParser.numberOr(lower, 0); // 0: counted among those that have no name
  }
}
