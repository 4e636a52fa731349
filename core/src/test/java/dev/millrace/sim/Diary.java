package dev.millrace.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Sender;
import dev.millrace.WriteCompletion;
import dev.millrace.WriteResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A handler that does what the test says, notes what it is told, and knows each byte: what it
 * writes is the pattern {@link Stage#TO_PEER}, what it takes has to be {@link Stage#TO_SERVER}.
 */
class Diary implements ConnectionHandler {
  /** In order; several {@code onData} in a row are one, since the pieces are the network's. */
  final List<String> events = new ArrayList<>();

  final Stage stage;
  Connection connection;
  CloseRecord record;

  /** Bytes taken, and bytes that a write was accepted with. */
  long taken;

  long accepted;

  /** In the world's time; -1 if it never came. */
  long openedAt = -1;

  long lastDataAt = -1;
  long endedAt = -1;

  Consumer<Diary> onOpen = d -> {};
  BiConsumer<Diary, ByteBuffer> onData = Diary::take;
  Consumer<Diary> onWritable = d -> {};

  /** Null leaves it to the interface's default. */
  Consumer<Diary> onInputEnd;

  Consumer<Diary> onShutdown;
  Consumer<Diary> onDeadline = d -> {};
  Consumer<Diary> onClosed = d -> {};

  private boolean inside;
  private long completionsAsked;
  private long completionsTold;

  Diary(Stage stage) {
    this.stage = stage;
  }

  // ---- what a script does

  /** Takes all of it. */
  void take(ByteBuffer data) {
    take(data, data.remaining());
  }

  /** Takes so many bytes of it. */
  void take(ByteBuffer data, int bytes) {
    int wrong = BytePattern.mismatch(data, Stage.TO_SERVER, taken);
    if (wrong >= 0) {
      stage.trial.violated("a wrong byte came at " + (taken + wrong) + ": " + connection);
    }
    taken += bytes;
    data.position(data.position() + bytes);
  }

  WriteResult write(long bytes) {
    ByteBuffer next = next(bytes);
    return booked(connection.write(next), next, bytes);
  }

  /** Writes and notes {@code done true} or {@code done false}, then does what comes then. */
  WriteResult write(long bytes, Consumer<Diary> then) {
    ByteBuffer next = next(bytes);
    WriteResult result = connection.write(next, completion(then));
    completionsAsked += result == WriteResult.ACCEPTED ? 1 : 0;
    return booked(result, next, bytes);
  }

  /** The same through the door for other threads. */
  WriteResult send(Sender sender, long bytes) {
    return send(sender, bytes, d -> {});
  }

  WriteResult send(Sender sender, long bytes, Consumer<Diary> then) {
    WriteResult result = sender.send(next(bytes), completion(then));
    if (result == WriteResult.ACCEPTED) {
      completionsAsked++;
      accepted += bytes;
    }
    return result;
  }

  private WriteCompletion completion(Consumer<Diary> then) {
    long number = completionsAsked;
    return (c, done) -> {
      if (number != completionsTold++) {
        stage.trial.violated("completion " + number + " came as number " + (completionsTold - 1));
      }
      within("done " + done, c, then);
    };
  }

  private ByteBuffer next(long bytes) {
    ByteBuffer out = ByteBuffer.allocate((int) bytes);
    BytePattern.fill(out, Stage.TO_PEER, accepted, (int) bytes);
    return out.flip();
  }

  private WriteResult booked(WriteResult result, ByteBuffer source, long bytes) {
    boolean all = result == WriteResult.ACCEPTED;
    if (source.remaining() != (all ? 0 : bytes)) {
      stage.trial.violated(result + " and " + source.remaining() + " of " + bytes + " are left");
    }
    accepted += all ? bytes : 0;
    return result;
  }

  /** Writes as there is room until so much was accepted; true if it was. */
  boolean pour(long total) {
    while (accepted < total) {
      if (write(Math.min(total - accepted, stage.amount(5_000))) != WriteResult.ACCEPTED) {
        return false;
      }
    }
    return true;
  }

  long count(String event) {
    return events.stream().filter(event::equals).count();
  }

  /** What had been written and was not sent, so that nothing is counted twice or forgotten. */
  boolean addsUp() {
    return record.bytesHandedToKernel() + record.bytesUnsent() == accepted
        && record.writesFailed() == count("done false")
        && completionsTold == completionsAsked;
  }

  // ---- what is told

  private void within(String event, Connection c, Consumer<Diary> script) {
    if (inside) {
      stage.trial.violated(event + " inside of another callback: " + events);
    }
    connection = c;
    if (!event.equals("onData") || events.isEmpty() || !last().equals("onData")) {
      events.add(event);
    }
    inside = true;
    try {
      script.accept(this);
    } finally {
      inside = false;
    }
  }

  private String last() {
    return events.get(events.size() - 1);
  }

  @Override
  public void onOpen(Connection c) {
    openedAt = stage.now();
    stage.opened(c, this);
    within("onOpen", c, d -> onOpen.accept(d));
  }

  @Override
  public void onData(Connection c, ByteBuffer data) {
    lastDataAt = stage.now();
    within("onData", c, d -> onData.accept(d, data));
  }

  @Override
  public void onWritable(Connection c) {
    within("onWritable", c, d -> onWritable.accept(d));
  }

  @Override
  public void onInputEnd(Connection c, int unconsumed) {
    within(
        "onInputEnd " + unconsumed,
        c,
        d -> {
          if (onInputEnd == null) {
            ConnectionHandler.super.onInputEnd(c, unconsumed);
          } else {
            onInputEnd.accept(d);
          }
        });
  }

  @Override
  public void onDeadline(Connection c) {
    within("onDeadline", c, d -> onDeadline.accept(d));
  }

  @Override
  public void onShutdown(Connection c) {
    within(
        "onShutdown",
        c,
        d -> {
          if (onShutdown == null) {
            ConnectionHandler.super.onShutdown(c);
          } else {
            onShutdown.accept(d);
          }
        });
  }

  @Override
  public void onClosed(Connection c, CloseRecord record) {
    this.record = record;
    endedAt = stage.now();
    within("onClosed", c, d -> onClosed.accept(d));
  }

  @Override
  public String toString() {
    return events + " " + record;
  }
}
