package dev.millrace.examples.http;

/** The status codes this server answers with, and the line that each is written as. */
enum Status {
  OK(200, "OK"),
  NO_CONTENT(204, "No Content"),
  PARTIAL_CONTENT(206, "Partial Content"),
  MOVED_PERMANENTLY(301, "Moved Permanently"),
  NOT_MODIFIED(304, "Not Modified"),
  BAD_REQUEST(400, "Bad Request"),
  NOT_FOUND(404, "Not Found"),
  METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
  REQUEST_TIMEOUT(408, "Request Timeout"),
  PRECONDITION_FAILED(412, "Precondition Failed"),
  CONTENT_TOO_LARGE(413, "Content Too Large"),
  URI_TOO_LONG(414, "URI Too Long"),
  RANGE_NOT_SATISFIABLE(416, "Range Not Satisfiable"),
  EXPECTATION_FAILED(417, "Expectation Failed"),
  HEADER_FIELDS_TOO_LARGE(431, "Request Header Fields Too Large"),
  INTERNAL_SERVER_ERROR(500, "Internal Server Error"),
  NOT_IMPLEMENTED(501, "Not Implemented"),
  SERVICE_UNAVAILABLE(503, "Service Unavailable"),
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
