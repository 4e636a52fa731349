package dev.millrace.bench.report;

import java.awt.Color;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Distributions as HdrHistogram's own plots show them: to the right ever rarer values, each step a
 * tenth of what is left, so that the tail has as much room as the rest.
 */
final class PercentileChart {
  /** The shares that are named in the description: what people quote. */
  private static final double[] QUOTED = {0.5, 0.9, 0.99, 0.999, 0.9999};

  private PercentileChart() {}

  static Drawing of(Curves curves) {
    return new Drawing(
        curves.id(),
        title(curves),
        description(curves),
        Look.WIDTH_PIXELS,
        Look.LINES_HEIGHT_PIXELS,
        () -> draw(curves));
  }

  private static String title(Curves curves) {
    return Charts.withUnit(curves.title(), curves.unit());
  }

  private static JFreeChart draw(Curves curves) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer lines = new XYLineAndShapeRenderer(true, false);
    Map<String, Color> colours = Palette.of(curves.subjects());
    for (String subject : curves.subjects()) {
      lines.setSeriesPaint(data.getSeriesCount(), colours.get(subject));
      lines.setSeriesStroke(data.getSeriesCount(), Look.LINE);
      XYSeries series = new XYSeries(subject);
      for (Curves.Point point : curves.points(subject)) {
        series.add(oneIn(point), point.value());
      }
      data.addSeries(series);
    }
    double least = values(curves).min().orElse(0);
    double greatest = values(curves).max().orElse(0);
    double rarest =
        curves.subjects().stream()
            .flatMap(subject -> curves.points(subject).stream())
            .mapToDouble(PercentileChart::oneIn)
            .max()
            .orElse(1);
    LogAxis shares = Look.decades(1, rarest, PercentileChart::percentile);
    // Ends where the points end, not with the decade: the empty rest would look like a result.
    shares.setRange(1, Math.max(rarest, 10));
    ValueAxis values = Look.axis(least, greatest);
    XYPlot plot = new XYPlot(data, shares, values, lines);
    plot.setRangeGridlinePaint(Look.GRID);
    plot.setRangeGridlineStroke(Look.THIN);
    plot.setDomainGridlinePaint(Look.GRID);
    plot.setDomainGridlineStroke(Look.THIN);
    String scale = Look.isLogarithmic(least, greatest) ? ", on a logarithmic scale" : "";
    JFreeChart drawn =
        Look.chart(
            title(curves), "By percentile: so many are at most this large" + scale + ".", plot);
    drawn.addLegend(Look.legend(lines));
    return drawn;
  }

  private static double oneIn(Curves.Point point) {
    return 1 / (1 - point.share());
  }

  /** 1 is all, of which 0 % are smaller; one in ten larger is 90 %, one in a thousand 99.9 %. */
  private static String percentile(double oneIn) {
    // To as many digits as there are nines, and one more; what is behind them is not in the share.
    int digits = Math.max(1, (int) Math.ceil(Math.log10(oneIn)));
    BigDecimal percent =
        BigDecimal.valueOf(100 - 100 / oneIn).setScale(digits, RoundingMode.HALF_UP);
    return percent.stripTrailingZeros().toPlainString() + " %";
  }

  private static DoubleStream values(Curves curves) {
    return curves.subjects().stream()
        .flatMap(subject -> curves.points(subject).stream())
        .mapToDouble(Curves.Point::value);
  }

  private static List<String> description(Curves curves) {
    List<String> lines = new ArrayList<>();
    for (String subject : curves.subjects()) {
      List<String> quoted = new ArrayList<>();
      for (double share : QUOTED) {
        curves.points(subject).stream()
            .filter(point -> point.share() >= share)
            .findFirst()
            .ifPresent(
                point ->
                    quoted.add(
                        percentile(1 / (1 - share))
                            + " "
                            + Figures.format(point.value(), 1)
                            + " "
                            + curves.unit()));
      }
      lines.add(subject + ": " + String.join(", ", quoted));
    }
    return lines;
  }
}
