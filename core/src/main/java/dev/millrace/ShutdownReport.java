package dev.millrace;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What a server's shutdown did to the connections it found.
 *
 * @param idleClosed had nothing pending and were closed in an orderly way
 * @param drained had output pending, or work that their handler finished first, and saw the peer's
 *     FIN behind it
 * @param lingerCut had handed over everything and were closed, plainly, before the peer's FIN came:
 *     at the deadline, the linger time-out or the linger limit
 * @param cut were not done at the deadline, or failed before it with output pending
 * @param cutPeers one entry for each connection that lost output
 * @param took from the call to the end
 */
public record ShutdownReport(
    int idleClosed, int drained, int lingerCut, int cut, List<CutPeer> cutPeers, Duration took) {

  /**
   * A connection that lost output in the shutdown.
   *
   * @param remoteAddress the peer
   * @param unsentBytes accepted, and never handed to the kernel
   */
  public record CutPeer(SocketAddress remoteAddress, long unsentBytes) {}

  /**
   * Copies the list.
   *
   * @param idleClosed as above
   * @param drained as above
   * @param lingerCut as above
   * @param cut as above
   * @param cutPeers as above
   * @param took as above
   */
  public ShutdownReport {
    cutPeers = List.copyOf(cutPeers);
  }

  /**
   * All the bytes that were lost.
   *
   * @return the sum over the peers that were cut
   */
  public long unsentBytes() {
    long sum = 0;
    for (CutPeer peer : cutPeers) {
      sum += peer.unsentBytes();
    }
    return sum;
  }

  /**
   * The report as one line of {@code key=value}.
   *
   * @return the line; it names at most ten of the peers that were cut
   */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(120);
    line.append("idleClosed=").append(idleClosed);
    line.append(" drained=").append(drained);
    line.append(" lingerCut=").append(lingerCut);
    line.append(" cut=").append(cut);
    line.append(" unsent=").append(unsentBytes());
    line.append(" tookMs=").append(took.toMillis());
    int named = Math.min(cutPeers.size(), 10);
    for (int i = 0; i < named; i++) {
      CutPeer peer = cutPeers.get(i);
      line.append(i == 0 ? " cutPeers=" : ",");
      line.append(BindFailedException.textOf(peer.remoteAddress())).append(':').append('-');
      line.append(peer.unsentBytes());
    }
    if (named < cutPeers.size()) {
      line.append(",...");
    }
    return line.toString();
  }
}
