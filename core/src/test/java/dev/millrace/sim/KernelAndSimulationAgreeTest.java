package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the JDK and Linux answer to each call in each situation that a server has to survive, told
 * by scripts that are run on the kernel's loopback and in the simulation: both must do what is
 * written here. See {@link NetScript} for the steps. Steps without an outcome are compared between
 * the two only.
 */
@Timeout(60)
class KernelAndSimulationAgreeTest {
  /** A connection: C connected, A accepted. */
  private static final String PAIR = "L.listen; C.open; C.connect L; C.finish; A.accept L\n";

  /** A selector beside it. */
  private static final String PAIR_AND_SELECTOR = PAIR + "S.open\n";

  private static void agree(String script) throws IOException {
    List<String> steps = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (String line : script.split("\n", -1)) {
      int arrow = line.indexOf("=>");
      for (String step : (arrow < 0 ? line : line.substring(0, arrow)).split(";", -1)) {
        steps.add(step.strip());
        expected.add(arrow < 0 ? null : line.strip().replaceAll(" +=>", " =>"));
      }
    }
    BothGrounds.Traces traces = BothGrounds.run(steps, 1);
    for (int i = 0; i < expected.size(); i++) {
      if (expected.get(i) == null) {
        expected.set(i, traces.kernel().get(i));
      }
    }
    assertEquals(String.join("\n", expected), String.join("\n", traces.kernel()), "the kernel");
    assertEquals(
        String.join("\n", expected), String.join("\n", traces.simulation()), "the simulation");
  }

  // ---- the order of operations after an end

  /** The failed write takes the reset with it: what is left looks like a clean end. */
  @Test
  void writingAfterAReset() throws IOException {
    agree(
        PAIR
            + """
        C.linger 0; C.close
        A.write 10 => IOException
        A.write 10 => IOException
        A.read 5 => -1
        A.read 5 => -1""");
  }

  @Test
  void oneWriteIsEnoughToLoseTheReset() throws IOException {
    agree(
        PAIR
            + """
        C.linger 0; C.close
        A.write 10 => IOException
        A.read 5 => -1
        A.write 10 => IOException""");
  }

  /** The JDK remembers a reset that a read has seen. */
  @Test
  void readingAfterAReset() throws IOException {
    agree(
        PAIR
            + """
        C.linger 0; C.close
        A.read 5 => SocketException: Connection reset
        A.read 5 => SocketException: Connection reset
        A.write 10 => IOException
        A.write 10 => IOException
        A.read 5 => SocketException: Connection reset""");
  }

  @Test
  void gatheringAndScatteringAfterAReset() throws IOException {
    agree(
        PAIR
            + """
        C.linger 0; C.close
        A.gather 3 4 => IOException
        A.gather 3 4 => IOException
        A.scatter 3 4 => -1""");
  }

  @Test
  void inputSurvivesAReset() throws IOException {
    agree(
        PAIR
            + """
        C.write 5
        C.linger 0; C.close
        A.read 10 => 5
        A.read 10 => SocketException: Connection reset
        A.write 10 => IOException""");
  }

  @Test
  void inputSurvivesTheWriteThatTookTheReset() throws IOException {
    agree(
        PAIR
            + """
        C.write 5
        C.linger 0; C.close
        A.write 10 => IOException
        A.read 10 => 5
        A.read 10 => -1""");
  }

  /** One call: its second vector must not turn five bytes into an error. */
  @Test
  void scatteringReadsTheInputBeforeItSeesTheReset() throws IOException {
    agree(
        PAIR
            + """
        C.write 5
        C.linger 0; C.close
        A.scatter 5 5 => 5
        A.scatter 5 5 => SocketException: Connection reset""");
  }

  @Test
  void resetWhileTheSendQueueIsFull() throws IOException {
    agree(
        PAIR
            + """
        A.fill => full
        C.linger 0; C.close
        A.write 10 => IOException
        A.write 10 => IOException
        A.read 5 => -1""");
  }

