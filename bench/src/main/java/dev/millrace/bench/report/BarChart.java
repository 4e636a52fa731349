package dev.millrace.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Paint;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.labels.CategoryItemLabelGenerator;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.LineAndShapeRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.category.StatisticalLineAndShapeRenderer;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;

/**
 * Horizontal bars, so that names of any length are read without tilting one's head. With one column
 * the rows are named beside the bars; with several there is a group a column, and a bar's name
 * stands behind its figure, which spares the reader a legend.
 */
final class BarChart {
  /** A figure of 12 points does not touch those above and below. */
  private static final int BAR_PIXELS = 24;

  /** Title, subtitle, the axis of values and the margins. */
  private static final int AROUND_PIXELS = 106;

  /** Of the room of a group, what lies between its bars. */
  private static final double BETWEEN_BARS = 0.22;

  /** Says that a column is a ratio to the floor of the same run, which a line at 1 then shows. */
  private static final String RATIO = "×";

  /** A letter of 12 points is hardly ever wider, on average over a name. */
  private static final double LETTER_PIXELS = 7.5;

  /** Of the picture's width what is left of names and margins for the bars, if names are long. */
  private static final double PLOT_PIXELS = 560;

  /** One bar: where it stands, what it shows, and how it is called and coloured. */
  private record Bar(String series, String category, Summary figure, String label, Color colour) {}

  private final Table table;
  private final Table.Chart chart;
  private final List<Bar> bars = new ArrayList<>();

  private BarChart(Table table, Table.Chart chart) {
    this.table = table;
    this.chart = chart;
    Map<String, Color> colours = Palette.of(table.rows());
    for (String key : chart.columns()) {
      Table.Column column = table.column(key);
      for (String row : table.rows()) {
        Summary figure = table.figure(row, key);
        String value =
            figure == null ? Figures.MISSING : Figures.format(figure.median(), column.digits());
        bars.add(
            isGrouped()
                ? new Bar(row, column.title(), figure, value + "  " + row, colours.get(row))
                : new Bar("", row, figure, value, colours.get(row)));
      }
    }
  }

  static Drawing of(Table table, Table.Chart chart) {
    BarChart bars = new BarChart(table, chart);
    return new Drawing(
        table.id() + "-" + chart.id(),
        Charts.title(table, chart),
        Charts.description(table, chart),
        Look.WIDTH_PIXELS,
        bars.heightPixels(),
        bars::draw);
  }

  private boolean isGrouped() {
    return chart.columns().size() > 1;
  }

  private int heightPixels() {
    // A group is set off from the next by the height of a bar.
    int gaps = isGrouped() ? chart.columns().size() - 1 : 0;
    return AROUND_PIXELS + BAR_PIXELS * (bars.size() + gaps);
  }

  private JFreeChart draw() {
    DefaultCategoryDataset medians = new DefaultCategoryDataset();
    DefaultStatisticalCategoryDataset spreads = new DefaultStatisticalCategoryDataset();
    DefaultCategoryDataset ends = new DefaultCategoryDataset();
    double greatest = 0;
    for (Bar bar : bars) {
      Summary figure = bar.figure();
      medians.addValue(figure == null ? null : figure.median(), bar.series(), bar.category());
      Look.addSpread(spreads, figure, bar.series(), bar.category());
      double end = figure == null ? 0 : Math.max(figure.median(), figure.high());
      ends.addValue(end, bar.series(), bar.category());
      greatest = Math.max(greatest, end);
    }
    CategoryPlot plot =
        new CategoryPlot(medians, names(), Look.linear(greatest, room()), barRenderer());
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
    plot.setRangeGridlinePaint(Look.GRID);
    plot.setRangeGridlineStroke(Look.THIN);
    plot.setDataset(1, spreads);
    StatisticalLineAndShapeRenderer whiskers = Look.whiskers();
    whiskers.setItemMargin(itemMargin());
    plot.setRenderer(1, whiskers);
    plot.setDataset(2, ends);
    plot.setRenderer(2, labelRenderer());
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    if (isRatio()) {
      plot.addRangeMarker(floor(), Layer.FOREGROUND);
    }
    return Look.chart(Charts.title(table, chart), subtitle(), plot);
  }

