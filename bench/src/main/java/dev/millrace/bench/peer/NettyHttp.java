package dev.millrace.bench.peer;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.DATE;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Netty's plaintext as its entry in the TechEmpower benchmarks has it, which is faster than its own
 * example ({@code io.netty.example.http.helloworld}, with {@code HttpServerCodec} and compression):
 * decoder and encoder apart, header fields not validated, short cuts by the class of a message, the
 * date made once a second.
 */
final class NettyHttp {
  static final String SETTINGS =
      "HttpRequestDecoder and HttpResponseEncoder as in its TechEmpower entry (header fields not"
          + " validated, one date a second)";

  /** Of that entry: a line, a head and a chunk of a body at the most. */
  private static final HttpDecoderConfig DECODER =
      new HttpDecoderConfig()
          .setMaxInitialLineLength(4096)
          .setMaxHeaderSize(8192)
          .setMaxChunkSize(8192)
          .setHeadersFactory(DefaultHttpHeadersFactory.headersFactory().withValidation(false));

  private NettyHttp() {}

  static InetSocketAddress start(Peer peer, int port, Duration readTimeout) throws IOException {
    Plaintext plaintext = new Plaintext();
    return NettyLoop.start(
        peer,
        port,
        readTimeout,
        (group, pipeline) -> {
          plaintext.keepTime(group);
          pipeline.addLast(new Encoder()).addLast(new Decoder()).addLast(plaintext);
        });
  }

  /** Takes the class that nearly all messages have before it asks what they are. */
  private static final class Encoder extends HttpResponseEncoder {
    @Override
    public boolean acceptOutboundMessage(Object message) throws Exception {
      return message.getClass() == DefaultFullHttpResponse.class
          || super.acceptOutboundMessage(message);
    }
  }

  private static final class Decoder extends HttpRequestDecoder {
    Decoder() {
      super(DECODER);
    }

    /** A request may always have a body. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
      return false;
    }
  }

  /** One for all connections, on one loop. What fails is told to {@code exceptionCaught}. */
  @Sharable
  @SuppressWarnings("FutureReturnValueIgnored")
  private static final class Plaintext extends NettyAnswerer {
    private static final HttpHeadersFactory HEADERS =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false);
    private static final AsciiString TYPE = AsciiString.cached(Hello.TYPE);
    private static final AsciiString LENGTH =
        AsciiString.cached(Integer.toString(Hello.BYTES.length));
    private static final ByteBuf BODY =
        Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(Hello.BYTES.length).writeBytes(Hello.BYTES).asReadOnly());

    /** Written and read by the loop's thread. */
    private AsciiString date;

    /** With the first connection, once there is a loop. */
    void keepTime(EventLoopGroup group) {
      if (date == null) {
        tick();
        group.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
      }
    }

    private void tick() {
      date = new AsciiString(Hello.date(System.currentTimeMillis()));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message == LastHttpContent.EMPTY_LAST_CONTENT) {
        return;
      }
      if (message.getClass() == DefaultHttpRequest.class) { // which holds nothing to be released
        answer(context, (DefaultHttpRequest) message);
        return;
      }
      try {
        if (message instanceof HttpRequest request) {
          answer(context, request);
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    private void answer(ChannelHandlerContext context, HttpRequest request) {
      if (!request.uri().equals(Hello.PATH)) {
        context.write(
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_FOUND));
        context.flush();
        context.close();
        return;
      }
      HttpHeaders headers =
          HEADERS.newHeaders().set(CONTENT_TYPE, TYPE).set(DATE, date).set(CONTENT_LENGTH, LENGTH);
      context.write(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.OK,
              BODY.duplicate(),
              headers,
              EmptyHttpHeaders.INSTANCE),
          context.voidPromise());
    }
  }
}
