package dev.millrace;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * When descriptors run out no class can be loaded any more from a directory or a jar that is not
 * open, and a class that failed to load once stays broken. So what the life and the end of a
 * connection need is loaded before the first one: when a server starts, and at the first connect of
 * a loop.
 */
final class ErrorPaths {
  private ErrorPaths() {}

  static void load() {
    CloseRecord sample =
        new CloseRecord(
            0,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            EndedBy.FAULT,
            FailureKind.EMFILE,
            Certainty.UNKNOWN,
            ConnectionState.CLOSED,
            Operation.ACCEPT,
            0,
            0,
            0,
            0,
            0,
            Duration.ZERO,
            Duration.ZERO,
            "sample",
            new IOException("sample"));
    Class<?>[] needed = {
      Ending.class,
      Episode.class,
      Completions.class,
      OutboundQueue.class,
      Segment.class,
      KeptInput.class,
      Sender.class,
      FileRegion.class,
      FileRegion.TruncatedException.class,
      ShutdownReport.class,
      ShutdownReport.CutPeer.class,
      ServerStats.class,
      Connector.class,
      Connection.class,
      WriteResult.class,
      WriteCompletion.class,
    };
    // Asked once, because the switches in it have a class that has no name to be listed here.
    Deadlines deadlines =
        new Deadlines(0) {
          @Override
          long lastInputNanos() {
            return 0;
          }

          @Override
          long lastOutputNanos() {
            return 0;
          }

          @Override
          protected void onTimer() {}
        };
    ConnectionSettings settings =
        new ConnectionSettings(Limits.defaults(), Timeouts.defaults(), SocketSettings.defaults());
    deadlines.earliest(settings, 0, Deadlines.situation(ConnectionState.OPEN, false, false));
    if (sample.toString().isEmpty() || needed.length == 0) {
      throw new AssertionError("unreachable: only there so that nothing above is optimised away");
    }
  }
}
