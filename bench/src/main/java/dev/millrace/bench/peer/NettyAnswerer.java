package dev.millrace.bench.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * A handler that writes while it reads, flushes when all is read, and does not read on for ever.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told to exceptionCaught
class NettyAnswerer extends ChannelInboundHandlerAdapter {
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
