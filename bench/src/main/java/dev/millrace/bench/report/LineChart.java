package dev.millrace.bench.report;

import java.awt.Color;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.renderer.category.LineAndShapeRenderer;
import org.jfree.chart.renderer.category.StatisticalLineAndShapeRenderer;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;

/**
 * A line a row over columns that are steps of one quantity, evenly spaced whatever the steps are.
 */
final class LineChart {
  private LineChart() {}

  static Drawing of(Table table, Table.Chart chart) {
    return new Drawing(
        table.id() + "-" + chart.id(),
        Charts.title(table, chart),
        Charts.description(table, chart),
        Look.WIDTH_PIXELS,
        Look.LINES_HEIGHT_PIXELS,
        () -> draw(table, chart));
  }

  private static JFreeChart draw(Table table, Table.Chart chart) {
    DefaultCategoryDataset medians = new DefaultCategoryDataset();
    DefaultStatisticalCategoryDataset spreads = new DefaultStatisticalCategoryDataset();
    LineAndShapeRenderer lines = new LineAndShapeRenderer(true, true);
    Map<String, Color> colours = Palette.of(table.rows());
    int series = 0;
    for (String row : table.rows()) {
      for (String key : chart.columns()) {
        Summary figure = table.figure(row, key);
        String step = table.column(key).title();
        medians.addValue(figure == null ? null : figure.median(), row, step);
        Look.addSpread(spreads, figure, row, step);
      }
      lines.setSeriesPaint(series, colours.get(row));
      lines.setSeriesStroke(series, Look.LINE);
      lines.setSeriesShape(series, Look.DOT);
      series++;
    }
    CategoryAxis steps = Look.quiet(new CategoryAxis());
    steps.setTickLabelPaint(Look.INK);
    double least = values(table, chart).min().orElse(0);
    double greatest = values(table, chart).max().orElse(0);
    CategoryPlot plot = new CategoryPlot(medians, steps, Look.axis(least, greatest), lines);
    plot.setRangeGridlinePaint(Look.GRID);
    plot.setRangeGridlineStroke(Look.THIN);
    plot.setDataset(1, spreads);
    StatisticalLineAndShapeRenderer whiskers = Look.whiskers();
    // At the points themselves, which stand above each other and not side by side.
    whiskers.setUseSeriesOffset(false);
    // In the colours of their lines, by which one tells those apart that overlap.
    whiskers.setErrorIndicatorPaint(null);
    for (int row = 0; row < table.rows().size(); row++) {
      whiskers.setSeriesPaint(row, colours.get(table.rows().get(row)));
    }
    plot.setRenderer(1, whiskers);
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.REVERSE);
    String scale = Look.isLogarithmic(least, greatest) ? " Logarithmic scale." : "";
    JFreeChart drawn =
        Look.chart(Charts.title(table, chart), Charts.subtitle(table, chart) + scale, plot);
    drawn.addLegend(Look.legend(lines));
    return drawn;
  }

  private static DoubleStream values(Table table, Table.Chart chart) {
    return table.rows().stream()
        .flatMap(row -> chart.columns().stream().map(key -> table.figure(row, key)))
        .filter(Objects::nonNull)
        .flatMapToDouble(figure -> DoubleStream.of(figure.low(), figure.median(), figure.high()));
  }
}