  /** The reset that answers the first write comes after the FIN, and is told to writes only. */
  @Test
  void writingAgainstAFin() throws IOException {
    agree(
        PAIR
            + """
        C.write 5; C.close
        A.write 10 => 10
        A.write 10 => IOException
        A.read 10 => 5
        A.read 10 => -1""");
  }

  @Test
  void aResetBehindAFinIsInvisibleToReads() throws IOException {
    agree(
        PAIR
            + """
        C.end-output
        A.read 5 => -1
        C.linger 0; C.close
        A.read 5 => -1
        A.read 5 => -1
        A.write 10 => IOException
        A.read 5 => -1""");
  }

  @Test
  void closeWithUnreadInput() throws IOException {
    agree(
        PAIR
            + """
        A.write 7
        C.write 5; C.close
        A.read 10 => 5
        A.read 10 => SocketException: Connection reset
        A.write 10 => IOException""");
  }

  @Test
  void closeWithUnreadInputAndAWriteBeforeReading() throws IOException {
    agree(
        PAIR
            + """
        A.write 7
        C.write 5; C.close
        A.write 10 => IOException
        A.read 10 => 5
        A.write 10 => IOException
        A.read 10 => -1""");
  }

  @Test
  void ownOutputEnded() throws IOException {
    agree(
        PAIR
            + """
        A.end-output => done
        A.write 5 => AsynchronousCloseException
        A.write 0 => AsynchronousCloseException
        A.gather 1 2 => AsynchronousCloseException
        A.gather 0 0 => AsynchronousCloseException
        A.end-output => done
        C.read 5 => -1
        C.write 5 => 5
        A.read 5 => 5""");
  }

  /** The write throws what the JDK makes up, but the call has taken the reset. */
  @Test
  void ownOutputEndedAndAReset() throws IOException {
    agree(
        PAIR
            + """
        A.end-output
        C.linger 0; C.close
        A.write 5 => AsynchronousCloseException
        A.read 5 => -1""");
  }

  @Test
  void ownOutputEndedAndAResetThatIsRead() throws IOException {
    agree(
        PAIR
            + """
        A.end-output
        C.linger 0; C.close
        A.read 5 => SocketException: Connection reset""");
  }

  @Test
  void ownInputEnded() throws IOException {
    agree(
        PAIR
            + """
        C.write 5
        A.end-input => done
        A.read 10 => -1
        A.read 0 => -1
        A.scatter 0 => -1
        A.write 5 => 5
        C.read 10 => 5
        C.write 5 => 5
        C.write 5 => 5""");
  }

  @Test
  void ownInputEndedAfterAResetWasSeen() throws IOException {
    agree(
        PAIR
            + """
        C.linger 0; C.close
        A.read 5 => SocketException: Connection reset
        A.end-input => done
        A.read 5 => -1""");
  }

  /** Input for one that has ended both directions is answered with a reset (RFC 1122 §4.2.2.13). */
  @Test
  void bothDirectionsEndedHere() throws IOException {
    agree(
        PAIR
            + """
        A.end-input; A.end-output
        C.write 5 => 5
        C.write 5 => IOException
        C.read 5 => -1
        A.read 5 => -1
        A.write 5 => AsynchronousCloseException""");
  }

  @Test
  void closedHere() throws IOException {
    agree(
        PAIR
            + """
        A.close
        A.read 0 => ClosedChannelException
        A.scatter 0 0 => ClosedChannelException
        A.write 0 => ClosedChannelException
        A.gather 0 => ClosedChannelException
        A.read-only => ClosedChannelException
        A.end-input => ClosedChannelException
        A.end-output => ClosedChannelException
        A.linger 0 => ClosedChannelException
        A.bind loopback => ClosedChannelException
        A.connect L => ClosedChannelException
        A.finish => ClosedChannelException
        A.state => closed""");
  }

