package dev.millrace.bench.peer;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Netty's echo: its own example ({@code io.netty.example.echo}) with a read time-out and
 * back-pressure.
 */
final class NettyEcho {
  private NettyEcho() {}

  static InetSocketAddress start(Peer peer, int port, Duration readTimeout) throws IOException {
    return NettyLoop.start(
        peer, port, readTimeout, (group, pipeline) -> pipeline.addLast(Echo.INSTANCE));
  }

  /** Without state, so one for all. What fails is told to {@code exceptionCaught}. */
  @Sharable
  @SuppressWarnings("FutureReturnValueIgnored")
  private static final class Echo extends NettyAnswerer {
    static final Echo INSTANCE = new Echo();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      // The buffer itself goes back, without a copy; nobody asks for the promise.
      context.write(message, context.voidPromise());
    }
  }
}
