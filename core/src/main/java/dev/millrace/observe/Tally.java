package dev.millrace.observe;

import dev.millrace.CloseRecord;
import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.Operation;
import java.net.SocketAddress;

/** What was counted of one kind in one window. Counting allocates nothing. */
final class Tally {
  /** Enough to see what the addresses and ports look like. */
  private static final int EXAMPLES = 3;

  // Once for all: values() makes a copy, and a window's end may be a time without memory.
  private static final Certainty[] CERTAINTIES = Certainty.values();
  private static final Operation[] OPERATIONS = Operation.values();
  private static final ConnectionState[] STATES = ConnectionState.values();
  private static final EndedBy[] ENDS = EndedBy.values();

  final Peers peers = new Peers();
  private final long[] certainties = new long[CERTAINTIES.length];
  private final long[] operations = new long[OPERATIONS.length];
  private final long[] states = new long[STATES.length];
  private final long[] ends = new long[ENDS.length];
  private final SocketAddress[] examples = new SocketAddress[EXAMPLES];

  long count;
  long firstMillis;
  long lastMillis;
  long received;
  long handed;
  long unsent;
  long unconsumed;
  long writesFailed;

  void clear() {
    count = 0;
    received = 0;
    handed = 0;
    unsent = 0;
    unconsumed = 0;
    writesFailed = 0;
    java.util.Arrays.fill(certainties, 0);
    java.util.Arrays.fill(operations, 0);
    java.util.Arrays.fill(states, 0);
    java.util.Arrays.fill(ends, 0);
    java.util.Arrays.fill(examples, null);
    peers.clear();
  }

  @SuppressWarnings("EnumOrdinal") // places in arrays, which last no longer than this process
  void add(CloseRecord record, long wallMillis) {
    if (count == 0) {
      firstMillis = wallMillis;
    }
    lastMillis = wallMillis;
    if (count < EXAMPLES) {
      examples[(int) count] = record.remoteAddress();
    }
    count++;
    certainties[record.certainty().ordinal()]++;
    operations[record.operation().ordinal()]++;
    states[record.state().ordinal()]++;
    ends[record.endedBy().ordinal()]++;
    received += record.bytesReceived();
    handed += record.bytesHandedToKernel();
    unsent += record.bytesUnsent();
    unconsumed += record.bytesUnconsumed();
    writesFailed += record.writesFailed();
    peers.count(record.remoteAddress());
  }

  String certainties() {
    return shares(CERTAINTIES, certainties);
  }

  String operations() {
    return shares(OPERATIONS, operations);
  }

  String states() {
    return shares(STATES, states);
  }

  String ends() {
    return shares(ENDS, ends);
  }

  String examples() {
    StringBuilder text = new StringBuilder(80);
    for (int i = 0; i < EXAMPLES && i < count; i++) {
      text.append(i == 0 ? "" : " ").append(FailureLog.textOf(examples[i]).replace(' ', '_'));
    }
    return text.toString();
  }

  private static String shares(Enum<?>[] constants, long[] counts) {
    StringBuilder text = new StringBuilder(40);
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        text.append(text.length() == 0 ? "" : " ");
        text.append(constants[i].name()).append('=').append(counts[i]);
      }
    }
    return text.toString();
  }
}
