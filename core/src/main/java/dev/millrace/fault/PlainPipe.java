package dev.millrace.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;

/**
 * The platform's pipe with a coat on each end, so that they can be registered with a {@link
 * FaultSelector}; no fault but spurious readiness.
 *
 * <p>Thread rule: that of {@link Pipe}.
 */
final class PlainPipe extends Pipe {
  private final PlainSource source;
  private final PlainSink sink;

  PlainPipe(SelectorProvider provider, Dice dice, Pipe real) {
    this.source = new PlainSource(provider, dice.branch(0), real.source());
    this.sink = new PlainSink(provider, dice.branch(1), real.sink());
  }

  @Override
  public SourceChannel source() {
    return source;
  }

  @Override
  public SinkChannel sink() {
    return sink;
  }

  private static final class PlainSource extends SourceChannel implements FaultChannel {
    private final SourceChannel real;
    private final Dice dice;
    private final Registrations registrations = new Registrations();

    PlainSource(SelectorProvider provider, Dice dice, SourceChannel real) {
      super(provider);
      this.dice = dice;
      this.real = real;
    }

    @Override
    public SelectableChannel real() {
      return real;
    }

    @Override
    public Registrations registrations() {
      return registrations;
    }

    @Override
    public Dice dice() {
      return dice;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
      try {
        return real.read(dst);
      } finally {
        closeWithReal();
      }
    }

    @Override
    public long read(ByteBuffer[] dsts) throws IOException {
      return read(dsts, 0, dsts.length);
    }

    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
      try {
        return real.read(dsts, offset, length);
      } finally {
        closeWithReal();
      }
    }

    private void closeWithReal() throws IOException {
      if (!real.isOpen()) {
        close();
      }
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      real.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      registrations.cancelStale();
      real.configureBlocking(block);
    }
  }

  private static final class PlainSink extends SinkChannel implements FaultChannel {
    private final SinkChannel real;
    private final Dice dice;
    private final Registrations registrations = new Registrations();

    PlainSink(SelectorProvider provider, Dice dice, SinkChannel real) {
      super(provider);
      this.dice = dice;
      this.real = real;
    }

    @Override
    public SelectableChannel real() {
      return real;
    }

    @Override
    public Registrations registrations() {
      return registrations;
    }

    @Override
    public Dice dice() {
      return dice;
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
      try {
        return real.write(src);
      } finally {
        closeWithReal();
      }
    }

    @Override
    public long write(ByteBuffer[] srcs) throws IOException {
      return write(srcs, 0, srcs.length);
    }

    @Override
    public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
      try {
        return real.write(srcs, offset, length);
      } finally {
        closeWithReal();
      }
    }

    private void closeWithReal() throws IOException {
      if (!real.isOpen()) {
        close();
      }
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      real.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      registrations.cancelStale();
      real.configureBlocking(block);
    }
  }
}