  private boolean isRatio() {
    return table.column(chart.columns().get(0)).unit().equals(RATIO);
  }

  private String subtitle() {
    String floor = isRatio() ? " The dashed line is what the others are compared with." : "";
    return Charts.subtitle(table, chart) + floor;
  }

  /** How far the axis goes on behind the greatest value, for the words that stand there. */
  private double room() {
    int letters = bars.stream().mapToInt(bar -> bar.label().length()).max().orElse(0);
    // Half of the picture for words at most: it is the bars that it is for.
    return 1 / (1 - Math.min(0.5, (letters + 2) * LETTER_PIXELS / PLOT_PIXELS));
  }

  private double itemMargin() {
    return isGrouped() ? BETWEEN_BARS : 0;
  }

  private CategoryAxis names() {
    CategoryAxis names = Look.quiet(new CategoryAxis());
    names.setTickLabelPaint(Look.INK);
    names.setTickLabelFont(isGrouped() ? Look.FONT.deriveFont(Font.BOLD) : Look.FONT);
    names.setLowerMargin(0.01);
    names.setUpperMargin(0.01);
    int groups = chart.columns().size();
    // Margins are shares of the whole axis: between groups that of one bar, between bars a part.
    names.setCategoryMargin(
        isGrouped() ? (groups - 1.0) / (bars.size() + groups - 1.0) : BETWEEN_BARS);
    // A third of the picture at most, over three lines, before a name is cut.
    names.setMaximumCategoryLabelWidthRatio(0.33f);
    names.setMaximumCategoryLabelLines(3);
    return names;
  }

  private BarRenderer barRenderer() {
    BarRenderer renderer = new ColouredBars(bars);
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    renderer.setItemMargin(itemMargin());
    return renderer;
  }

  /** Draws nothing but the figures, behind whichever is further: the bar or its whisker. */
  private LineAndShapeRenderer labelRenderer() {
    // A point without size: a figure stands at a point that is drawn, or not at all.
    LineAndShapeRenderer labels = new LineAndShapeRenderer(false, true);
    labels.setAutoPopulateSeriesShape(false);
    labels.setDefaultShape(new Rectangle2D.Double());
    labels.setUseSeriesOffset(true);
    labels.setItemMargin(itemMargin());
    labels.setDefaultItemLabelsVisible(true);
    labels.setDefaultItemLabelFont(Look.FONT);
    labels.setDefaultItemLabelPaint(Look.INK);
    labels.setDefaultPositiveItemLabelPosition(
        new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
    labels.setDefaultItemLabelGenerator(new Labels(bars));
    return labels;
  }

  private static ValueMarker floor() {
    ValueMarker floor =
        new ValueMarker(
            1,
            Look.INK,
            new BasicStroke(
                1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 3}, 0));
    return floor;
  }

  private static Bar at(List<Bar> bars, CategoryDataset data, int series, int category) {
    return bars.stream()
        .filter(bar -> bar.series().equals(data.getRowKey(series)))
        .filter(bar -> bar.category().equals(data.getColumnKey(category)))
        .findFirst()
        .orElseThrow();
  }

  /** A colour a bar, where JFreeChart would give a series of them one. */
  private static final class ColouredBars extends BarRenderer {
    private static final long serialVersionUID = 1;

    private final transient List<Bar> bars;

    ColouredBars(List<Bar> bars) {
      this.bars = bars;
    }

    @Override
    public Paint getItemPaint(int series, int category) {
      return at(bars, getPlot().getDataset(0), series, category).colour();
    }
  }

  /** What stands behind a bar. */
  private record Labels(List<Bar> bars) implements CategoryItemLabelGenerator {
    @Override
    public String generateLabel(CategoryDataset data, int series, int category) {
      // The space keeps it off the whisker.
      return " " + at(bars, data, series, category).label();
    }

    @Override
    public String generateRowLabel(CategoryDataset data, int series) {
      return data.getRowKey(series).toString();
    }

    @Override
    public String generateColumnLabel(CategoryDataset data, int category) {
      return data.getColumnKey(category).toString();
    }
  }
}
