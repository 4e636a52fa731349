/**
 * A non-blocking, multiplexed TCP server core on plain {@code java.nio}: one thread, one selector,
 * and every error path written out. Start with {@link dev.millrace.Server}.
 */
module dev.millrace.core {
  requires transitive org.slf4j;

  exports dev.millrace;
  exports dev.millrace.buffer;
  exports dev.millrace.dial;
  exports dev.millrace.failure;
  exports dev.millrace.fault;
  exports dev.millrace.frame;
  exports dev.millrace.link;
  exports dev.millrace.observe;
  exports dev.millrace.sim;
  exports dev.millrace.timer;
}
