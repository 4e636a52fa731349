package dev.millrace.bench.report;

import static dev.millrace.bench.report.Environment.UNKNOWN;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds out where this JVM runs: from itself, and from what the Linux kernel shows under {@code
 * /proc} and {@code /sys}. Every fact may be missing, on another system or in a container that
 * hides it, and then is unknown.
 */
final class Facts {
  /**
   * What bounds or colours a measurement over loopback: how many connections may wait to be
   * accepted, how many there can be, and how large their buffers grow.
   */
  private static final List<String> SYSCTLS =
      List.of(
          "net.core.somaxconn",
          "net.ipv4.tcp_max_syn_backlog",
          "net.ipv4.ip_local_port_range",
          "net.ipv4.tcp_tw_reuse",
          "net.ipv4.tcp_congestion_control",
          "net.ipv4.tcp_rmem",
          "net.ipv4.tcp_wmem");

  /** The collectors of HotSpot, as the flags name them that choose one. */
  private static final List<String> COLLECTORS =
      List.of("Serial", "Parallel", "G1", "Z", "Shenandoah", "Epsilon");

  private final Path root;
  private final Clock clock;

  /**
   * Facts of the machine whose files these are.
   *
   * @param root where {@code proc} and {@code sys} are: the root of the file system
   * @param clock gives the date
   */
  Facts(Path root, Clock clock) {
    this.root = root;
    this.clock = clock;
  }

  /** All facts, in the order they are shown. */
  Map<String, String> all() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("commit", Commit.ofThisBuild());
    facts.put("date", Instant.now(clock).truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("JDK", jdk());
    facts.put("JVM flags", flags());
    facts.put("garbage collector", collector());
    facts.put("kernel", kernel());
    facts.put("CPU", cpu());
    facts.put("hypervisor", hypervisor());
    facts.put("memory", memory());
    facts.put("load average at start", loadAverage());
    facts.put("clock source", clockSource());
    facts.put("open files", openFiles());
    for (String sysctl : SYSCTLS) {
      facts.put(sysctl, sysctl(sysctl));
    }
    return facts;
  }

  private static String jdk() {
    return property("java.vendor")
        + " "
        + property("java.version")
        + ", "
        + property("java.vm.name")
        + " "
        + property("java.vm.version");
  }

  private static String flags() {
    List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
    return flags.isEmpty() ? "none" : String.join(" ", flags);
  }

  /** What the JVM chose if nobody did, which it does by the number of processors and the memory. */
  private static String collector() {
    HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (vm == null) {
      return UNKNOWN;
    }
    for (String collector : COLLECTORS) {
      if (isOn(vm, "Use" + collector + "GC")) {
        return collector;
      }
    }
    return UNKNOWN;
  }

  private static boolean isOn(HotSpotDiagnosticMXBean vm, String flag) {
    try {
      return Boolean.parseBoolean(vm.getVMOption(flag).getValue());
    } catch (IllegalArgumentException e) {
      // This JVM was built without that collector, so it is not the one in use.
      return false;
    }
  }

  private String kernel() {
    String name = property("os.name") + " " + property("os.version") + " " + property("os.arch");
    return line("proc/version")
        .flatMap(version -> between(version, " #", "\n"))
        .map(build -> name + ", #" + build)
        .orElse(name);
  }

  private String cpu() {
    int usable = Runtime.getRuntime().availableProcessors();
    List<String> info = lines("proc/cpuinfo");
    long there = info.stream().filter(line -> line.startsWith("processor")).count();
    String model = field(info, "model name").orElse("model " + UNKNOWN);
    if (there == 0) {
      return usable + " usable, " + model;
    }
    return there + " × " + model + (there == usable ? "" : ", " + usable + " of them usable");
  }

  /** A guest's processors come and go as the host likes, so a figure must say that it was one. */
  private String hypervisor() {
    Optional<String> flags = field(lines("proc/cpuinfo"), "flags");
    if (flags.isEmpty()) {
      return UNKNOWN;
    }
    if (!List.of(flags.get().split(" ")).contains("hypervisor")) {
      return "none, by the CPU's flags";
    }
    String maker =
        Stream.of("sys/hypervisor/type", "sys/class/dmi/id/sys_vendor")
            .flatMap(file -> line(file).stream())
            .findFirst()
            .orElse("its name " + UNKNOWN);
    return "yes, by the CPU's flags; " + maker;
  }

  private String memory() {
    Optional<Long> total = field(lines("proc/meminfo"), "MemTotal").flatMap(Facts::kibibytes);
    // No file, or "max", is no limit; version 1 of cgroups shows it elsewhere and is not asked.
    Optional<Long> limit = line("sys/fs/cgroup/memory.max").flatMap(Facts::number);
    return total.map(bytes -> mebibytes(bytes * 1024)).orElse(UNKNOWN)
        + limit.map(bytes -> ", limited to " + mebibytes(bytes)).orElse("");
  }

  private String loadAverage() {
    return line("proc/loadavg")
        .map(line -> line.split(" "))
        .filter(words -> words.length >= 3)
        .map(words -> words[0] + " " + words[1] + " " + words[2])
        .orElse(UNKNOWN);
  }

  /**
   * By what the kernel keeps time: reading it costs tens of nanoseconds with one, 1 µs with
   * another.
   */
  private String clockSource() {
    return line("sys/devices/system/clocksource/clocksource0/current_clocksource").orElse(UNKNOWN);
  }

  private String openFiles() {
    return lines("proc/self/limits").stream()
        .filter(line -> line.startsWith("Max open files"))
        .map(line -> line.split("\\s+"))
        .filter(words -> words.length > 4)
        .map(words -> words[3] + ", at most " + words[4])
        .findFirst()
        .orElse(UNKNOWN);
  }

  private String sysctl(String name) {
    return line("proc/sys/" + name.replace('.', '/'))
        .map(value -> value.replaceAll("\\s+", " "))
        .orElse(UNKNOWN);
  }

  private Optional<String> line(String file) {
    return lines(file).stream()
        .map(String::strip)
        .filter(Predicate.not(String::isEmpty))
        .findFirst();
  }

  private List<String> lines(String file) {
    try {
      return Files.readAllLines(root.resolve(file));
    } catch (IOException e) {
      // Not there, or not for us: the fact is unknown, which is what the report will say.
      return List.of();
    }
  }

  private static Optional<String> field(List<String> lines, String name) {
    return lines.stream()
        .map(line -> line.split(":", 2))
        .filter(pair -> pair.length == 2 && pair[0].strip().equals(name))
        .map(pair -> pair[1].strip())
        .findFirst();
  }

  private static Optional<String> between(String text, String before, String after) {
    int from = text.indexOf(before);
    if (from < 0) {
      return Optional.empty();
    }
    int to = text.indexOf(after, from + before.length());
    return Optional.of(text.substring(from + before.length(), to < 0 ? text.length() : to));
  }

  private static Optional<Long> kibibytes(String text) {
    return text.endsWith(" kB") ? number(text.substring(0, text.length() - 3)) : Optional.empty();
  }

  private static Optional<Long> number(String text) {
    return text.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
  }

  private static String mebibytes(long bytes) {
    return Figures.format(bytes / 1048576.0, 0) + " MiB";
  }

  private static String property(String name) {
    return System.getProperty(name, UNKNOWN);
  }
}
