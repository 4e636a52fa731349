package dev.millrace.examples.showcase;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * A picture in 256 colours: one of each sort, those it has most of, and the nearest of them for the
 * others, which are edges of letters. A page of a few plain colours looks the same and takes a
 * third of the bytes.
 */
final class FewColours {
  private FewColours() {}

  static byte[] of(byte[] png) throws IOException {
    BufferedImage full = ImageIO.read(new ByteArrayInputStream(png));
    Map<Integer, Integer> counts = new HashMap<>();
    for (int y = 0; y < full.getHeight(); y++) {
      for (int x = 0; x < full.getWidth(); x++) {
        counts.merge(full.getRGB(x, y), 1, Integer::sum);
      }
    }
    List<Integer> byCount =
        counts.entrySet().stream()
            .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
            .map(Map.Entry::getKey)
            .toList();
    // One of each sort first, or a colour that one word only is in would be gone.
    Map<Integer, Integer> ofEachSort = new LinkedHashMap<>();
    byCount.forEach(rgb -> ofEachSort.putIfAbsent(rgb & 0xe0e0e0, rgb));
    int[] palette =
        Stream.concat(ofEachSort.values().stream(), byCount.stream())
            .distinct()
            .limit(256)
            .mapToInt(Integer::intValue)
            .toArray();
    IndexColorModel colours =
        new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
    BufferedImage few =
        new BufferedImage(
            full.getWidth(), full.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, colours);
    Map<Integer, Integer> nearest = new HashMap<>();
    for (int y = 0; y < full.getHeight(); y++) {
      for (int x = 0; x < full.getWidth(); x++) {
        int at = nearest.computeIfAbsent(full.getRGB(x, y), rgb -> nearest(palette, rgb));
        few.getRaster().setSample(x, y, 0, at);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!ImageIO.write(few, "png", out)) {
      throw new IOException("nobody here writes PNG");
    }
    return out.toByteArray();
  }

  private static int nearest(int[] palette, int rgb) {
    int best = 0;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < palette.length; i++) {
      long distance = 0;
      for (int shift = 0; shift < 24; shift += 8) {
        int d = (rgb >> shift & 0xff) - (palette[i] >> shift & 0xff);
        distance += (long) d * d;
      }
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }
}
