package dev.millrace.examples.logs;

import ch.qos.logback.core.ContextBase;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Has logback compress and delete in the thread that rolls, which is the queue's. Its own threads
 * would be at it beside the next file, so that nobody could tell what is left over from what is
 * under way; and the program's end would not wait for them.
 */
final class SameThread extends ContextBase {
  private final ExecutorService caller =
      new AbstractExecutorService() {
        @Override
        public void execute(Runnable task) {
          task.run();
        }

        @Override
        public void shutdown() {
          // nothing of its own
        }

        @Override
        public List<Runnable> shutdownNow() {
          return List.of();
        }

        @Override
        public boolean isShutdown() {
          return false;
        }

        @Override
        public boolean isTerminated() {
          return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
          return true;
        }
      };

  @Override
  public synchronized ExecutorService getExecutorService() {
    return caller;
  }

  @Override
  public synchronized ExecutorService getAlternateExecutorService() {
    return caller;
  }
}