  @Test
  void notConnected() throws IOException {
    agree(
        """
        C.open
        C.read 1 => NotYetConnectedException
        C.read 0 => NotYetConnectedException
        C.write 1 => NotYetConnectedException
        C.write 0 => NotYetConnectedException
        C.scatter 1 2 => NotYetConnectedException
        C.gather 1 2 => NotYetConnectedException
        C.end-input => NotYetConnectedException
        C.end-output => NotYetConnectedException
        C.finish => NoConnectionPendingException
        C.state => open linger -1 nodelay""");
  }

  /**
   * Without a byte to move there is no system call, and the reset is still there for the next one.
   */
  @Test
  void nothingToWriteAfterAReset() throws IOException {
    agree(
        PAIR
            + """
        C.linger 0; C.close
        A.write 0 => 0
        A.gather 0 0 => 0
        A.read 0 => 0
        A.scatter 0 0 => 0
        A.write 5 => IOException
        A.read 5 => -1""");
  }

  // ---- buffers, vectors and full queues

  /** A full buffer hides the end of the stream. */
  @Test
  void buffersWithoutRoom() throws IOException {
    agree(
        PAIR
            + """
        C.write 5
        A.read 0 => 0
        A.scatter 0 0 => 0
        A.scatter 0 2 0 9 => 5
        C.close
        A.read 0 => 0
        A.read 1 => -1""");
  }

  /** 1,024 vectors a call (IOV_MAX); empty buffers are none of them. */
  @Test
  void severalBuffers() throws IOException {
    agree(
        PAIR
            + """
        C.gather 1 0 2 0 => 3
        A.scatter 0 1 0 1 5 => 3
        C.gather 2000x10 => 10240
        A.read 20000 => 10240
        C.gather 1030x0 5 => 5
        A.scatter 1030x0 5 => 5
        C.gather 2000x10 => 10240
        A.scatter 2000x10 => 10240
        A.read 1 => 0""");
  }

  @Test
  void readOnlyTargets() throws IOException {
    agree(
        PAIR
            + """
        A.read-only => IllegalArgumentException
        C.linger 0; C.close
        A.read-only => IllegalArgumentException
        A.read 1 => SocketException: Connection reset
        A.read-only => SocketException: Connection reset""");
  }

