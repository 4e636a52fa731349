package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every failure of a connect that the loopback can't give, from the kernel itself, in a network
 * namespace that is made for it: routes that say no, interfaces that are down, a router's ICMP,
 * ports that are used up, SYNs that are lost.
 *
 * <p>Needs {@code unshare} and {@code nsenter} (util-linux), {@code ip} (iproute2), and root or
 * user namespaces.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class ConnectFailsInANetworkOfItsOwnTest {
  /** Kind, certainty, and the class that the JDK threw. */
  private static final Map<String, String> EXPECTED = new LinkedHashMap<>();

  static {
    EXPECTED.put("refused", "ECONNREFUSED CERTAIN ConnectException");
    EXPECTED.put("lost", "ETIMEDOUT BY_TEXT ConnectException");
    EXPECTED.put("unreachable", "EHOSTUNREACH CERTAIN NoRouteToHostException");
    EXPECTED.put("prohibited", "LOCAL_ADDRESS_OR_POLICY CERTAIN BindException");
    EXPECTED.put("blackhole", "UNKNOWN UNKNOWN SocketException"); // EINVAL
    EXPECTED.put("noRoute", "ENETUNREACH BY_TEXT SocketException");
    EXPECTED.put("broadcast", "ENETUNREACH BY_TEXT SocketException");
    EXPECTED.put("multicast", "ENETUNREACH BY_TEXT SocketException");
    EXPECTED.put("linkLocalWithoutScope", "UNKNOWN UNKNOWN SocketException"); // EINVAL
    EXPECTED.put("boundElsewhere", "UNKNOWN UNKNOWN SocketException"); // EINVAL
    EXPECTED.put("interfaceDown", "ENETUNREACH BY_TEXT SocketException");
    // The kernel gives up its question for the neighbour and its SYN at about the same time.
    EXPECTED.put(
        "noSuchNeighbour",
        "ETIMEDOUT BY_TEXT ConnectException|EHOSTUNREACH CERTAIN NoRouteToHostException");
    EXPECTED.put("routerHasNoWay", "EHOSTUNREACH CERTAIN NoRouteToHostException");
    EXPECTED.put("routerForbids", "EHOSTUNREACH CERTAIN NoRouteToHostException");
    EXPECTED.put("portsUsedUp", "LOCAL_ADDRESS_OR_POLICY CERTAIN BindException");
    // Kernels differ in whether the routes go with the interface.
    EXPECTED.put(
        "loopbackDown", "ETIMEDOUT BY_TEXT ConnectException|ENETUNREACH BY_TEXT SocketException");
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  /** How a namespace is made here: as root, or as nobody where the kernel lets everybody. */
  private static List<String> namespace() throws InterruptedException {
    for (List<String> way :
        List.of(List.of("unshare", "--net"), List.of("unshare", "--net", "--map-root-user"))) {
      List<String> probe = new ArrayList<>(way);
      probe.addAll(List.of("ip", "link", "set", "lo", "up"));
      if (works(probe.toArray(new String[0])) && works("nsenter", "--version")) {
        return way;
      }
    }
    String message = "no network namespace can be made here (unshare, ip, nsenter; root)";
    if ("true".equals(System.getenv("CI"))) {
      fail(message);
    }
    assumeTrue(false, message);
    throw new AssertionError();
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "de_DE.UTF-8"})
  void eachIsNamedAndLeavesNothing(String language) throws Exception {
    List<String> command = new ArrayList<>(namespace());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(ConnectFailuresChild.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(n -> n.startsWith("LC_") || n.startsWith("LANG"));
    builder.environment().put("LC_ALL", language);
    Process child = builder.start();
    try {
      String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, child.waitFor(), said);
      List<String> names = new ArrayList<>();
      for (String line : said.lines().filter(l -> l.contains(" left=")).toList()) {
        String[] w = line.split(" ", -1);
        names.add(w[0]);
        String seen = String.join(" ", w[1], w[2], w[6]);
        List<String> allowed = Arrays.asList(EXPECTED.getOrDefault(w[0], "").split("\\|"));
        assertTrue(allowed.contains(seen), () -> line + "\nbut expected " + allowed);
        assertEquals("CONNECT CONNECTING closed", String.join(" ", w[3], w[4], w[5]), line);
        assertEquals("left=0", w[7], line);
        assertEquals(8, w.length, line);
      }
      assertEquals(List.copyOf(EXPECTED.keySet()), names, said);
      assertTrue(said.endsWith("end\n"), said);
    } finally {
      child.destroyForcibly();
    }
  }
}
