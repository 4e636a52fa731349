package dev.millrace.examples.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Finds the file that a request's path means, and never one outside of the root.
 *
 * <p>A path is decoded once, each segment for itself, and then it has to be plain: a segment that
 * is empty, begins with a dot, or holds a slash, a backslash or a control character names nothing
 * here. That shuts out {@code ..} in every spelling, and the hidden files of editors and version
 * control. What is left is resolved with all symbolic links, and must then still be below the root:
 * so a link within the tree is followed, and one that leads out is not. Whoever may change the tree
 * between that look and the opening could have put the file there as well.
 *
 * <p>All of this blocks the loop, as opening and reading a file does: the JDK has no other way. It
 * is microseconds where the directory and the file are in the page cache, which for a small tree is
 * nearly always. A server of large trees on slow disks would look and open on a thread of its own,
 * and come back by {@code loop.execute}.
 */
final class StaticFiles {
  private static final String INDEX = "index.html";

  private final Path root;

  /**
   * Serves what is below a directory.
   *
   * @throws IOException if it is none, or can't be read
   */
  StaticFiles(Path root) throws IOException {
    this.root = root.toRealPath();
    if (!Files.isDirectory(this.root)) {
      throw new IOException("not a directory: " + root);
    }
  }

  /**
   * What became of a search.
   *
   * @param status {@code OK}, and the rest is there; {@code MOVED_PERMANENTLY} if it is a directory
   *     and the path ends without a slash; or why not
   */
  record Found(Status status, Path path, BasicFileAttributes attributes) {
    static final Found NOTHING = new Found(Status.NOT_FOUND, null, null);
    private static final Found MALFORMED = new Found(Status.BAD_REQUEST, null, null);
    private static final Found DIRECTORY = new Found(Status.MOVED_PERMANENTLY, null, null);
  }

  /** Whether there is a page to be shown at the root. */
  boolean hasIndex() {
    return find("/").status == Status.OK;
  }

  /**
   * Looks for a file.
   *
   * @param path of the target, as it was sent; begins with a slash
   */
  Found find(String path) {
    boolean asDirectory = path.endsWith("/");
    String relative = path.substring(1, Math.max(1, path.length() - (asDirectory ? 1 : 0)));
    Path wanted = root;
    try {
      if (!relative.isEmpty()) {
        for (String segment : relative.split("/", -1)) {
          String name = decode(segment);
          if (name == null) {
            return Found.MALFORMED;
          }
          if (!isPlain(name)) {
            return Found.NOTHING;
          }
          wanted = wanted.resolve(name);
        }
      }
      Path real = wanted.toRealPath();
      if (!real.startsWith(root)) {
        return Found.NOTHING;
      }
      BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        // Relative links in its page are resolved against the directory only if the slash is there.
        return asDirectory ? index(real) : Found.DIRECTORY;
      }
      // A pipe or a device would block whoever opens it. What can't be read is not there for HEAD
      // either, which opens nothing.
      return asDirectory || !attributes.isRegularFile() || !Files.isReadable(real)
          ? Found.NOTHING
          : new Found(Status.OK, real, attributes);
    } catch (IOException | InvalidPathException e) {
      // Not there, not ours to read, a link to itself, a name too long or not to be written in the
      // system's encoding: for the client it is all the same (RFC 9110 section 15.5.5).
      return Found.NOTHING;
    }
  }

  private Found index(Path directory) throws IOException {
    Path real = directory.resolve(INDEX).toRealPath();
    BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
    return real.startsWith(root) && attributes.isRegularFile() && Files.isReadable(real)
        ? new Found(Status.OK, real, attributes)
        : Found.NOTHING;
  }

  private static boolean isPlain(String name) {
    if (name.isEmpty() || name.charAt(0) == '.') {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/' || c == '\\' || c < ' ' || c == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** Takes the percent signs out, once; null where they, or the bytes they stand for, are wrong. */
  private static String decode(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    ByteBuffer bytes = ByteBuffer.allocate(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%') {
        if (i + 2 >= segment.length()) {
          return null;
        }
        int high = Ascii.hex((byte) segment.charAt(i + 1));
        int low = Ascii.hex((byte) segment.charAt(i + 2));
        if (high < 0 || low < 0) {
          return null;
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else {
        bytes.put((byte) c);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
