package dev.millrace.examples.errors;

/** What one line says; used again for the next one. */
final class Failure {
  /** In which of its ways a failure came into the log. */
  enum Way {
    /** Of the failure log. */
    EVENT("events of the failure log"),
    /** The core's, at DEBUG. */
    RECORD("close records of the core (DEBUG)"),
    /** A program's own. */
    PRINTED("close records printed by --verbose"),
    /** The core's, of what is no connection. */
    EPISODE("episodes of accepting");

    final String words;

    Way(String words) {
      this.words = words;
    }
  }

  static final long UNKNOWN_TIME = Long.MIN_VALUE;

  Way way;
  String kind;
  long count;

  /** Of the first and the last of them; {@link #UNKNOWN_TIME} if the line does not say. */
  long firstMillis;

  long lastMillis;

  /** One name, or several as {@code READ=9 WRITE=1}; null if the line does not say. */
  String operations;

  String states;
  String certainties;
  String endedBy;

  /** One address with its port, or several as {@code 192.0.2.1=9 192.0.2.2=1..3}; null as above. */
  String peers;

  long received;
  long handed;
  long unsent;

  /** Log lines that were lost, as the line says; in all other lines 0. */
  long linesLost;

  void clear() {
    way = null;
    kind = null;
    count = 1;
    firstMillis = UNKNOWN_TIME;
    lastMillis = UNKNOWN_TIME;
    operations = null;
    states = null;
    certainties = null;
    endedBy = null;
    peers = null;
    received = 0;
    handed = 0;
    unsent = 0;
    linesLost = 0;
  }
}
