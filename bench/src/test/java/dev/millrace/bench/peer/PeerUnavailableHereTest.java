package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.load.ProtocolName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class PeerUnavailableHereTest {
  @Test
  void virtualThreadsNeedAJdkThatHasThem() {
    assertEquals(
        Optional.of("it needs JDK 21 or later, this is 17"), Peer.unavailableVirtualThreads(17));
    assertEquals(Optional.empty(), Peer.unavailableVirtualThreads(21));
    assertEquals(Runtime.version().feature() < 21, Peer.VIRTUAL_THREADS.unavailable().isPresent());
  }

  @Test
  void nettysEpollNeedsASystemThatItHasALibraryFor() {
    assertEquals(Optional.empty(), Peer.unavailableNettyEpoll("Linux", "aarch64"));
    assertEquals(
        Optional.of("it needs Linux on amd64 or aarch64, this is Linux on riscv64"),
        Peer.unavailableNettyEpoll("Linux", "riscv64"));
    assertTrue(Peer.unavailableNettyEpoll("Mac OS X", "aarch64").isPresent());
  }

  @Test
  void theProgramInCNeedsACompiler(@TempDir Path empty) {
    assertEquals(
        Optional.of("no C compiler: there is no 'cc' on the PATH"),
        Peer.unavailableC("Linux", empty.toString()));
    assertTrue(Peer.unavailableC("Linux", null).isPresent());
    assertTrue(Peer.unavailableC("Mac OS X", "/usr/bin").isPresent());
  }

  @Test
  void oneThatIsUnavailableIsNotStarted() {
    Arrays.stream(Peer.values())
        .filter(peer -> peer.unavailable().isPresent())
        .forEach(
            peer -> {
              IOException e =
                  assertThrows(
                      IOException.class,
                      () -> ServerProcess.start(Peers.options(peer, Peers.LONG)));
              assertEquals(
                  peer.title() + " can't run here: " + peer.unavailable().get(), e.getMessage());
            });
  }

  @Test
  void redisHasToBeInstalled(@TempDir Path empty) {
    assertEquals(
        Optional.of("there is no 'redis-server' on the PATH"),
        Peer.unavailableRedis(empty.toString()));
    assertTrue(Peer.unavailableRedis(null).isPresent());
  }

  @ParameterizedTest
  @EnumSource
  void everyOneTellsItsSettings(Peer peer) {
    for (ProtocolName protocol : peer.protocols()) {
      String settings = peer.settings(protocol);
      assertTrue(settings.contains("TCP_NODELAY"), settings);
      assertTrue(settings.contains("backlog " + Peer.BACKLOG), settings);
      assertFalse(settings.contains("null"), settings);
      assertTrue(settings.contains(String.join(" ", peer.jvmOptions())), settings);
    }
  }

  @Test
  void whatOneDoesNotServeIsToldWithWhatItServes() {
    String expected = "microhttp does not serve resp, but http";
    for (Executable wrong :
        List.<Executable>of(
            () -> Peer.MICROHTTP.settings(ProtocolName.RESP),
            () -> Peer.MICROHTTP.start(ProtocolName.RESP, 0, Peers.LONG),
            () -> Peers.options(Peer.MICROHTTP, ProtocolName.RESP, Peers.LONG))) {
      assertEquals(expected, assertThrows(IllegalArgumentException.class, wrong).getMessage());
    }
  }

  @Test
  void eachProtocolHasItsServers() {
    assertEquals(
        List.of(Peer.REDIS_SERVER),
        Peer.speaking(ProtocolName.RESP).stream().filter(peer -> !peer.isJava()).toList());
    assertTrue(
        Peer.speaking(ProtocolName.HTTP)
            .containsAll(List.of(Peer.NETTY_NIO, Peer.NETTY_EPOLL, Peer.ACTIVEJ, Peer.MICROHTTP)));
    assertFalse(Peer.speaking(ProtocolName.ECHO).contains(Peer.MICROHTTP));
  }

  @Test
  void titlesAreAsOnTheCommandLine() {
    assertEquals(
        List.of(
            "millrace",
            "bare",
            "bare-timeouts",
            "netty-nio",
            "netty-epoll",
            "activej",
            "virtual-threads",
            "c-epoll",
            "microhttp",
            "redis-server"),
        Arrays.stream(Peer.values()).map(Peer::title).toList());
  }
}
