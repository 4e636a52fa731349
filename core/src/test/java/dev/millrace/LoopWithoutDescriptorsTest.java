package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.guard.Descriptors;
import java.io.IOException;
import java.nio.channels.spi.AbstractSelector;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No selector can be opened: that is the caller's to know, and nothing stays behind. */
@Timeout(60)
class LoopWithoutDescriptorsTest {
  @ParameterizedTest(name = "learning the texts: {0}")
  @ValueSource(booleans = {true, false})
  void saysSoAndLeavesNothing(boolean learning) {
    IOException none = new IOException("Too many open files");
    LoopFixture.Provider provider =
        new LoopFixture.Provider() {
          @Override
          public AbstractSelector openSelector() throws IOException {
            throw none;
          }
        };
    UnaryOperator<LoopOptions> change = learning ? o -> o.withFailureTexts(null) : o -> o;
    LoopOptions options = change.apply(LoopFixture.options());
    int before = Descriptors.now().count();
    IOException told =
        assertThrows(IOException.class, () -> new EventLoop(provider, System::nanoTime, options));
    assertSame(none, told);
    assertEquals(before, Descriptors.now().count());
  }
}
