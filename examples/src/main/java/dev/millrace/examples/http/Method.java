package dev.millrace.examples.http;

/** The methods of RFC 9110 section 9, and PATCH of RFC 5789. Names are case-sensitive. */
public enum Method {
  /** Asks for a representation. */
  GET,
  /** As GET, and the answer has no body. */
  HEAD,
  /** Gives content to process. */
  POST,
  /** Gives content to store. */
  PUT,
  /** Asks to remove. */
  DELETE,
  /** Asks what may be asked. */
  OPTIONS,
  /** Gives a change to apply. */
  PATCH,
  /** Asks to be told what was received. */
  TRACE,
  /** Asks for a tunnel; its target is an authority. */
  CONNECT,
  /** A token that is none of these: whether 501 or 405 is the answer, the server decides. */
  OTHER
}
