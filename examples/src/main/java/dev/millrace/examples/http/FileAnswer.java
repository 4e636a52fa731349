package dev.millrace.examples.http;

import dev.millrace.Connection;
import dev.millrace.FileRegion;
import dev.millrace.WriteCompletion;
import dev.millrace.WriteResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The answer to a request for a file that is there: whole, parts of it, or that the client has it
 * already. It opens what it is going to send and owns it until the connection has accepted it; of
 * several parts one at a time, when the kernel has the one before, so an answer costs one
 * descriptor.
 */
final class FileAnswer implements AutoCloseable {
  /** A text to be sent, which may be empty, and a part of the file behind it. */
  private record Part(String before, ByteRange range) {}

  private final StaticFiles.Found found;
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

  /** The first part whose bytes were not accepted yet. */
  private int next;

  /** The next part's bytes, if they are open and not accepted yet. */
  private FileRegion region;

  /** Whether the text behind the last accepted part was accepted: its completion follows. */
  private boolean isAwaited;

  /**
   * Looks at the request's conditions and ranges, and opens what they ask for.
   *
   * @param now for the age of the file's last change
   * @param dated what the answer's Date says; no later change is told (RFC 9110 section 8.8.2.1)
   * @throws IOException if the file can't be opened now, also for want of descriptors
   */
  FileAnswer(RequestHead request, StaticFiles.Found found, Instant now, Instant dated)
      throws IOException {
    this.found = found;
    Instant changed = found.attributes().lastModifiedTime().toInstant();
    size = found.attributes().size();
    tag = Preconditions.tag(changed, size, now);
    modified = (changed.isAfter(dated) ? dated : changed).truncatedTo(ChronoUnit.SECONDS);
    type = ContentTypes.of(found.path().getFileName().toString());
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
    select(ranges, request.method() == Method.HEAD);
    if (!parts.isEmpty()) {
      open();
    }
  }

  private void select(List<ByteRange> ranges, boolean isHead) {
    if (ranges == null) {
      length = size;
      if (!isHead && size > 0) {
        parts.add(new Part("", new ByteRange(0, size)));
      }
      return;
    }
    status = Status.PARTIAL_CONTENT;
    if (ranges.size() == 1) {
      contentRange = rangeText(ranges.get(0));
      length = ranges.get(0).count();
      parts.add(new Part("", ranges.get(0)));
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
      parts.add(new Part(before, range));
    }
    last = "\r\n--" + boundary + "--\r\n";
    length += last.length();
    type = "multipart/byteranges; boundary=" + boundary;
  }

  private void open() throws IOException {
    ByteRange range = parts.get(next).range;
    Path path = found.path();
    try {
      region = FileRegion.open(path, range.first(), range.count());
    } catch (IllegalArgumentException e) {
      throw new IOException("changed while it was opened: " + path, e);
    }
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
    WriteResult result = connection.write(writer.put(parts.get(0).before).buffer(), region);
    if (result == WriteResult.ACCEPTED) {
      given();
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
   * Gives the connection the open part and the text behind it. What it refuses for want of room is
   * given when this is called again, in {@code onWritable}; while the kernel has not got what was
   * accepted this does nothing.
   *
   * @param sent told when it has; then {@link #isLastHandedOver} says what follows
   */
  void proceed(Connection connection, WriteCompletion sent) {
    if (isAwaited) {
      return;
    }
    if (region != null) {
      if (connection.write(region) != WriteResult.ACCEPTED) {
        return;
      }
      given();
    }
    String text = next < parts.size() ? parts.get(next).before : last;
    isAwaited = connection.write(bytes(text), sent) == WriteResult.ACCEPTED;
  }

  private void given() {
    region = null; // the connection's now
    next++;
  }

  /**
   * Whether what the kernel got was the last of it; if not, the next part is open now, and to be
   * given.
   *
   * @throws IOException if it can't be opened, or the file is another one by now: parts of two
   *     files must not make one answer
   */
  boolean isLastHandedOver() throws IOException {
    if (next == parts.size()) {
      return true;
    }
    isAwaited = false;
    BasicFileAttributes now = Files.readAttributes(found.path(), BasicFileAttributes.class);
    if (now.size() != size
        || !now.lastModifiedTime().equals(found.attributes().lastModifiedTime())) {
      throw new IOException("changed while it was sent: " + found.path());
    }
    open();
    return false;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(ResponseWriter.ascii(text));
  }

  /** Closes what was not accepted. */
  @Override
  public void close() {
    if (region != null) {
      region.close();
    }
  }
}
