package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class FactsOfAMachineTest {
  private final Clock clock =
      Clock.fixed(Instant.parse("2026-11-21T10:00:00.123Z"), ZoneOffset.UTC);

  @TempDir private Path root;

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void asTheKernelShowsThem() throws IOException {
    int usable = Runtime.getRuntime().availableProcessors();
    file(
        "proc/cpuinfo",
        "processor\t: 0\nmodel name\t: Some CPU @ 2.5GHz\nflags\t\t: fpu hypervisor sse\n"
            + "\nprocessor\t: 1\nmodel name\t: Some CPU @ 2.5GHz\n".repeat(usable));
    file("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:  1 kB\n");
    file("proc/loadavg", "0.10 0.20 0.30 1/200 4242\n");
    file("proc/sys/net/core/somaxconn", "4096\n");
    file("proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n");
    file(
        "proc/self/limits", "Limit  Soft  Hard\nMax open files            1024     4096   files\n");
    file("sys/class/dmi/id/sys_vendor", "QEMU\n");
    file("sys/fs/cgroup/memory.max", "2147483648\n");
    Map<String, String> facts = new Facts(root, clock).all();
    assertEquals("2026-11-21T10:00:00Z", facts.get("date"));
    assertEquals(
        usable + 1 + " × Some CPU @ 2.5GHz, " + usable + " of them usable", facts.get("CPU"));
    assertEquals("yes, by the CPU's flags; QEMU", facts.get("hypervisor"));
    assertEquals("16,384 MiB, limited to 2,048 MiB", facts.get("memory"));
    assertEquals("0.10 0.20 0.30", facts.get("load average at start"));
    assertEquals("1024, at most 4096", facts.get("open files"));
    assertEquals("4096", facts.get("net.core.somaxconn"));
    assertEquals("4096 131072 6291456", facts.get("net.ipv4.tcp_rmem"));
  }

  @Test
  void unknownWhereNothingIsShown() {
    Map<String, String> facts = new Facts(root, clock).all();
    assertEquals("unknown", facts.get("hypervisor"));
    assertEquals("unknown", facts.get("memory"));
    assertEquals("unknown", facts.get("load average at start"));
    assertEquals("unknown", facts.get("clock source"));
    assertEquals("unknown", facts.get("net.core.somaxconn"));
    assertTrue(facts.get("CPU").endsWith(" usable, model unknown"), facts.get("CPU"));
  }

  @Test
  void aMachineOfItsOwn() throws IOException {
    file("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse\n");
    assertEquals("none, by the CPU's flags", new Facts(root, clock).all().get("hypervisor"));
  }

  @Test
  void filesWithNonsenseInThem() throws IOException {
    file("proc/meminfo", "MemTotal: lots\n");
    file("proc/loadavg", "\n");
    file("sys/fs/cgroup/memory.max", "max\n");
    Map<String, String> facts = new Facts(root, clock).all();
    assertEquals("unknown", facts.get("memory"));
    assertEquals("unknown", facts.get("load average at start"));
  }

  @Test
  void ofThisJvm() {
    Map<String, String> facts = Environment.now(clock).facts();
    assertTrue(facts.get("JDK").contains(System.getProperty("java.version")), facts.get("JDK"));
    assertTrue(facts.get("kernel").contains(System.getProperty("os.version")));
    assertTrue(facts.containsKey("JVM flags"));
    assertTrue(facts.containsKey("garbage collector"));
    assertTrue(facts.containsKey("commit"));
  }

  @Test
  void aCommitAndWhetherFilesDifferedFromIt() {
    Properties built = new Properties();
    assertEquals("unknown", Commit.of(built), "from a tarball");
    built.setProperty("git.commit.id", "0123abc");
    built.setProperty("git.dirty", "false");
    assertEquals("0123abc", Commit.of(built));
    built.setProperty("git.dirty", "true");
    assertEquals("0123abc-dirty", Commit.of(built));
  }
}
