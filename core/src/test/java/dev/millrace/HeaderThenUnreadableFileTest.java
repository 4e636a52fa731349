package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A header goes out, and then its file can't be sent. */
@Timeout(20)
class HeaderThenUnreadableFileTest {
  @TempDir Path directory;
  private Connection connection;
  private CloseRecord record;

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onOpen(Connection opened) {
          connection = opened;
        }

        @Override
        public void onData(Connection same, ByteBuffer data) {}

        @Override
        public void onClosed(Connection same, CloseRecord told) {
          record = told;
        }
      };

  @Test
  void whatTheKernelTookBeforeIsCounted() throws Exception {
    Path file = Files.write(directory.resolve("file"), new byte[1000]);
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      hand.dial(hand.serve(HandTurned.TIGHT, handler));
      hand.until(() -> connection != null);
      List<Boolean> told = new ArrayList<>();
      FileRegion region = FileRegion.open(file);
      Files.write(file, new byte[0]);
      connection.write(ByteBuffer.allocate(100), (same, handed) -> told.add(handed));
      connection.write(region, (same, handed) -> told.add(handed));
      hand.until(() -> record != null);
      assertEquals(FailureKind.FILE_TRUNCATED, record.kind());
      assertEquals(100, record.bytesHandedToKernel());
      assertEquals(1000, record.bytesUnsent());
      assertEquals(List.of(true, false), told);
    }
  }

  @Test
  void aFileThatFailsIsNoCleanEnd() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      SocketChannel peer = hand.dial(hand.serve(HandTurned.TIGHT, handler));
      hand.until(() -> connection != null);
      connection.write(ByteBuffer.allocate(100));
      connection.write(FileRegion.open(directory)); // opens, and fails when it is read
      hand.until(() -> record != null);
      assertThrows(IOException.class, () -> hand.readToEnd(peer));
    }
  }
}
