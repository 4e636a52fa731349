package dev.millrace.examples.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.FileRegion;
import dev.millrace.Sender;
import dev.millrace.WriteResult;
import dev.millrace.sim.BytePattern;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The books of one connection: what was written and accepted, which completions are owed, what
 * came. Bytes are those of patterns whose key is the client's port, so that both sides can check
 * each.
 */
final class Ledger {
  /** Told from the pattern of the other direction. */
  private static final long TO_SERVER = 1 << 20;

  private final Trial trial;
  private long key;
  private boolean opened;
  private boolean paused;
  private long accepted;
  private long received;
  private long owed;
  private long told;
  private long toldFailed;
  private boolean closed;

  Ledger(Trial trial) {
    this.trial = trial;
  }

  /** A peer's script: what it is sent has to be this pattern. */
  static SimPeer checked(Trial trial, SimPeer peer) {
    return checked(trial, peer, peer.localAddress().getPort());
  }

  /** The same where everybody is sent the same. */
  static SimPeer checked(Trial trial, SimPeer peer, long key) {
    long[] position = {0};
    return peer.onReceived(
        bytes -> {
          int wrong = BytePattern.mismatch(bytes, key, position[0]);
          if (wrong >= 0) {
            trial.violated("the peer got a wrong byte at " + (position[0] + wrong) + ": " + peer);
          }
          position[0] += bytes.remaining();
        });
  }

  /** A step of a peer's script: sends what {@link #received} expects. */
  static SimPeer upload(SimPeer peer, long bytes) {
    return peer.sendPattern(peer.localAddress().getPort() + TO_SERVER, bytes);
  }

  void opened(Connection c) {
    opened = true;
    key = ((InetSocketAddress) c.remoteAddress()).getPort();
  }

  /** Everybody is sent the same: what a file holds, say. */
  void opened(long key) {
    opened = true;
    this.key = key;
  }

  long accepted() {
    return accepted;
  }

  /** Pauses; no data may come from then on. */
  void pause(Connection c) {
    paused = true;
    c.pauseReading();
  }

  void resume(Connection c) {
    paused = false;
    c.resumeReading();
  }

  /** To be asked as data comes. */
  void offered(Connection c) {
    if (paused) {
      trial.violated("data came while reading was paused: " + c);
    }
  }

  private ByteBuffer next(int bytes) {
    ByteBuffer out = ByteBuffer.allocate(bytes);
    BytePattern.fill(out, key, accepted, bytes);
    return out.flip();
  }

  WriteResult write(Connection c, int bytes) {
    return booked(c.write(next(bytes)), bytes);
  }

  /** Writes and asks to be told; {@code then} runs in the completion. */
  WriteResult write(Connection c, int bytes, Runnable then) {
    long number = owed;
    WriteResult result = c.write(next(bytes), (of, done) -> completed(number, done, then));
    if (result == WriteResult.ACCEPTED) {
      owed++;
    }
    return booked(result, bytes);
  }

  /** The same through the door for other threads, in a direct buffer or not. */
  WriteResult send(Sender sender, int bytes, boolean direct) {
    return booked(sender.send(sent(bytes, direct)), bytes);
  }

  private ByteBuffer sent(int bytes, boolean direct) {
    ByteBuffer out = next(bytes);
    if (direct) {
      out = ByteBuffer.allocateDirect(bytes).put(out).flip();
    }
    return out;
  }

  /** Sends and asks to be told; {@code then} runs in the completion. */
  WriteResult send(Sender sender, int bytes, boolean direct, Runnable then) {
    long number = owed;
    WriteResult result =
        sender.send(sent(bytes, direct), (of, done) -> completed(number, done, then));
    if (result == WriteResult.FULL && told == owed) {
      trial.violated("a sender is full of nothing: all was told of");
    }
    if (result == WriteResult.ACCEPTED) {
      owed++;
    }
    return booked(result, bytes);
  }

  /** The same for a part of a file. */
  WriteResult write(Connection c, FileRegion region, boolean tell) {
    long number = owed;
    int bytes = (int) region.remaining();
    WriteResult result =
        tell ? c.write(region, (of, done) -> completed(number, done, () -> {})) : c.write(region);
    if (result != WriteResult.ACCEPTED) {
      region.close();
    } else if (tell) {
      owed++;
    }
    return booked(result, bytes);
  }

  private WriteResult booked(WriteResult result, int bytes) {
    if (result == WriteResult.ACCEPTED) {
      accepted += bytes;
      if (closed) {
        trial.violated("a write was accepted after the end");
      }
    }
    return result;
  }

  private void completed(long number, boolean done, Runnable then) {
    if (number != told) {
      trial.violated("completion " + number + " came when " + told + " was next");
    }
    if (closed) {
      trial.violated("a completion came after the record");
    }
    if (done && !opened) {
      trial.violated("a write was handed over before onOpen");
    }
    if (done && toldFailed > 0) {
      trial.violated("a write was handed over after one that was not");
    }
    told++;
    if (!done) {
      toldFailed++;
    }
    then.run();
  }

  /** Checks bytes that came, and consumes so many of them. */
  void received(ByteBuffer data, int consume) {
    int wrong = BytePattern.mismatch(data, key + TO_SERVER, received);
    if (wrong >= 0) {
      trial.violated("the server got a wrong byte at " + (received + wrong));
    }
    received += consume;
    data.position(data.position() + consume);
  }

  void closed(CloseRecord r) {
    closed = true;
    if (r.bytesHandedToKernel() + r.bytesUnsent() != accepted) {
      trial.violated("accepted were " + accepted + " bytes, but the record says " + r);
    }
    if (told != owed) {
      trial.violated(told + " of " + owed + " completions were told before the record: " + r);
    }
    if (toldFailed != r.writesFailed()) {
      trial.violated(toldFailed + " completions were told false, but the record says " + r);
    }
  }
}
