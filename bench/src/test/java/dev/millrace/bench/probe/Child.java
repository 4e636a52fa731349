package dev.millrace.bench.probe;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A JVM that does what it is told, and nothing else: it compiles nothing, so its figures are those
 * of what it was told. An order is a line; it is read by one call of {@code read}, and answered by
 * one call of {@code write} once all is done.
 */
final class Child implements AutoCloseable {
  /** With what makes names hard to read; 15 bytes of it are kept. */
  static final String BURNER = "burner (1) ) S of many";

  static final String PARKED = "parked";
  static final String MORTAL = "mortal";
  static final String LATE = "late";

  private final Process process;

  private Child(Process process) {
    this.process = process;
  }

  /** Starts one, up to where it waits for orders. */
  static Child start(List<String> prefix) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xint", "-Xmx64m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Child.class.getName());
    Child child =
        new Child(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    child.awaitAnswer();
    awaitIdle(child.pid());
    return child;
  }

  long pid() {
    return process.pid();
  }

  /**
   * Gives an order and waits until it is carried out, and until all threads wait again: the answer
   * is here a little before the call that wrote it has returned there, and is counted.
   */
  void order(String order) throws IOException {
    process.getOutputStream().write((order + "\n").getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    awaitAnswer();
    awaitIdle(pid());
  }

  /** Waits until no thread of a process runs or can run. */
  static void awaitIdle(long pid) {
    while (!isIdle(pid)) {
      Thread.onSpinWait();
    }
  }

  private static boolean isIdle(long pid) {
    return ProcessProbe.of(pid).sample().threads().stream()
        .map(thread -> Tool.read(Path.of("/proc/" + pid + "/task/" + thread.tid() + "/stat")))
        .allMatch(stat -> stat.isEmpty() || ProcessProbe.Stat.parse(stat).state() == 'S');
  }

  private void awaitAnswer() throws IOException {
    // One byte more or less at a time does not matter: each answer is one line.
    int read = process.getInputStream().read();
    while (read != '\n') {
      if (read < 0) {
        throw new IOException("the child has ended");
      }
      read = process.getInputStream().read();
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    process.getOutputStream().close();
    process.getInputStream().close();
  }

  /** The child's side. */
  public static void main(String[] args) throws Exception {
    BlockingQueue<CountDownLatch> burns = new LinkedBlockingQueue<>();
    List<Thread> threads = new ArrayList<>();
    threads.add(thread(BURNER, () -> burn(burns)));
    threads.add(thread(PARKED, () -> new CountDownLatch(1).await()));
    CountDownLatch death = new CountDownLatch(1);
    threads.add(thread(MORTAL, death::await));
    try (FileInputStream in = new FileInputStream(FileDescriptor.in);
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        FileInputStream zero = new FileInputStream("/dev/zero");
        FileOutputStream nothing = new FileOutputStream("/dev/null")) {
      byte[] line = new byte[100];
      for (Thread thread : threads) {
        // A thread gives itself its name: until then it has that of the one which started it.
        while (thread.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
      }
      answer(out);
      for (int length = in.read(line); length > 0; length = in.read(line)) {
        String[] words =
            new String(line, 0, length, StandardCharsets.US_ASCII).trim().split(" ", -1);
        int times = words.length > 1 ? Integer.parseInt(words[1]) : 0;
        switch (words[0]) {
          case "write" -> {
            for (int i = 0; i < times; i++) {
              nothing.write(1);
            }
          }
          case "read" -> {
            for (int i = 0; i < times; i++) {
              zero.read();
            }
          }
          case "burn" -> {
            CountDownLatch done = new CountDownLatch(1);
            burns.add(done);
            done.await();
          }
          case "late" -> {
            CountDownLatch running = new CountDownLatch(1);
            thread(
                LATE,
                () -> {
                  running.countDown();
                  new CountDownLatch(1).await();
                });
            running.await();
          }
          case "die" -> death.countDown();
          default -> throw new IllegalArgumentException(words[0]);
        }
        answer(out);
      }
    }
  }

  private static void answer(FileOutputStream out) throws IOException {
    out.write('\n');
  }

  private static void burn(BlockingQueue<CountDownLatch> burns) throws InterruptedException {
    while (true) {
      CountDownLatch done = burns.take();
      long sum = 0;
      // Some hundredths of a second, interpreted: more than the other threads need by far.
      for (int i = 0; i < 3_000_000; i++) {
        sum += i ^ sum;
      }
      if (sum == 1) {
        throw new IllegalStateException("so that the loop is for something");
      }
      done.countDown();
    }
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  private static Thread thread(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts here", e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
