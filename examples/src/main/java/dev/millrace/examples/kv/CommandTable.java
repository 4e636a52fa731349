package dev.millrace.examples.kv;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** All commands, found by name without a copy of it: an open hash table over folded bytes. */
final class CommandTable {
  private final Command[] slots = new Command[512];
  private final byte[][] names = new byte[512][];
  private final List<Command> all = new ArrayList<>();

  void add(Collection<Command> commands) {
    for (Command command : commands) {
      byte[] name = Reply.bytes(command.name());
      int slot = hash(name, 0, name.length);
      while (slots[slot] != null) {
        if (slots[slot].name().equals(command.name())) {
          throw new IllegalArgumentException("twice in the table: " + command.name());
        }
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = command;
      names[slot] = name;
      all.add(command);
      if (all.size() > slots.length / 4) {
        throw new IllegalStateException("too many commands for a table of this size");
      }
    }
  }

  /** All of them, in the order they were added. */
  List<Command> all() {
    return all;
  }

  /** The command with this name, in upper or lower case; null if there is none. */
  Command find(byte[] bytes, int from, int to) {
    int slot = hash(bytes, from, to);
    while (slots[slot] != null) {
      if (isSame(names[slot], bytes, from, to)) {
        return slots[slot];
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return null;
  }

  // A letter with this bit is a lower case one; and no byte but a letter becomes one by it.
  private static final int LOWER_CASE = 0x20;

  private int hash(byte[] bytes, int from, int to) {
    int h = to - from;
    for (int i = from; i < to && i < from + 16; i++) {
      h = h * 31 + (bytes[i] | LOWER_CASE);
    }
    return (h ^ h >>> 9) & (slots.length - 1);
  }

  private static boolean isSame(byte[] name, byte[] bytes, int from, int to) {
    if (to - from != name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if ((bytes[from + i] | LOWER_CASE) != name[i]) {
        return false;
      }
    }
    return true;
  }
}
