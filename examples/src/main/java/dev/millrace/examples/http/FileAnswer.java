package dev.millrace.examples.http;

import dev.millrace.Connection;
import dev.millrace.FileRegion;
import dev.millrace.WriteCompletion;
import dev.millrace.WriteResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The answer to a request for a file that is there: whole, parts of it, or that the client has it
 * already. It opens what it is going to send and owns it until the connection has accepted it.
 */
final class FileAnswer implements AutoCloseable {
  /** A text to be sent, which may be empty, and a region of the file behind it. */
  private record Part(String before, FileRegion region) {}

  private final String tag;
  private final Instant modified;
  private final long size;
  private final List<Part> parts = new ArrayList<>();
  private Status status;
  private String type;
  private long length;
  private String contentRange;

  /** Behind the last part. */
  private String last = "";

  /** The first part that was not accepted yet. */
  private int next;

  /** Whether all of it was accepted. */
  private boolean isGiven;

  /**
   * Looks at the request's conditions and ranges, and opens what they ask for.
   *
   * @throws IOException if the file can't be opened now, also for want of descriptors
   */
  FileAnswer(RequestHead request, StaticFiles.Found found, Instant now) throws IOException {
    Path path = found.path();
    Instant changed = found.attributes().lastModifiedTime().toInstant();
    size = found.attributes().size();
    tag = Preconditions.tag(changed, size, now);
    modified = changed.truncatedTo(ChronoUnit.SECONDS);
    type = ContentTypes.of(path.getFileName().toString());
    status = Preconditions.evaluate(request, tag, modified);
    if (status != Status.OK) {
      return;
    }
    // Ranges have a meaning for GET only (RFC 9110 section 14.2).
    String field = request.method() == Method.GET ? request.header("range") : null;
    List<ByteRange> ranges =
        field != null && Preconditions.isRangeMeant(request, tag, modified)
            ? ByteRange.parse(field, size)
            : null;
    if (ranges != null && ranges.isEmpty()) {
      status = Status.RANGE_NOT_SATISFIABLE;
      contentRange = "bytes */" + size;
      return;
    }
    boolean isWhole = false;
    try {
      select(ranges, path, request.method() == Method.HEAD);
      isWhole = true;
    } catch (IllegalArgumentException e) {
      throw new IOException("changed while it was opened: " + path, e);
    } finally {
      if (!isWhole) {
        close();
      }
    }
  }

  private void select(List<ByteRange> ranges, Path path, boolean isHead) throws IOException {
    if (ranges == null) {
      length = size;
      if (!isHead && size > 0) {
        add("", path, new ByteRange(0, size));
      }
      return;
    }
    status = Status.PARTIAL_CONTENT;
    if (ranges.size() == 1) {
      contentRange = rangeText(ranges.get(0));
      length = ranges.get(0).count();
      add("", path, ranges.get(0));
      return;
    }
    // RFC 9110 section 14.6. The boundary must not be in the file; that nobody can guess it has to
    // do, as it does for everybody.
    String boundary = Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
    for (ByteRange range : ranges) {
      String before =
          (parts.isEmpty() ? "--" : "\r\n--")
              + boundary
              + "\r\nContent-Type: "
              + type
              + "\r\nContent-Range: "
              + rangeText(range)
              + "\r\n\r\n";
      length += before.length() + range.count();
      add(before, path, range);
    }
    last = "\r\n--" + boundary + "--\r\n";
    length += last.length();
    type = "multipart/byteranges; boundary=" + boundary;
  }

  private void add(String before, Path path, ByteRange range) throws IOException {
    parts.add(new Part(before, FileRegion.open(path, range.first(), range.count())));
  }

  private String rangeText(ByteRange range) {
    return "bytes " + range.first() + "-" + (range.end() - 1) + "/" + size;
  }

  Status status() {
    return status;
  }

  /** The field that says which part it is, or how large the file is; null if it is the whole. */
  String contentRange() {
    return contentRange;
  }

  /** Whether a body follows the head. */
  boolean hasBody() {
    return !parts.isEmpty();
  }

  /**
   * Gives the connection the head, and the first part of the body with it: both or neither.
   *
   * @param writer in which the answer has been begun
   */
  WriteResult begin(Connection connection, ResponseWriter writer) {
    head(writer);
    writer.endHead();
    if (parts.isEmpty()) {
      return connection.write(writer.buffer());
    }
    Part first = parts.get(0);
    WriteResult result = connection.write(writer.put(first.before).buffer(), first.region);
    if (result == WriteResult.ACCEPTED) {
      next = 1;
    }
    return result;
  }

  private void head(ResponseWriter writer) {
    writer.field("ETag", tag).field("Last-Modified", HttpDate.text(modified));
    if (status == Status.NOT_MODIFIED) {
      return; // what else the client has been told with the file itself (RFC 9110 section 15.4.5)
    }
    writer.field("Accept-Ranges", "bytes").field("Content-Type", type).contentLength(length);
    if (contentRange != null) {
      writer.field("Content-Range", contentRange);
    }
  }

  /**
   * Gives the connection what it takes of the rest. What it refuses for want of room is given when
   * this is called again, in {@code onWritable}; when nothing is left this does nothing.
   *
   * @param sent told when the kernel has the last byte
   */
  void proceed(Connection connection, WriteCompletion sent) {
    for (; next < parts.size(); next++) {
      Part part = parts.get(next);
      if (connection.write(bytes(part.before), part.region) != WriteResult.ACCEPTED) {
        return;
      }
    }
    if (!isGiven) {
      isGiven = connection.write(bytes(last), sent) == WriteResult.ACCEPTED;
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(ResponseWriter.ascii(text));
  }

  /** Closes what was not accepted. */
  @Override
  public void close() {
    for (; next < parts.size(); next++) {
      parts.get(next).region.close();
    }
  }
}
