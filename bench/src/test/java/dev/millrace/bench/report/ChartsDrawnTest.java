package dev.millrace.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.w3c.dom.Document;

/** With more seconds than it takes: the first chart loads half of the JDK's drawing. */
@Timeout(60)
class ChartsDrawnTest {
  private static List<Drawing> drawings(Report report) {
    List<Drawing> drawings = new ArrayList<>();
    report.tables().forEach(table -> drawings.addAll(Charts.of(table)));
    report.curves().forEach(curves -> drawings.addAll(Charts.of(curves)));
    return drawings;
  }

  private static Document parsed(byte[] svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg));
  }

  @Test
  void aChartOfEachKind() {
    assertEquals(
        List.of("servers-rate", "servers-user", "ratios-all", "timers-others", "latency"),
        drawings(Samples.report()).stream().map(Drawing::id).toList());
  }

  @Test
  void svgNamesRowsFiguresAndUnits() throws Exception {
    Document svg = parsed(Charts.of(Samples.servers()).get(0).svg());
    assertEquals("svg", svg.getDocumentElement().getTagName());
    assertEquals("0 0 820 250", svg.getDocumentElement().getAttribute("viewBox"));
    assertEquals(
        "64 B × 64 connections, depth 1: requests (req/s)",
        svg.getElementsByTagName("title").item(0).getTextContent());
    String words = svg.getElementsByTagName("desc").item(0).getTextContent();
    assertTrue(words.contains("netty-nio: 72,000 (65,400–73,100) req/s\n"), words);
    assertTrue(svg.getElementsByTagName("path").getLength() > 20, "letters and bars");
  }

  @Test
  void svgOfGroupsNamesTheGroups() throws Exception {
    Document svg = parsed(Charts.of(Samples.ratios()).get(0).svg());
    String words = svg.getElementsByTagName("desc").item(0).getTextContent();
    assertTrue(
        words.contains(
            "netty-epoll: 64 B × 64, depth 1 1.40 (1.36–1.51) ×,"
                + " 64 B × 64, depth 16 – ×, 16 KiB × 16 1.96 (1.90–2.12) ×\n"),
        words);
  }

  @Test
  void svgOfCurvesNamesThePercentilesPeopleQuote() throws Exception {
    Curves curves = new Curves("c", "Latency", "µs");
    curves.put(
        "millrace",
        List.of(
            new Curves.Point(0.5, 10),
            new Curves.Point(0.9, 20.25),
            new Curves.Point(0.999, 4000)));
    Document svg = parsed(Charts.of(curves).get(0).svg());
    assertEquals("Latency (µs)", svg.getElementsByTagName("title").item(0).getTextContent());
    assertEquals(
        "millrace: 50 % 10.0 µs, 90 % 20.3 µs, 99 % 4,000.0 µs, 99.9 % 4,000.0 µs",
        svg.getElementsByTagName("desc").item(0).getTextContent());
  }

  @Test
  void pngIsAPictureInColour() throws Exception {
    for (Drawing drawing : drawings(Samples.report())) {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(drawing.png()));
      assertNotNull(image, drawing.id());
      assertEquals(2 * drawing.widthPixels(), image.getWidth());
      assertEquals(2 * drawing.heightPixels(), image.getHeight());
      Set<Integer> colours = new HashSet<>();
      for (int y = 0; y < image.getHeight(); y += 3) {
        for (int x = 0; x < image.getWidth(); x += 3) {
          colours.add(image.getRGB(x, y));
        }
      }
      assertEquals(0xFFFFFFFF, image.getRGB(0, 0), "white, also on a dark page");
      // The colour of each of several subjects at least, and ink.
      assertTrue(colours.size() > 4, drawing.id() + " has " + colours.size() + " colours");
      assertTrue(colours.contains(0xFF0072B2), drawing.id() + " shows millrace in its blue");
    }
  }

  @Test
  void theSameJsonGivesTheSameBytes() throws Exception {
    Report report = Samples.report();
    List<Drawing> once = drawings(report);
    List<Drawing> again = drawings(Json.read(Json.tree(Json.write(report))));
    for (int i = 0; i < once.size(); i++) {
      assertArrayEquals(once.get(i).svg(), again.get(i).svg(), once.get(i).id());
      assertArrayEquals(once.get(i).png(), again.get(i).png(), once.get(i).id());
    }
  }

  @Test
  void namesThatXmlWouldObeyAreShownAsTheyAre() throws Exception {
    Table table = new Table("t", "a < b & c", List.of(new Table.Column("c", "c", "<B>", 0)));
    table.put("</desc>", "c", Summary.exact(1));
    Document svg = parsed(Charts.of(table).get(0).svg());
    assertEquals("a < b & c: c (<B>)", svg.getElementsByTagName("title").item(0).getTextContent());
    assertEquals("</desc>: 1 <B>", svg.getElementsByTagName("desc").item(0).getTextContent());
  }

  @Test
  void namesOfAnyLengthAndNothingButZeros() throws Exception {
    Table table =
        new Table(
            "t",
            "Bytes",
            List.of(new Table.Column("a", "a", "B/op", 0), new Table.Column("b", "b", "B/op", 0)));
    String longName = "dispatchReadyKeyReadHandlerWriteOnTheStubProvider, connections 64, depth 16";
    table.put(longName, "a", Summary.exact(0));
    table.put("x", "b", Summary.exact(0));
    List<String> keys = List.of("a", "b");
    table.charts(
        List.of(
            new Table.Chart("one", "one", Table.Kind.BARS, List.of("a")),
            new Table.Chart("bars", "bars", Table.Kind.BARS, keys),
            new Table.Chart("lines", "lines", Table.Kind.LINES, keys)));
    List<Drawing> drawings = Charts.of(table);
    assertEquals(3, drawings.size());
    for (Drawing drawing : drawings) {
      assertTrue(new String(drawing.svg(), UTF_8).contains(longName), drawing.id());
      assertNotNull(ImageIO.read(new ByteArrayInputStream(drawing.png())));
    }
  }

  @Test
  void nothingMeasuredIsNoChart() {
    Table table = new Table("t", "t", List.of(new Table.Column("c", "c", "ns", 0)));
    assertEquals(List.of(), Charts.of(table));
    assertEquals(List.of(), Charts.of(new Curves("c", "c", "ns")));
  }
}
