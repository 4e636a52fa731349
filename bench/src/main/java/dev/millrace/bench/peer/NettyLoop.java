package dev.millrace.bench.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
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
import java.util.function.BiConsumer;

/** Netty with one event loop, whatever it serves. */
final class NettyLoop {
  private NettyLoop() {}

  /** In the words of its settings, for both. */
  static String settings(Peer peer) {
    return "Netty "
        + Versions.of("netty")
        + "; MultiThreadIoEventLoopGroup(1, "
        + (peer == Peer.NETTY_EPOLL ? "EpollIoHandler" : "NioIoHandler")
        + "), its default allocator and receive buffers (64 B to 64 KiB, as needed),"
        + " ReadTimeoutHandler, flush in channelReadComplete, reading paused while not writable,"
        + " TCP_NODELAY, backlog 4096";
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

  /**
   * Listens.
   *
   * @param peer which of the two it is
   * @param handlers adds those of a connection, which the group's only thread serves
   */
  static InetSocketAddress start(
      Peer peer,
      int port,
      Duration readTimeout,
      BiConsumer<EventLoopGroup, ChannelPipeline> handlers)
      throws IOException {
    boolean isEpoll = peer == Peer.NETTY_EPOLL;
    if (isEpoll) {
      Epoll.ensureAvailability();
    }
    IoHandlerFactory io = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Class<? extends ServerChannel> type =
        isEpoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
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
                    handlers.accept(group, channel.pipeline());
                  }
                });
    Channel listener = bootstrap.bind(Peer.loopback(port)).syncUninterruptibly().channel();
    return (InetSocketAddress) listener.localAddress();
  }
}