  @Test
  void aFullQueue() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        C.fill => full
        C.register S w => done
        S.now => 0 {}
        A.drain => something, complete, 0
        S.now => 1 {C=w}
        C.write 5 => 5
        C.close
        A.drain => something, complete, -1""");
  }

  @Test
  void aFinBehindAFullQueue() throws IOException {
    agree(
        PAIR
            + """
        C.fill; C.end-output
        A.drain => something, complete, -1""");
  }

  @Test
  void aCloseBehindAFullQueue() throws IOException {
    agree(
        PAIR
            + """
        C.fill; C.close
        A.drain => something, complete, -1
        A.write 1 => 1
        A.write 1 => IOException""");
  }

  @Test
  void aResetBehindAFullQueue() throws IOException {
    agree(
        PAIR
            + """
        C.fill; C.linger 0; C.close
        A.drain => something, not all, SocketException: Connection reset
        A.drain => nothing, not all, SocketException: Connection reset""");
  }

  @Test
  void bothQueuesFullAndBothEnd() throws IOException {
    agree(
        PAIR
            + """
        C.fill; A.fill
        C.end-output; A.end-output
        A.drain => something, complete, -1
        C.drain => something, complete, -1""");
  }

  @Test
  void aFullQueueAndTheReaderCloses() throws IOException {
    agree(
        PAIR
            + """
        C.fill; A.close
        C.write 1 => IOException
        C.read 1 => -1""");
  }

  // ---- connecting

  @Test
  void refused() throws IOException {
    agree(
        """
        L.listen; L.close
        C.open
        C.connect L => false
        C.state => open pending remote linger -1 nodelay
        C.finish => ConnectException
        C.state => closed
        C.finish => ClosedChannelException""");
  }

  @Test
  void refusedUnderASelector() throws IOException {
    agree(
        """
        L.listen; L.close; S.open
        C.open; C.connect L
        C.register S c
        S.now => 1 {C=c}
        S.now => 1 {C=c}
        C.finish => ConnectException
        C.key S => invalid CancelledKeyException CancelledKeyException
        S.keys => 1
        S.now => 0 {}
        S.keys => 0""");
  }

  /** The five bytes are lost with it. */
  @Test
  void resetBeforeFinishConnect() throws IOException {
    agree(
        """
        L.listen; C.open; C.connect L; A.accept L
        A.write 5
        A.linger 0; A.close
        C.finish => SocketException
        C.state => closed
        C.read 5 => ClosedChannelException""");
  }

  @Test
  void resetBeforeFinishConnectUnderASelector() throws IOException {
    agree(
        """
        L.listen; S.open; C.open; C.connect L
        C.register S c
        A.accept L
        A.linger 0; A.close
        S.now => 1 {C=c}
        C.finish => SocketException
        S.now => 0 {}""");
  }

  @Test
  void finBeforeFinishConnect() throws IOException {
    agree(
        """
        L.listen; C.open; C.connect L; A.accept L
        A.write 5; A.close
        C.read 1 => NotYetConnectedException
        C.write 1 => NotYetConnectedException
        C.finish => true
        C.read 10 => 5
        C.read 10 => -1""");
  }

  @Test
  void misuseOfConnect() throws IOException {
    agree(
        """
        L.listen; C.open
        C.connect L => false
        C.connect L => ConnectionPendingException
        C.bind loopback => ConnectionPendingException
        C.finish => true
        C.finish => true
        C.connect L => AlreadyConnectedException
        C.bind loopback => AlreadyBoundException
        C.state => open connected local remote linger -1 nodelay""");
  }

  /** Unchecked, and the channel stays open: its descriptor is the caller's to give back. */
  @Test
  void addressesThatNoConnectTakes() throws IOException {
    agree(
        """
        C.open
        C.connect unresolved => UnresolvedAddressException
        C.connect unix => UnsupportedAddressTypeException
        C.connect ipv6 => UnsupportedAddressTypeException
        C.connect none => NullPointerException
        C.state => open linger -1 nodelay
        C.close
        C.connect unresolved => UnresolvedAddressException
        C.connect unix => UnsupportedAddressTypeException""");
  }

  /** One more than the backlog is connected; the others wait, and no error tells them. */
  @Test
  void aFullBacklog() throws IOException {
    agree(
        """
        L.listen 1
        C.open; D.open; E.open; F.open
        C.connect L; D.connect L; E.connect L; F.connect L
        C.finish => true
        D.finish => true
        E.finish => false
        F.finish => false
        E.state => open pending remote linger -1 nodelay
        L.close
        C.read 1 => SocketException: Connection reset
        D.read 1 => SocketException: Connection reset
        E.finish => false""");
  }

  @Test
  void theListenerClosesWithUsInItsQueue() throws IOException {
    agree(
        """
        L.listen; C.open; C.connect L; C.finish
        L.close
        C.read 1 => SocketException: Connection reset
        C.write 1 => IOException""");
  }

  @Test
  void boundBeforeConnecting() throws IOException {
    agree(
        """
        L.listen; C.open
        C.bind foreign => BindException
        C.bind unresolved => UnresolvedAddressException
        C.bind unix => UnsupportedAddressTypeException
        C.bind ipv6 => UnsupportedAddressTypeException
        C.bind L => BindException
        C.bind *L => BindException
        C.state => open linger -1 nodelay
        C.bind loopback => done
        C.bind loopback => AlreadyBoundException
        C.state => open local linger -1 nodelay
        D.open
        D.bind C => BindException
        C.connect L => false
        C.state => open pending local remote linger -1 nodelay
        C.finish => true
        A.accept L => accepted
        A.bind loopback => AlreadyBoundException""");
  }

  // ---- listening and accepting

  @Test
  void bindingAListener() throws IOException {
    agree(
        """
        L.open
        A.accept L => NotYetBoundException
        L.bind loopback => done
        L.bind loopback => AlreadyBoundException
        A.accept L => null
        L.state => open bound reuse
        L2.open
        L2.bind L => BindException
        L2.bind *L => BindException
        L2.bind foreign => BindException
        L2.bind unresolved => UnresolvedAddressException
        L2.bind unix => UnsupportedAddressTypeException
        L2.bind ipv6 => UnsupportedAddressTypeException
        L2.state => open reuse
        L2.bind loopback => done""");
  }

  @Test
  void aWildcardAndASpecificAddress() throws IOException {
    agree(
        """
        L.open
        L.bind none => wildcard
        L2.open
        L2.bind *L => BindException
        L3.listen
        L2.bind *L3 => BindException
        L2.bind wildcard => wildcard
        L.close
        L4.open
        L4.bind *L => wildcard""");
  }

  /** Accepted like any other (Linux never answers ECONNABORTED for it). */
  @Test
  void resetInTheBacklog() throws IOException {
    agree(
        """
        L.listen; C.open; C.connect L; C.finish
        C.write 5
        C.linger 0; C.close
        A.accept L => accepted
        A.state => open connected local remote linger -1 nodelay reuse
        A.read 10 => 5
        A.read 10 => SocketException: Connection reset
        B.accept L => null""");
  }

  @Test
  void closedInTheBacklog() throws IOException {
    agree(
        """
        L.listen; C.open; C.connect L; C.finish
        C.write 5; C.close
        A.accept L => accepted
        A.read 10 => 5
        A.read 10 => -1""");
  }

  @Test
  void acceptUnderASelector() throws IOException {
    agree(
        """
        L.listen; S.open
        L.register S a
        S.now => 0 {}
        C.open; C.connect L; D.open; D.connect L
        S.leave => 1 {L=a}
        S.leave => 0 {L=a}
        A.accept L => accepted
        B.accept L => accepted
        A.accept L => null
        S.now => 0 {L=a}
        S.now => 0 {}""");
  }

  // ---- half-closes

  @Test
  void afterAFinTheReaderStaysReady() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S r
        C.end-output
        S.now => 1 {A=r}
        A.read 5 => -1
        S.now => 1 {A=r}
        S.now => 1 {A=r}
        A.write 5 => 5
        C.read 10 => 5""");
  }

  @Test
  void withoutInterestAResetIsNotHeard() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S -
        C.linger 0; C.close
        S.now => 0 {}
        A.interest S r => r
        S.now => 1 {A=r}
        A.interest S - => -
        S.now => 0 {}""");
  }

  /** A reset is. */
  @Test
  void waitingForRoomOnlyAFinIsNotReported() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.fill => full
        A.register S w
        C.end-output
        S.now => 0 {}
        C.linger 0; C.close
        S.now => 1 {A=w}
        A.write 1 => IOException
        A.read 1 => -1""");
  }

  @Test
  void waitingForRoomOnlyAResetIsReported() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.fill => full
        A.register S w
        C.linger 0; C.close
        S.now => 1 {A=w}
        A.write 1 => IOException""");
  }

  @Test
  void aResetKeepsTheKeyReady() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S rw
        C.linger 0; C.close
        S.now => 1 {A=rw}
        A.read 5 => SocketException: Connection reset
        S.now => 1 {A=rw}
        S.now => 1 {A=rw}""");
  }

  @Test
  void oneUnreadByteTurnsACloseIntoAReset() throws IOException {
    agree(
        PAIR
            + """
        C.write 1
        A.write 5; A.close
        C.read 10 => 5
        C.read 10 => SocketException: Connection reset""");
  }

  // ---- closing while registered

  /** The FIN goes out at once; the descriptor lives, and takes input, until the next select. */
  @Test
  void closedWhileRegistered() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S r
        A.close => done
        A.state => closed registered
        A.key S => invalid CancelledKeyException CancelledKeyException
        C.read 5 => -1
        C.write 5 => 5
        C.write 5 => 5
        S.now => 0 {}
        C.read 5 => -1
        C.write 5 => IOException
        A.state => closed""");
  }

  @Test
  void cancelledAndClosed() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S r
        A.cancel S
        A.close
        C.read 5 => -1
        C.write 5 => 5
        C.write 5 => 5
        S.now => 0 {}
        C.write 5 => IOException""");
  }

  /** Neither FIN nor reset before the next select. */
  @Test
  void abortedWhileRegistered() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S r
        A.linger 0; A.close
        C.read 5 => 0
        C.write 5 => 5
        S.now => 0 {}
        C.read 5 => SocketException: Connection reset""");
  }

  /** An answer that was cut off looks like a complete one. */
  @Test
  void closedWhileRegisteredWithUnreadInput() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S r
        C.write 5
        A.write 3; A.close
        C.read 10 => 3
        C.read 10 => -1
        S.now => 0 {}
        C.read 10 => -1
        C.write 1 => IOException""");
  }

  @Test
  void aLingerTimeIsDroppedWhileRegistered() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S r
        A.linger 1; A.close
        C.read 5 => -1
        S.now => 0 {}
        C.read 5 => -1""");
  }

  @Test
  void aBlockingSelectDeregistersBeforeItWaits() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S r; C.register S r
        A.linger 0; A.close
        S.wait 50000 => 1 {C=r}
        C.read 5 => SocketException: Connection reset""");
  }

  @Test
  void twoSelectorsHoldADescriptor() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        S2.open
        A.register S r; A.register S2 w
        A.close
        C.read 1 => -1
        S.now => 0 {}
        C.write 1 => 1
        C.write 1 => 1
        S2.now => 0 {}
        C.write 1 => IOException""");
  }

  /** Clients are connected to nobody, and the port is taken. */
  @Test
  void aRegisteredListenerGoesOnUntilTheNextSelect() throws IOException {
    agree(
        """
        L.listen; S.open
        L.register S a
        L.close
        A.accept L => ClosedChannelException
        C.open
        C.connect L => false
        C.finish => true
        L2.open
        L2.bind L => BindException
        S.now => 0 {}
        L2.bind L => done
        C.read 1 => SocketException: Connection reset
        D.open
        D.connect L => false
        D.finish => true
        B.accept L2 => accepted""");
  }

  @Test
  void closingTheSelectorClosesWhatWasClosed() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S r
        A.linger 0; A.close
        C.read 5 => 0
        S.close => done
        C.read 5 => SocketException: Connection reset""");
  }

  // ---- keys and selectors

  @Test
  void aCancelledKey() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S rw
        A.cancel S
        A.key S => invalid CancelledKeyException CancelledKeyException
        A.interest S r => CancelledKeyException
        A.register S r => CancelledKeyException
        A.state => open registered connected local remote linger -1 nodelay reuse
        S.keys => 1
        S.now => 0 {}
        S.keys => 0
        A.key S => no key
        A.register S r => done
        A.key S => interest r ready -""");
  }

  @Test
  void misuseOfKeys() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S a => IllegalArgumentException
        A.register S rwc => done
        A.interest S a => IllegalArgumentException
        A.blocking => IllegalBlockingModeException
        A.cancel S
        A.blocking => done
        S.now => 0 {}
        L.register S r => IllegalArgumentException
        L.close
        S2.open
        L.register S a => ClosedChannelException""");
  }

  @Test
  void selectInsideASelect() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S w
        S.nested => IllegalStateException
        S.now => 1 {A=w}
        S.throw => ArithmeticException
        S.now => 1 {A=w}
        S.close-inside => ClosedSelectorException
        S.now => ClosedSelectorException""");
  }

  @Test
  void aClosedSelector() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S w
        S.close => done
        S.now => ClosedSelectorException
        S.wait 5 => ClosedSelectorException
        S.each => ClosedSelectorException
        S.keys => ClosedSelectorException
        S.selected => ClosedSelectorException
        S.wakeup => done
        S.close => done
        A.state => open connected local remote linger -1 nodelay reuse
        A.register S r => ClosedSelectorException
        A.key S => no key
        A.write 5 => 5""");
  }

  /** Also where it never waits. */
  @Test
  void aWakeUpIsForOneSelect() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        S.wakeup; S.wakeup
        S.wait 50000 => 0 {}
        S.timed 300 => 0 {} slept
        S.wakeup
        S.now => 0 {}
        S.timed 300 => 0 {} slept""");
  }

  /**
   * It is no ready operation, but to the kernel it is room in the queue: a select for it never
   * waits.
   */
  @Test
  void connectInterestOnAConnectedChannel() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S c
        S.now => 0 {}
        S.timed 10000 => 0 {} at once
        A.interest S wc => wc
        S.now => 1 {A=w}""");
  }

  /** The same with input that comes before the program has finished the connect. */
  @Test
  void readInterestBeforeFinishConnect() throws IOException {
    agree(
        """
        L.listen; S.open; C.open; C.connect L
        C.register S r
        A.accept L
        A.write 5
        S.timed 10000 => 0 {} at once
        C.finish => true
        S.timed 10000 => 1 {C=r} at once""");
  }

  /** Their sockets are hung up, which is reported whatever was asked for. */
  @Test
  void channelsThatWereNeverConnected() throws IOException {
    agree(
        """
        C.open; S.open
        C.register S rwc
        S.now => 1 {C=rwc}
        C.interest S r => r
        S.each => 1 {C=r}
        L.open
        L.register S a
        S.now => 2 {C=r, L=a}
        L.bind loopback => done
        S.now => 1 {C=r}""");
  }

  @Test
  void keysThatAreLeftInTheSet() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S w; C.register S w
        S.leave => 2 {A=w, C=w}
        S.leave => 0 {A=w, C=w}
        A.interest S r => r
        C.write 5
        S.leave => 1 {A=rw, C=w}
        A.key S => interest r ready rw
        A.read 10 => 5
        S.leave => 0 {A=rw, C=w}
        S.now => 0 {A=rw, C=w}
        S.now => 1 {C=w}""");
  }

  @Test
  void aResetReplacesWhatAKeyInTheSetHad() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S rw
        S.leave => 1 {A=w}
        A.interest S r => r
        C.linger 0; C.close
        S.leave => 1 {A=r}
        A.interest S w => w
        S.leave => 1 {A=w}""");
  }

  @Test
  void aCancelledKeyLeavesTheSet() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S rw
        S.leave => 1 {A=w}
        A.cancel S
        S.selected => 1
        S.leave => 0 {}
        S.selected => 0""");
  }

  @Test
  void aConsumerIsGivenKeysThatAnEarlierOneCancelled() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S w; C.register S w
        S.cancel-all => 2 calls 1 valid 1 cancelled
        S.now => 0 {}""");
  }

  @Test
  void aConsumerIsNotGivenWhatIsNoLongerAskedFor() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S w; C.register S w
        S.deafen-all => 1 calls 1
        S.now => 0 {}""");
  }

  @Test
  void aConsumerIsNotGivenConnectionsThatAnEarlierOneClosed() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        A.register S w; C.register S w
        S.close-all => 1 calls 1
        S.now => 0 {}""");
  }

  @Test
  void aConsumerIsGivenListenersThatAnEarlierOneClosed() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        L2.listen
        D.open; D.connect L; E.open; E.connect L2
        L.register S a; L2.register S a
        S.close-all => 2 calls 2
        S.now => 0 {}""");
  }

  @Test
  void aConsumerIsGivenBrokenConnectionsThatAnEarlierOneClosed() throws IOException {
    agree(
        PAIR_AND_SELECTOR
            + """
        D.open; D.connect L; D.finish; B.accept L
        A.register S r; B.register S r
        C.linger 0; C.close; D.linger 0; D.close
        S.close-all => 2 calls 2
        S.now => 0 {}""");
  }

  @Test
  void optionsAsTheyAreRead() throws IOException {
    agree(
        PAIR
            + """
        C.linger -5
        C.state => open connected local remote linger -1 nodelay
        C.linger 100000
        C.state => open connected local remote linger 65535 nodelay
        C.linger 0
        C.state => open connected local remote linger 0 nodelay
        A.state => open connected local remote linger -1 nodelay reuse
        L.state => open bound reuse""");
  }
}
