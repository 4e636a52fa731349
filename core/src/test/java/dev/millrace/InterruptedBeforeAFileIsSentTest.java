package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A callback restores the interrupt status, as is good style, and then a file is due. */
@Timeout(20)
class InterruptedBeforeAFileIsSentTest {
  @TempDir Path directory;

  @Test
  void theFileIsSentOnce() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "all of it");
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      Server server =
          hand.serve(
              HandTurned.TIGHT,
              (connection, data) -> {
                data.position(data.limit());
                try {
                  connection.write(FileRegion.open(file));
                } catch (java.io.IOException e) {
                  throw new AssertionError(e);
                }
                connection.close();
                Thread.currentThread().interrupt();
              });
      SocketChannel peer = hand.dial(server);
      peer.write(HandTurned.bytes("x"));
      assertEquals("all of it", hand.readToEnd(peer));
    }
  }
}
