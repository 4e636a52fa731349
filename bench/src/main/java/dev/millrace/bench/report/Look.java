package dev.millrace.bench.report;

import dev.millrace.examples.chart.Ink;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemSource;
import org.jfree.chart.axis.Axis;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.renderer.category.StatisticalLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.VerticalAlignment;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;

/**
 * How all charts look: dark ink on white, which is legible on a dark page too, and little of it.
 */
final class Look {
  /** What GitHub gives a picture in a README on a wide screen is a little more. */
  static final int WIDTH_PIXELS = 820;

  /** A line chart about twice as wide as high, by which slopes are easiest to compare. */
  static final int LINES_HEIGHT_PIXELS = 420;

  /** From here on a linear axis would lay the small values on its floor. */
  static final double LOGARITHMIC_FROM_RATIO = 20;

  static final Color INK = new Color(Ink.INK.light());
  static final Color SOFT_INK = new Color(Ink.SOFT.light());
  static final Color GRID = new Color(Ink.GRID.light());
  static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  static final Stroke THIN = new BasicStroke(1f);
  static final Stroke LINE = new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  static final Shape DOT = new Ellipse2D.Double(-3.5, -3.5, 7, 7);

  private static final Font TITLE_FONT = FONT.deriveFont(Font.BOLD, 15f);

  private Look() {}

  /** A chart around the plot, the titles above it on the left. */
  static JFreeChart chart(String title, String subtitle, Plot plot) {
    JFreeChart chart = new JFreeChart(null, FONT, plot, false);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(12, 14, 10, 18));
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    // The first that is added stands on top.
    chart.addSubtitle(0, text(title, TITLE_FONT, INK, new RectangleInsets(0, 0, 3, 0)));
    chart.addSubtitle(1, text(subtitle, FONT, SOFT_INK, new RectangleInsets(0, 0, 10, 0)));
    return chart;
  }

  private static TextTitle text(String words, Font font, Color colour, RectangleInsets padding) {
    return new TextTitle(
        words,
        font,
        colour,
        RectangleEdge.TOP,
        HorizontalAlignment.LEFT,
        VerticalAlignment.TOP,
        padding);
  }

  /** The names of the lines, to their right, from top to bottom. */
  static LegendTitle legend(LegendItemSource lines) {
    LegendTitle legend = new LegendTitle(lines);
    legend.setPosition(RectangleEdge.RIGHT);
    legend.setFrame(BlockBorder.NONE);
    legend.setItemFont(FONT);
    legend.setItemPaint(INK);
    legend.setMargin(new RectangleInsets(0, 12, 0, 0));
    return legend;
  }

  /** An axis without a line of its own: the grid is enough. */
  static <A extends Axis> A quiet(A axis) {
    axis.setAxisLineVisible(false);
    axis.setTickMarksVisible(false);
    axis.setTickLabelFont(FONT);
    axis.setTickLabelPaint(SOFT_INK);
    axis.setLabelFont(FONT);
    axis.setLabelPaint(SOFT_INK);
    return axis;
  }

  /** An axis from zero to a little above the greatest value. */
  static NumberAxis linear(double greatest, double room) {
    NumberAxis axis = quiet(new NumberAxis());
    // Nothing but zeros is a result too, and needs an axis to stand on.
    axis.setRange(0, greatest > 0 ? greatest * room : 1);
    axis.setNumberFormatOverride(number());
    return axis;
  }

  /** An axis that begins with a decade and ends a little above the greatest value. */
  static LogAxis decades(double least, double greatest, DoubleFunction<String> labels) {
    LogAxis axis = quiet(new LogAxis());
    double from = Math.pow(10, Math.floor(Math.log10(least)));
    axis.setSmallestValue(from);
    // At least to the next decade, so that there are two to read the scale by.
    axis.setRange(from, Math.max(greatest * 1.2, from * 10));
    axis.setTickUnit(new NumberTickUnit(1));
    axis.setMinorTickMarksVisible(false);
    axis.setNumberFormatOverride(new Labels(labels));
    return axis;
  }

  /** An axis for values of a quantity: logarithmic if they differ much and none is zero. */
  static ValueAxis axis(double least, double greatest) {
    return isLogarithmic(least, greatest)
        ? decades(least, greatest, number()::format)
        : linear(greatest, 1.05);
  }

  static boolean isLogarithmic(double least, double greatest) {
    return least > 0 && greatest / least >= LOGARITHMIC_FROM_RATIO;
  }

  /** Draws nothing but whiskers, from the lower quartile to the upper. */
  static StatisticalLineAndShapeRenderer whiskers() {
    StatisticalLineAndShapeRenderer whiskers = new StatisticalLineAndShapeRenderer(false, false);
    whiskers.setErrorIndicatorPaint(INK);
    whiskers.setErrorIndicatorStroke(THIN);
    whiskers.setUseSeriesOffset(true);
    whiskers.setDefaultSeriesVisibleInLegend(false);
    return whiskers;
  }

  /**
   * Adds a whisker from quartile to quartile, if there is one to see. JFreeChart draws them as far
   * down as up, so its middle is that of the quartiles, which need not be the median.
   */
  static void addSpread(
      DefaultStatisticalCategoryDataset spreads, Summary figure, String series, String category) {
    if (figure == null || !figure.hasSpread()) {
      spreads.add(null, null, series, category);
    } else {
      spreads.add(
          (figure.low() + figure.high()) / 2, (figure.high() - figure.low()) / 2, series, category);
    }
  }

  private static NumberFormat number() {
    return new DecimalFormat("#,##0.######", DecimalFormatSymbols.getInstance(Locale.ROOT));
  }

  /** Labels of an axis, made by a function. */
  private static final class Labels extends NumberFormat {
    private static final long serialVersionUID = 1;

    private final transient DoubleFunction<String> labels;

    Labels(DoubleFunction<String> labels) {
      this.labels = labels;
    }

    @Override
    public StringBuffer format(double number, StringBuffer to, FieldPosition position) {
      return to.append(labels.apply(number));
    }

    @Override
    public StringBuffer format(long number, StringBuffer to, FieldPosition position) {
      return format((double) number, to, position);
    }

    @Override
    public Number parse(String source, ParsePosition position) {
      throw new UnsupportedOperationException("labels are only written");
    }
  }
}
