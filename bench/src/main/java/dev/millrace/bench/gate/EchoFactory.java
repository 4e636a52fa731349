package dev.millrace.bench.gate;

import dev.millrace.bench.micro.EchoLoop;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;

/** Makes the server that is measured, on sockets that count or on real ones. */
@FunctionalInterface
interface EchoFactory {
  EchoLoop on(SelectorProvider provider) throws IOException;
}
