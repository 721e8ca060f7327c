// SPDX-License-Identifier: Apache-2.0
// Draws the charts of the page with Chart.js, in the colours of the style sheet, and the same
// figures as tables.
(() => {
  "use strict";

  const { data, percent, whole, images, plainTable, byId } = page;
  const bins = data.report.calibration.bins;
  const RECALL_BINS = 10;

  /** Classes by their recall; 100 % is in the last bin. */
  const recalls = Array.from({ length: RECALL_BINS }, (_, i) => ({
    lower: i / RECALL_BINS,
    upper: (i + 1) / RECALL_BINS,
    classes: 0,
  }));
  for (const row of data.report.per_class) {
    if (row.support > 0) {
      recalls[Math.min(Math.floor(row.recall * RECALL_BINS), RECALL_BINS - 1)].classes++;
    }
  }

  const middle = (bin) => (bin.lower + bin.upper) / 2;
  const bound = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
  const range = (bin) =>
    `${bound.format(100 * bin.lower)} to ${bound.format(100 * bin.upper)}\u00a0%`;

  function bars(label, source, value) {
    return {
      type: "bar",
      label,
      data: source.map((bin, i) => ({ x: middle(bin), y: value(bin, i) })),
      barPercentage: 0.92,
      categoryPercentage: 1,
      grouped: false,
    };
  }

  /** What all charts share: a share from 0 to 100 % along x, no animation. */
  function options(yTitle, xTitle, source, describe) {
    return {
      animation: false,
      maintainAspectRatio: false,
      scales: {
        x: {
          type: "linear",
          min: 0,
          max: 1,
          offset: false,
          grid: { display: false },
          title: { display: true, text: xTitle },
          ticks: { stepSize: 0.2, callback: (share) => `${Math.round(100 * share)}\u00a0%` },
        },
        y: {
          beginAtZero: true,
          title: { display: true, text: yTitle },
          ticks: { maxTicksLimit: 6 },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          displayColors: false,
          filter: (item, index) => item.dataset.type === "bar" && index === 0,
          callbacks: {
            title: ([item]) => `${xTitle} ${range(source[item.dataIndex])}`,
            label: (item) => describe(source[item.dataIndex], item.dataIndex),
          },
        },
      },
    };
  }

  function reliability() {
    const chart = options("Accuracy", "Confidence", bins, (bin, i) => {
      const interval = data.bin_intervals[i];
      return interval === null
        ? "no images"
        : `${percent(bin.accuracy)} of ${images(bin.images)} (${percent(interval[0])} to ${percent(interval[1])})`;
    });
    chart.scales.y.min = 0;
    chart.scales.y.max = 1;
    chart.scales.y.ticks = {
      stepSize: 0.2,
      callback: (share) => `${Math.round(100 * share)}\u00a0%`,
    };
    return {
      data: {
        datasets: [
          {
            ...bars("interval", bins, (_, i) => data.bin_intervals[i]),
            barThickness: 1.5,
            paint: "text",
          },
          {
            type: "line",
            data: [
              { x: 0, y: 0 },
              { x: 1, y: 1 },
            ],
            pointRadius: 0,
            borderWidth: 1.5,
            borderDash: [5, 4],
            paint: "quiet",
          },
          {
            ...bars("accuracy", bins, (bin) => bin.accuracy),
            paint: "accent-soft",
            borderPaint: "accent",
            borderWidth: 1,
          },
        ],
      },
      options: chart,
    };
  }

  function confidence() {
    const chart = options(
      "Images",
      "Confidence",
      bins,
      (bin) => `${whole.format(bin.hits)} right, ${whole.format(bin.images - bin.hits)} wrong`,
    );
    chart.scales.x.stacked = true;
    chart.scales.y.stacked = true;
    chart.scales.y.ticks.precision = 0;
    chart.plugins.legend = {
      display: true,
      position: "top",
      align: "end",
      labels: { boxWidth: 10, boxHeight: 10 },
    };
    return {
      data: {
        datasets: [
          { ...bars("right", bins, (bin) => bin.hits), paint: "accent" },
          { ...bars("wrong", bins, (bin) => bin.images - bin.hits), paint: "wrong" },
        ],
      },
      options: chart,
    };
  }

  function recall() {
    const chart = options("Classes", "Recall", recalls, (bin) =>
      bin.classes === 1 ? "1 class" : `${whole.format(bin.classes)} classes`,
    );
    chart.scales.y.ticks.precision = 0;
    return {
      data: { datasets: [{ ...bars("classes", recalls, (bin) => bin.classes), paint: "accent" }] },
      options: chart,
    };
  }

  const charts = [];

  /** Charts are pictures: their colours are taken anew where the scheme changes or it is printed. */
  function paint(configuration) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    for (const dataset of configuration.data.datasets) {
      dataset.backgroundColor = colour(dataset.paint);
      dataset.borderColor = colour(dataset.borderPaint ?? dataset.paint);
    }
    for (const scale of Object.values(configuration.options.scales)) {
      scale.ticks.color = scale.title.color = colour("quiet");
      scale.grid = { ...scale.grid, color: colour("line") };
      scale.border = { color: colour("line") };
    }
    const labels = configuration.options.plugins.legend.labels;
    if (labels) {
      labels.color = colour("quiet");
    }
  }

  function draw(id, configuration, description) {
    const canvas = byId(id);
    canvas.setAttribute("aria-label", description);
    paint(configuration);
    charts.push({ chart: new Chart(canvas, configuration), configuration });
  }

  function repaint() {
    for (const { chart, configuration } of charts) {
      paint(configuration);
      chart.options = configuration.options;
      chart.resize();
      chart.update("none");
    }
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const table = "The tables below the charts have its figures.";
  draw(
    "reliability",
    reliability(),
    `Reliability diagram. The expected calibration error is ${percent(data.report.calibration.expected_calibration_error)}. ${table}`,
  );
  draw(
    "confidence",
    confidence(),
    `Histogram of the images' confidence, right and wrong. ${table}`,
  );
  draw("recall", recall(), `Histogram of the classes' recall. ${table}`);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", repaint);
  }

  plainTable(
    byId("bins"),
    ["Confidence", "Images", "Right", "Accuracy", "Mean confidence"],
    bins.map((bin) => [
      range(bin),
      whole.format(bin.images),
      whole.format(bin.hits),
      percent(bin.accuracy),
      percent(bin.mean_confidence),
    ]),
  );
  plainTable(
    byId("recalls"),
    ["Recall", "Classes"],
    recalls.map((bin) => [range(bin), whole.format(bin.classes)]),
  );
})();
