// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.dataset.DatasetReport;
import io.sightline.decode.LabelFont;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Draws how many images of each class the splits of a data set have, the largest class of the train
 * split first, as PaddleX's {@code histogram.png} does.
 */
final class DatasetHistogram {

  private static final int HEIGHT = 1000;
  private static final int MIN_WIDTH = 1600;
  private static final int CLASS_WIDTH = 24;

  /** 1000 classes; of more, which would be a picture of 100 MB in memory, names are left out. */
  private static final int MAX_WIDTH = 24_000;

  private static final int LONGEST_NAME = 30;

  private DatasetHistogram() {}

  /** Writes the chart as a PNG. Leaves {@code out} open. */
  static void write(DatasetReport report, OutputStream out) throws IOException {
    List<Integer> classes = new ArrayList<>(report.labels().keySet());
    DatasetReport.Split first = report.splits().get(0);
    classes.sort(Comparator.comparingInt((Integer id) -> -images(first, id)));
    int wanted = CLASS_WIDTH * classes.size();
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, wanted)))
            .height(HEIGHT)
            .xAxisTitle("Class")
            .yAxisTitle("Images")
            .theme(ChartTheme.XChart)
            .build();
    style(chart.getStyler(), wanted <= MAX_WIDTH);
    List<String> names = new ArrayList<>();
    for (int id : classes) {
      // Two classes of one name would be one bar.
      names.add("%s (%d)".formatted(shortened(report.labels().getOrDefault(id, "")), id));
    }
    for (DatasetReport.Split split : report.splits()) {
      chart.addSeries(split.name(), names, classes.stream().map(id -> images(split, id)).toList());
    }
    BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG);
  }

  private static int images(DatasetReport.Split split, int id) {
    return split.imagesByClass().getOrDefault(id, 0);
  }

  private static String shortened(String name) {
    int letters = name.codePointCount(0, name.length());
    return letters <= LONGEST_NAME
        ? name
        : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME - 1)) + "…";
  }

  private static void style(CategoryStyler styler, boolean names) {
    Font font = LabelFont.get();
    styler
        .setLegendPosition(LegendPosition.InsideNE)
        .setLegendFont(font.deriveFont(20f))
        .setChartTitleVisible(false)
        .setChartBackgroundColor(Color.WHITE)
        .setSeriesColors(new Color[] {new Color(0x1F77B4), new Color(0xFF7F0E), Color.GRAY});
    styler
        .setAxisTickLabelsFont(font.deriveFont(16f))
        .setAxisTitleFont(font.deriveFont(20f))
        .setXAxisLabelRotation(90)
        .setXAxisLabelAlignmentVertical(TextAlignment.Right) // they end at the axis
        .setXAxisTicksVisible(names)
        .setPlotGridVerticalLinesVisible(false);
    styler.setAvailableSpaceFill(0.8).setPlotContentSize(0.98);
  }
}
