package dev.millrace.examples.kv;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The keys and their values. (To be replaced by a table of its own.) */
final class Keyspace {
  private final Map<String, byte[]> map = new HashMap<>();

  byte[] value(byte[] bytes, int from, int to) {
    return map.get(
        new String(bytes, from, to - from, java.nio.charset.StandardCharsets.ISO_8859_1));
  }

  void put(byte[] bytes, int from, int to, byte[] value, int valueFrom, int valueTo) {
    map.put(
        new String(bytes, from, to - from, java.nio.charset.StandardCharsets.ISO_8859_1),
        Arrays.copyOfRange(value, valueFrom, valueTo));
  }

  int size() {
    return map.size();
  }

  long usedBytes() {
    return 0;
  }
}
