package dev.millrace.bench.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Netty's echo: its own example ({@code io.netty.example.echo}) with a read time-out and
 * back-pressure.
 */
final class NettyEcho {
  private NettyEcho() {}

  static String settings(String ioHandler, List<String> jvmOptions) {
    return "Netty "
        + Versions.of("netty")
        + "; MultiThreadIoEventLoopGroup(1, "
        + ioHandler
        + "), its default allocator and receive buffers (64 B to 64 KiB, as needed),"
        + " ReadTimeoutHandler, flush in channelReadComplete, reading paused while not writable,"
        + " TCP_NODELAY, backlog 4096; JVM: "
        + String.join(" ", jvmOptions);
  }

  /**
   * What is given to the JVM.
   *
   * @param warns whether the JDK has to be told that native access and Unsafe are meant
   */
  static List<String> jvmOptions(boolean warns) {
    List<String> options = new ArrayList<>();
    // These three are what Netty's entry in the TechEmpower benchmarks sets, and the documentation
    // does not ask for them: of the first it says "not recommended", since leaks go unseen then.
    // They are the faster choice (the detector samples buffers and follows them), so nobody can
    // say that Netty was held back.
    options.add("-Dio.netty.leakDetection.level=disabled");
    options.add("-Dio.netty.buffer.checkBounds=false");
    options.add("-Dio.netty.buffer.checkAccessible=false");
    // Direct memory without a Cleaner, and its own set of selected keys: both are asked of the JDK
    // by reflection, and both are what Netty would choose.
    options.add("-Dio.netty.tryReflectionSetAccessible=true");
    options.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
    options.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
    options.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    if (warns) {
      // From JDK 24 on Netty goes without Unsafe, and slower, unless it is allowed by name.
      options.add("--sun-misc-unsafe-memory-access=allow");
      options.add("--enable-native-access=ALL-UNNAMED");
    }
    return options;
  }

  static InetSocketAddress startNio(int port, Duration readTimeout) throws IOException {
    return start(NioIoHandler.newFactory(), NioServerSocketChannel.class, port, readTimeout);
  }

  static InetSocketAddress startEpoll(int port, Duration readTimeout) throws IOException {
    Epoll.ensureAvailability();
    return start(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, port, readTimeout);
  }

  private static InetSocketAddress start(
      IoHandlerFactory io, Class<? extends ServerChannel> type, int port, Duration readTimeout)
      throws IOException {
    // Its allocator and receive buffers stay Netty's defaults: for 64 B, larger receive buffers
    // save no read, and the pooled allocator differs by less CPU than two runs of the same do.
    // One thread accepts and serves; none is lost to a second group for accepting.
    MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, Peer.BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    // And not IdleStateHandler, which tells of it and leaves closing to others; it
                    // is the same class without the times of writes.
                    if (!readTimeout.isZero()) {
                      channel
                          .pipeline()
                          .addLast(
                              new ReadTimeoutHandler(
                                  readTimeout.toMillis(), TimeUnit.MILLISECONDS));
                    }
                    channel.pipeline().addLast(Echo.INSTANCE);
                  }
                });
    Channel listener = bootstrap.bind(Peer.loopback(port)).syncUninterruptibly().channel();
    return (InetSocketAddress) listener.localAddress();
  }

  /** Without state, so one for all. What fails is told to {@code exceptionCaught}. */
  @Sharable
  @SuppressWarnings("FutureReturnValueIgnored")
  private static final class Echo extends ChannelInboundHandlerAdapter {
    static final Echo INSTANCE = new Echo();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      // The buffer itself goes back, without a copy; nobody asks for the promise.
      context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      // One system call for all that was read in this turn.
      context.flush();
      // Asked after the flush: before it, much is pending that the kernel is about to take.
      if (!context.channel().isWritable()) {
        context.channel().config().setAutoRead(false);
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (context.channel().isWritable()) {
        context.channel().config().setAutoRead(true);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close(); // a reset or the time-out: it ends this connection and no other
    }
  }
}
