package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beside the root lies a secret. No path may show it, nor anything else that is not below. */
@Timeout(60)
class PathsThatLeadOutTest {
  @TempDir private Path place;
  private Path root;
  private Served served;

  @BeforeEach
  void serve() throws Exception {
    root = Files.createDirectories(place.resolve("root"));
    Files.writeString(place.resolve("secret.txt"), "secret");
    Files.createDirectories(place.resolve("root-not"));
    Files.writeString(place.resolve("root-not/secret.txt"), "secret");
    Files.createDirectories(root.resolve("sub/deep"));
    Files.writeString(root.resolve("sub/file.txt"), "public");
    Files.writeString(root.resolve("a b.txt"), "public");
    Files.writeString(root.resolve("%2e%2e"), "public");
    Files.writeString(root.resolve(".hidden"), "secret");
    Files.createDirectories(root.resolve(".git"));
    Files.writeString(root.resolve(".git/config"), "secret");
    Files.createSymbolicLink(root.resolve("out"), place.resolve("secret.txt"));
    Files.createSymbolicLink(root.resolve("outdir"), place);
    Files.createSymbolicLink(root.resolve("beside"), place.resolve("root-not"));
    Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
    Files.createSymbolicLink(root.resolve("gone"), root.resolve("nothing"));
    Files.createSymbolicLink(root.resolve("in"), Path.of("sub/file.txt"));
    Files.createSymbolicLink(root.resolve("indir"), Path.of("sub"));
    Files.createDirectories(root.resolve("withindex"));
    Files.createSymbolicLink(root.resolve("withindex/index.html"), place.resolve("secret.txt"));
    served = new Served(HttpSettings.defaults().withRoot(root));
  }

  @AfterEach
  void end() {
    served.close();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "/../secret.txt, 404",
        "/sub/../../secret.txt, 404",
        "/sub/../sub/file.txt, 404",
        "/./sub/file.txt, 404",
        "/%2e%2e/secret.txt, 404",
        "/.%2e/secret.txt, 404",
        "/%2E./secret.txt, 404",
        "/..%2fsecret.txt, 404",
        "/%2e%2e%2fsecret.txt, 404",
        "/sub%2ffile.txt, 404",
        "/sub%2Ffile.txt, 404",
        "/..%5csecret.txt, 404",
        "/..\\secret.txt, 404",
        "/sub\\file.txt, 404",
        "/%252e%252e/secret.txt, 404",
        "/%252e%252e%252fsecret.txt, 404",
        "/%c0%ae%c0%ae/secret.txt, 400",
        "/%c0%afetc/passwd, 400",
        "/sub/file.txt%00, 404",
        "/sub/file.txt%00.html, 404",
        "/sub/file.txt%0a, 404",
        "/sub/%7f, 404",
        "/sub/%, 400",
        "/sub/%2, 400",
        "/sub/%zz, 400",
        "/sub/%-1, 400",
        "//etc/passwd, 404",
        "/sub//file.txt, 404",
        "//, 404",
        "/..;/secret.txt, 404",
        "/.../secret.txt, 404",
        "/../root-not/secret.txt, 404",
        "/out, 404",
        "/outdir/secret.txt, 404",
        "/outdir/root-not/secret.txt, 404",
        "/outdir, 404",
        "/outdir/, 404",
        "/beside/secret.txt, 404",
        "/loop, 404",
        "/gone, 404",
        "/withindex/, 404",
        "/.hidden, 404",
        "/%2ehidden, 404",
        "/.git/config, 404",
        "/sub/file.txt/, 404",
        "/sub/file.txt/x, 404",
        "/sub/deep/, 404",
        "/SUB/nothing, 404",
        "/sub/file.txt, 200",
        "/sub/file%2etxt, 200",
        "/sub/file.txt?../../x, 200",
        "/%73ub/file.txt, 200",
        "/a%20b.txt, 200",
        "/%252e%252e, 200",
        "/in, 200",
        "/indir/file.txt, 200",
        "/outdir/root/sub/file.txt, 200",
        "/sub, 301"
      })
  void isAnswered(String target, int status) throws Exception {
    Answer answer = served.ask("GET", target);
    assertFalse(answer.body().contains("secret"), answer::body);
    assertEquals(status, answer.status());
    if (status == 200) {
      assertEquals("public", answer.body());
    }
  }

  @Test
  void aNameLongerThanAnyIsNotFound() throws Exception {
    assertEquals(404, served.ask("GET", "/" + "x".repeat(5_000)).status());
  }

  @Test
  void aDirectoryWithoutItsSlashIsMovedToTheOneWithQueryAndAll() throws Exception {
    assertEquals("/sub/", served.ask("GET", "/sub").field("Location"));
    assertEquals("/sub/deep/?a=/b", served.ask("GET", "/sub/deep?a=/b").field("Location"));
    assertEquals("/%73ub/", served.ask("HEAD", "/%73ub").field("Location"));
  }

  @Test
  void theRootMayBeALinkItself() throws Exception {
    Path link = Files.createSymbolicLink(place.resolve("link"), root);
    try (Served other = new Served(HttpSettings.defaults().withRoot(link))) {
      assertEquals("public", other.ask("GET", "/sub/file.txt").body());
      assertEquals(404, other.ask("GET", "/out").status());
    }
  }
}
