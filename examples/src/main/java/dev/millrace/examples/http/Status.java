package dev.millrace.examples.http;

/** The status codes this server answers with, and the line that each is written as. */
public enum Status {
  /** The answer is what was asked for. */
  OK(200, "OK"),
  /** Done, and there is nothing to show. */
  NO_CONTENT(204, "No Content"),
  /** The ranges that were asked for. */
  PARTIAL_CONTENT(206, "Partial Content"),
  /** It is at the place that Location names. */
  MOVED_PERMANENTLY(301, "Moved Permanently"),
  /** The client has it already. */
  NOT_MODIFIED(304, "Not Modified"),
  /** Not a request that can be understood. */
  BAD_REQUEST(400, "Bad Request"),
  /** Understood, and refused. */
  FORBIDDEN(403, "Forbidden"),
  /** Nothing is there. */
  NOT_FOUND(404, "Not Found"),
  /** Not with this method; Allow names those that may. */
  METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
  /** The request did not come in time. */
  REQUEST_TIMEOUT(408, "Request Timeout"),
  /** Not now: something else is under way. */
  CONFLICT(409, "Conflict"),
  /** What the client made a condition does not hold. */
  PRECONDITION_FAILED(412, "Precondition Failed"),
  /** The body is longer than is taken. */
  CONTENT_TOO_LARGE(413, "Content Too Large"),
  /** The target is longer than is taken. */
  URI_TOO_LONG(414, "URI Too Long"),
  /** No such range. */
  RANGE_NOT_SATISFIABLE(416, "Range Not Satisfiable"),
  /** An expectation that is not known. */
  EXPECTATION_FAILED(417, "Expectation Failed"),
  /** The fields are longer than is taken. */
  HEADER_FIELDS_TOO_LARGE(431, "Request Header Fields Too Large"),
  /** Our fault. */
  INTERNAL_SERVER_ERROR(500, "Internal Server Error"),
  /** A method that is not known. */
  NOT_IMPLEMENTED(501, "Not Implemented"),
  /** Not now: what it would need is used up. */
  SERVICE_UNAVAILABLE(503, "Service Unavailable"),
  /** A version that is not spoken. */
  VERSION_NOT_SUPPORTED(505, "HTTP Version Not Supported");

  private static final Status[] ALL = values();

  final int code;

  /** The status line. Always our own version, whatever the request's (RFC 9110 section 6.2). */
  final String line;

  /** What an answer without anything better to say has for its body. */
  final String body;

  Status(int code, String reason) {
    this.code = code;
    this.line = "HTTP/1.1 " + code + " " + reason + "\r\n";
    this.body = code + " " + reason + "\n";
  }

  /** The one with this code; the parsers know codes only. */
  static Status of(int code) {
    for (Status status : ALL) {
      if (status.code == code) {
        return status;
      }
    }
    return INTERNAL_SERVER_ERROR;
  }
}
