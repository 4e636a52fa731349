package dev.millrace.bench.compare;

import dev.millrace.bench.load.ProtocolName;
import dev.millrace.bench.peer.Peer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Which servers take part. */
final class Servers {
  private Servers() {}

  /**
   * Who takes part, and who can't.
   *
   * @param peers in the order of {@link Peer}
   * @param left those asked for that can't run here, and why
   */
  record Choice(List<Peer> peers, Map<Peer, String> left) {}

  /**
   * Those asked for that run here.
   *
   * @param protocol which all of them have to serve
   * @param asked none for all there are
   */
  static Choice choose(ProtocolName protocol, List<Peer> asked) {
    List<Peer> peers = new ArrayList<>();
    Map<Peer, String> left = new EnumMap<>(Peer.class);
    for (Peer peer : Peer.speaking(protocol)) {
      if (asked.isEmpty() || asked.contains(peer)) {
        Optional<String> unavailable = peer.unavailable();
        unavailable.ifPresentOrElse(why -> left.put(peer, why), () -> peers.add(peer));
      }
    }
    return new Choice(peers, left);
  }

  /** The first of those asked for that does not serve a protocol, in a sentence. */
  static Optional<String> doesNotSpeak(ProtocolName protocol, List<Peer> asked) {
    return asked.stream()
        .filter(peer -> !peer.speaks(protocol))
        .findFirst()
        .map(
            peer ->
                "%s does not serve %s; there are %s"
                    .formatted(
                        peer.title(),
                        protocol.title(),
                        Peer.speaking(protocol).stream()
                            .map(Peer::title)
                            .collect(Collectors.joining(", "))));
  }

  /** Their names, for help. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Peer.values()).map(Peer::title).iterator();
    }
  }

  /** From the name on the command line. */
  static final class Converter implements ITypeConverter<Peer> {
    @Override
    public Peer convert(String name) {
      return Arrays.stream(Peer.values())
          .filter(peer -> peer.title().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is no server; there are %s"
                          .formatted(
                              name,
                              Arrays.stream(Peer.values())
                                  .map(Peer::title)
                                  .collect(Collectors.joining(", ")))));
    }
  }
}
