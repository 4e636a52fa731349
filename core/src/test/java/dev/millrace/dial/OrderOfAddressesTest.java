package dev.millrace.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.Seeds;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 8305 section 4: the families take turns. In the tables a is IPv4, and A is IPv6. */
class OrderOfAddressesTest {
  private static InetAddress address(int letter) {
    byte[] bytes =
        Character.isUpperCase(letter)
            ? new byte[] {0x20, 1, 0xD, (byte) 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) letter}
            : new byte[] {(byte) 192, 0, 2, (byte) letter};
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static String letters(List<InetAddress> addresses) {
    return addresses.stream()
        .map(a -> "" + (char) a.getAddress()[a.getAddress().length - 1])
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @CsvSource({
    "a, a, a, a",
    "A, A, A, A",
    "aA, aA, Aa, aA",
    "Aa, Aa, Aa, aA",
    "ABCab, AaBbC, AaBbC, aAbBC",
    "abcABC, aAbBcC, AaBbCc, aAbBcC",
    "abcd, abcd, abcd, abcd",
    "ABCDa, AaBCD, AaBCD, aABCD",
    "aAaAbBa, aAbB, AaBb, aAbB",
    "BbAa, BbAa, BbAa, bBaA"
  })
  void familiesTakeTurns(String resolved, String asResolved, String six, String four) {
    List<InetAddress> found = resolved.chars().mapToObj(c -> address(c)).toList();
    assertEquals(asResolved, letters(Order.of(found, FirstFamily.AS_RESOLVED)));
    assertEquals(six, letters(Order.of(found, FirstFamily.IPV6)));
    assertEquals(four, letters(Order.of(found, FirstFamily.IPV4)));
  }

  @Test
  void whateverComesEachAddressIsTriedOnceAndInItsFamilysOrder() throws Exception {
    Seeds.each(
        1_000,
        random -> {
          List<InetAddress> found =
              Stream.generate(() -> address((random.nextBoolean() ? 'a' : 'A') + random.nextInt(8)))
                  .limit(random.nextInt(1, 20))
                  .toList();
          FirstFamily first = List.of(FirstFamily.values()).get(random.nextInt(3));
          List<InetAddress> order = Order.of(found, first);
          assertEquals(new HashSet<>(found), new HashSet<>(order));
          assertEquals(order.size(), new HashSet<>(order).size());
          for (boolean six : new boolean[] {true, false}) {
            assertEquals(family(found, six).stream().distinct().toList(), family(order, six));
          }
          // As long as both have one left, no two of a family stand side by side.
          int alternating = 2 * Math.min(family(order, true).size(), family(order, false).size());
          for (int i = 1; i < alternating; i++) {
            assertEquals(
                order.get(i - 1) instanceof Inet6Address, !(order.get(i) instanceof Inet6Address));
          }
        });
  }

  private static List<InetAddress> family(List<InetAddress> all, boolean six) {
    List<InetAddress> family = new ArrayList<>(all);
    family.removeIf(a -> a instanceof Inet6Address != six);
    return family;
  }
}
