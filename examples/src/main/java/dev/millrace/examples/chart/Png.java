package dev.millrace.examples.chart;

import dev.millrace.examples.chart.Picture.Align;
import dev.millrace.examples.chart.Picture.Box;
import dev.millrace.examples.chart.Picture.Line;
import dev.millrace.examples.chart.Picture.Mark;
import dev.millrace.examples.chart.Picture.Words;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Pictures as PNG, on light paper. Needs fonts: ask {@link Fonts#unavailable} before. */
public final class Png {
  /** Screens of today have two pixels where they had one, and a chart is all thin lines. */
  private static final int SCALE = 2;

  private Png() {}

  /** The file's bytes, of twice the size in pixels. */
  public static byte[] of(Picture picture) throws IOException {
    BufferedImage image =
        new BufferedImage(
            picture.width() * SCALE, picture.height() * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.scale(SCALE, SCALE);
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setColor(new Color(Ink.PAPER.light()));
      graphics.fillRect(0, 0, picture.width(), picture.height());
      for (Mark mark : picture.marks()) {
        if (mark instanceof Box box) {
          graphics.setColor(new Color(box.ink().light()));
          graphics.fill(new Rectangle2D.Double(box.x(), box.y(), box.width(), box.height()));
        } else if (mark instanceof Line line) {
          graphics.setColor(new Color(line.ink().light()));
          graphics.draw(new Line2D.Double(line.fromX(), line.fromY(), line.toX(), line.toY()));
        } else if (mark instanceof Words words) {
          draw(graphics, words);
        }
      }
    } finally {
      graphics.dispose();
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }

  private static void draw(Graphics2D graphics, Words words) {
    graphics.setColor(new Color(words.ink().light()));
    graphics.setFont(
        new Font(Font.SANS_SERIF, words.isBold() ? Font.BOLD : Font.PLAIN, words.points()));
    double width = graphics.getFontMetrics().stringWidth(words.text());
    double left =
        words.align() == Align.START
            ? words.x()
            : words.align() == Align.END ? words.x() - width : words.x() - width / 2;
    graphics.drawString(words.text(), (float) left, (float) words.y());
  }
}
