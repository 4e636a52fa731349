/**
 * Small charts of counts: rectangles, lines and words, as SVG, which needs no fonts where it is
 * made, and as PNG, which does.
 *
 * <p>A chart ({@link dev.millrace.examples.chart.Columns}, {@link
 * dev.millrace.examples.chart.Bars}) makes a {@link dev.millrace.examples.chart.Picture}, and
 * {@link dev.millrace.examples.chart.Svg} or {@link dev.millrace.examples.chart.Png} writes it. No
 * word's width is measured: words are anchored at their start, middle or end, and room is left for
 * the widest letters. So both look the same, up to the font.
 *
 * <p>The bench draws with JFreeChart instead, as it has quartiles and logarithmic scales to show;
 * the colours ({@link dev.millrace.examples.chart.Ink}) and the question whether there are fonts
 * ({@link dev.millrace.examples.chart.Fonts}) are shared.
 */
package dev.millrace.examples.chart;
