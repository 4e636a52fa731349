package dev.millrace.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;

/**
 * A chart that can be drawn, the same every time.
 *
 * @param id names it in the files of a report
 * @param title what it shows, with the unit
 * @param description its figures, a line each, for those who do not see it
 * @param widthPixels how wide
 * @param heightPixels how high
 * @param chart makes it, when it is drawn: naming what could be drawn takes no fonts
 */
record Drawing(
    String id,
    String title,
    List<String> description,
    int widthPixels,
    int heightPixels,
    Supplier<JFreeChart> chart) {
  /** Screens of today have two pixels where they had one, and a chart is all thin lines. */
  private static final int PNG_SCALE = 2;

  /** A hundredth of a pixel is seen by nobody, and a third of the file would be such digits. */
  private static final Pattern DIGITS_TOO_MANY = Pattern.compile("(\\.[0-9]{2})[0-9]+");

  /** As an SVG document, which names what it shows to those who cannot see it. */
  byte[] svg() throws IOException {
    Outlines graphics = new Outlines();
    draw(graphics);
    ByteArrayOutputStream drawn = new ByteArrayOutputStream();
    new SVGProcessor()
        .getDocument(graphics.getCommands(), new PageSize(0, 0, widthPixels, heightPixels))
        .writeTo(drawn);
    String svg = DIGITS_TOO_MANY.matcher(drawn.toString(UTF_8)).replaceAll("$1");
    // Without the document type, by which some readers would fetch a schema from far away.
    int root = svg.indexOf("<svg");
    int inside = svg.indexOf('>', root) + 1;
    String words =
        "<title>"
            + escape(title)
            + "</title><desc>"
            + escape(String.join("\n", description))
            + "</desc>";
    String document =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + svg.substring(root, inside)
            + words
            + svg.substring(inside);
    return document.getBytes(UTF_8);
  }

  /** As a PNG file of twice the size in pixels. */
  byte[] png() throws IOException {
    BufferedImage image =
        new BufferedImage(
            widthPixels * PNG_SCALE, heightPixels * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.scale(PNG_SCALE, PNG_SCALE);
      draw(graphics);
    } finally {
      graphics.dispose();
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }

  private void draw(Graphics2D graphics) {
    chart.get().draw(graphics, new Rectangle2D.Double(0, 0, widthPixels, heightPixels));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /**
   * Draws letters as the shapes they are: where the reader has other fonts, which is nearly
   * everywhere, text would be narrower or wider than the room that was measured for it.
   */
  private static final class Outlines extends VectorGraphics2D {
    @Override
    public void drawString(String text, float x, float y) {
      fill(getFont().createGlyphVector(getFontRenderContext(), text).getOutline(x, y));
    }

    @Override
    public void drawString(String text, int x, int y) {
      drawString(text, (float) x, (float) y);
    }
  }
}
