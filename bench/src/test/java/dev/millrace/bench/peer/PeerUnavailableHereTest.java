package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

  @ParameterizedTest
  @EnumSource
  void everyOneTellsItsSettings(Peer peer) {
    assertTrue(peer.settings().contains("TCP_NODELAY"), peer.settings());
    assertTrue(peer.settings().contains("backlog " + Peer.BACKLOG), peer.settings());
    assertFalse(peer.settings().contains("null"), peer.settings());
    assertTrue(peer.settings().contains(String.join(" ", peer.jvmOptions())), peer.settings());
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
            "c-epoll"),
        Arrays.stream(Peer.values()).map(Peer::title).toList());
  }
}
