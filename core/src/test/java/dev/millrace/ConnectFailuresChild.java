package dev.millrace;

import dev.millrace.failure.FailureTexts;
import dev.millrace.guard.Descriptors;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Run as a JVM of its own in a network namespace of its own, as root there: provokes every failure
 * of a connect that needs another network than the loopback, and says of each what the record says,
 * and how many descriptors were left open.
 */
final class ConnectFailuresChild {
  /** Far more than the slowest needs, which is the kernel's 3 s and more for a lost SYN. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

  private final EventLoop loop;
  private final EventLoop ipv4Loop;

  private ConnectFailuresChild() throws IOException {
    FailureTexts texts = FailureTexts.learn(SelectorProvider.provider());
    LoopOptions options = LoopOptions.defaults().withFailureTexts(texts);
    loop = new EventLoop(SelectorProvider.provider(), System::nanoTime, options);
    ipv4Loop =
        new EventLoop(
            new LoopFixture.Provider() {
              @Override
              public SocketChannel openSocketChannel() throws IOException {
                // Bound, so that the kernel has an address to find unfit for where it is to go.
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
                return channel.bind(LoopFixture.loopback(0));
              }
            },
            System::nanoTime,
            options);
    loop.turn(0);
    ipv4Loop.turn(0);
  }

  public static void main(String[] args) throws Exception {
    ip("link set lo up");
    new ConnectFailuresChild().run();
  }

  private void run() throws Exception {
    // One retry of a SYN, so that a connect that nobody answers is given up after 3 s.
    set("tcp_syn_retries", "1");
    ip("link add d0 type veth peer name d1"); // whose other end drops what it is given
    ip("link set d0 arp off");
    ip("link set d1 up");
    ip("addr add 10.77.0.1/24 dev d0");
    ip("link set d0 up");
    ip("route add unreachable 10.78.0.0/24");
    ip("route add prohibit 10.79.0.0/24");
    ip("route add blackhole 10.80.0.0/24");
    print("refused", loop, new InetSocketAddress("10.77.0.1", 1));
    print("lost", loop, new InetSocketAddress("10.77.0.2", 80));
    print("unreachable", loop, new InetSocketAddress("10.78.0.1", 80));
    print("prohibited", loop, new InetSocketAddress("10.79.0.1", 80));
    print("blackhole", loop, new InetSocketAddress("10.80.0.1", 80));
    print("noRoute", loop, new InetSocketAddress("192.0.2.1", 80));
    print("broadcast", loop, new InetSocketAddress("255.255.255.255", 80));
    print("multicast", loop, new InetSocketAddress("224.0.0.1", 80));
    print("linkLocalWithoutScope", loop, new InetSocketAddress("fe80::1", 80));
    print("boundElsewhere", ipv4Loop, new InetSocketAddress("10.77.0.2", 80));
    ip("link set d0 down");
    print("interfaceDown", loop, new InetSocketAddress("10.77.0.2", 80));
    nobodyOnTheLink();
    routerSaysNo();
    portsUsedUp();
    ip("link set lo down");
    print("loopbackDown", loop, LoopFixture.loopback(1));
    loop.close();
    ipv4Loop.close();
    System.out.println("end");
  }

  /** A real link, on which nobody has the address that is asked for. */
  private void nobodyOnTheLink() throws Exception {
    ip("link add v0 type veth peer name v1");
    ip("addr add 10.81.0.1/24 dev v0");
    ip("link set v0 up");
    ip("link set v1 up");
    print("noSuchNeighbour", loop, new InetSocketAddress("10.81.0.99", 80));
    ip("link del v0");
  }

  /** A second namespace, held by a process that sleeps, which forwards and has no route on. */
  private void routerSaysNo() throws Exception {
    Process router = new ProcessBuilder("unshare", "--net", "sleep", "60").inheritIO().start();
    try {
      String[] inRouter = {"nsenter", "--net=/proc/" + router.pid() + "/ns/net"};
      awaitOtherNamespace(router);
      ip("link add r0 type veth peer name r1");
      ip("link set r1 netns " + router.pid());
      ip("addr add 10.82.0.1/24 dev r0");
      ip("link set r0 up");
      ip("route add 10.83.0.0/24 via 10.82.0.2");
      ip("route add 10.84.0.0/24 via 10.82.0.2");
      for (String command :
          List.of(
              "ip addr add 10.82.0.2/24 dev r1",
              "ip link set r1 up",
              "ip route add unreachable 10.83.0.0/24",
              "ip route add prohibit 10.84.0.0/24")) {
        List<String> inside = new ArrayList<>(List.of(inRouter));
        inside.addAll(List.of(command.split(" ")));
        sh(inside);
      }
      List<String> forward = new ArrayList<>(List.of(inRouter));
      forward.addAll(List.of("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"));
      sh(forward);
      print("routerHasNoWay", loop, new InetSocketAddress("10.83.0.1", 80));
      print("routerForbids", loop, new InetSocketAddress("10.84.0.1", 80));
    } finally {
      router.destroyForcibly();
    }
  }

  private static void awaitOtherNamespace(Process router) throws Exception {
    Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    Path other = Path.of("/proc/" + router.pid() + "/ns/net");
    while (Files.readSymbolicLink(other).equals(own)) {
      if (router.waitFor(5, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("unshare ended with " + router.exitValue());
      }
    }
  }

  private void portsUsedUp() throws Exception {
    set("ip_local_port_range", "40000 40004");
    List<SocketChannel> all = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(50_000, 10, InetAddress.getLoopbackAddress())) {
      for (boolean isOneLeft = true; isOneLeft; ) {
        SocketChannel one = SocketChannel.open();
        all.add(one);
        try {
          one.connect(listener.getLocalSocketAddress());
        } catch (BindException none) {
          isOneLeft = false;
        }
      }
      print("portsUsedUp", loop, listener.getLocalSocketAddress());
    } finally {
      for (SocketChannel one : all) {
        one.close();
      }
    }
  }

  private static void print(String name, EventLoop on, SocketAddress to) {
    int before = Descriptors.now().count();
    LoopFixture.Recorder recorder = new LoopFixture.Recorder();
    Connector.connect(on, to, Duration.ZERO, recorder);
    String inside = recorder.events.isEmpty() ? "" : " told inside the call";
    long begun = System.nanoTime();
    while (recorder.records.isEmpty()) {
      on.turn(PATIENCE_NANOS);
      if (System.nanoTime() - begun > PATIENCE_NANOS) {
        System.out.println(name + " never ended");
        return;
      }
    }
    on.turn(0);
    on.turn(0);
    CloseRecord record = recorder.record();
    String thrown = record.cause() == null ? "nothing" : record.cause().getClass().getSimpleName();
    int left = Descriptors.now().count() - before;
    System.out.println(
        String.join(
            " ",
            name,
            record.kind().symbol(),
            record.certainty().name(),
            record.operation().name(),
            record.state().name(),
            String.join(",", recorder.events),
            thrown,
            "left=" + left + inside));
  }

  private static void set(String name, String value) throws IOException {
    Files.writeString(Path.of("/proc/sys/net/ipv4", name), value);
  }

  private static void ip(String arguments) throws Exception {
    sh(List.of(("ip " + arguments).split(" ")));
  }

  private static void sh(List<String> command) throws Exception {
    // Without pipes, whose ends are closed some time later: descriptors are counted here.
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command));
    }
  }
}
