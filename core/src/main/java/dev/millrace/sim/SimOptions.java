package dev.millrace.sim;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The socket options of one channel: remembered, and answered with. */
final class SimOptions {
  private static final int MAX_LINGER_SECONDS = 65_535;

  private final Set<SocketOption<?>> supported;

  /** Made at the first option that is set; asked by name only, never iterated. */
  private Map<SocketOption<?>, Object> values;

  SimOptions(Set<SocketOption<?>> supported) {
    this.supported = supported;
  }

  <T> void set(SocketOption<T> name, T value) {
    check(name);
    Objects.requireNonNull(value, name.name());
    if (value instanceof Integer size
        && (name == StandardSocketOptions.SO_SNDBUF || name == StandardSocketOptions.SO_RCVBUF)
        && size < 1) {
      throw new IllegalArgumentException("Invalid send/receive buffer size");
    }
    if (values == null) {
      values = new HashMap<>();
    }
    values.put(name, name == StandardSocketOptions.SO_LINGER ? (Object) linger(value) : value);
  }

  /** The JDK takes any number of seconds, and makes one of those that the kernel has. */
  private static int linger(Object value) {
    int seconds = (Integer) value;
    return seconds < 0 ? -1 : Math.min(seconds, MAX_LINGER_SECONDS);
  }

  <T> T get(SocketOption<T> name) {
    check(name);
    Object value = values == null ? null : values.get(name);
    if (value == null && name.type() == Integer.class) {
      value = name == StandardSocketOptions.SO_LINGER ? -1 : 0;
    } else if (value == null) {
      value = false;
    }
    return name.type().cast(value);
  }

  private void check(SocketOption<?> name) {
    Objects.requireNonNull(name, "name");
    if (!supported.contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
  }
}
