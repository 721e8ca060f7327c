// SPDX-License-Identifier: Apache-2.0
// Draws the figures, the tables and the lists.
(() => {
  "use strict";

  const { NONE, MAX_ROWS, data, whole, percents, thousandths, percent, points, images, time } =
    page;
  const { byId, element, nameOf, sortedTable, plainTable } = page;
  const report = data.report;

  function card(title, value, detail, interval) {
    const made = element(
      "div",
      { className: "card" },
      element("h3", { textContent: title }),
      element("p", { className: "value", textContent: value }),
    );
    if (interval) {
      made.append(interval);
    }
    made.append(element("p", { textContent: detail }));
    byId("headline").append(made);
  }

  /** The interval as a strip from 0 to 100 %, for the eye alone: the text has its figures. */
  function strip(share, published) {
    const band = element("span", {});
    band.style.left = 100 * share.low + "%";
    band.style.width = 100 * (share.high - share.low) + "%";
    const measured = element("i", {});
    measured.style.left = 100 * share.accuracy + "%";
    const made = element("div", { className: "interval" }, band, measured);
    if (published) {
      const tick = element("i", { className: "published", title: "published" });
      tick.style.left = 100 * published.top1 + "%";
      made.append(tick);
    }
    made.setAttribute("aria-hidden", "true");
    return made;
  }

  function accuracyCard(k, share, fewerClasses, published) {
    if (share.accuracy === null) {
      card(`Top-${k}`, NONE, "No image was classified.");
      return;
    }
    const detail = fewerClasses
      ? `The model has fewer than ${k} classes: every image is a hit, and this says nothing.`
      : `${whole.format(share.hits)} of ${images(report.images)}; 95 % interval ` +
        `${percents.format(100 * share.low)} to ${percent(share.high)}`;
    card(
      `Top-${k}`,
      percent(share.accuracy),
      detail,
      fewerClasses ? null : strip(share, published),
    );
  }

  function drawFigures() {
    accuracyCard(1, report.top1, false, report.published);
    for (const top of report.top_k) {
      if (top.k !== 1) {
        accuracyCard(top.k, top.share, top.fewer_classes);
      }
    }
    const seen = report.per_class.filter((row) => row.support > 0).length;
    const without = report.without_class;
    card(
      "Images",
      whole.format(report.images),
      `from ${whole.format(seen)} of ${whole.format(report.classes)} classes` +
        (without ? `; for ${whole.format(without)} no class reached the lowest score` : ""),
    );
    const all = report.images + report.rejected;
    card(
      "Rejected",
      whole.format(report.rejected),
      report.rejected
        ? `${percent(report.rejected / all)} of ${whole.format(all)}; part of no other figure`
        : "No record and no image was rejected.",
    );
    byId("published").textContent = comparison();
    plainTable(
      byId("averages"),
      ["Average over classes", "Precision", "Recall", "F1"],
      [
        ["Macro: classes weigh the same", report.macro_average],
        ["Weighted by their images", report.weighted_average],
      ].map(([name, mean]) => [
        name,
        percent(mean.precision),
        percent(mean.recall),
        percent(mean.f1),
      ]),
    );
    drawProbabilities();
  }

  /** What the measured top-1 says beside the published one. */
  function comparison() {
    const published = report.published;
    if (published === null) {
      return report.images === 0
        ? "No image was classified: there is nothing to compare."
        : "No published top-1 is known for this model. " +
            `${images(report.images)} tell its top-1 to within about ` +
            `${points((report.top1.high - report.top1.low) / 2)} either way.`;
    }
    const difference = published.difference;
    const direction = difference === 0 ? "the same" : difference > 0 ? "more" : "less";
    return (
      `Published top-1: ${percent(published.top1)}. Measured: ${percent(report.top1.accuracy)}, ` +
      (difference === 0 ? "the same. " : `${points(difference)} ${direction}. `) +
      `${images(report.images)} can show a difference of ` +
      `${points(published.smallest_difference)} or more; ` +
      (published.shown
        ? "this one is more than chance explains, if the images were drawn as those of the " +
          "published figure were."
        : "this one may be chance.")
    );
  }

  function drawProbabilities() {
    const calibration = report.calibration;
    const figure = (name, value, why) =>
      byId("probabilities").append(
        element(
          "div",
          {},
          element("dt", { textContent: name }),
          element("dd", { textContent: value }),
          element("dd", { className: "why", textContent: why }),
        ),
      );
    const hits = calibration.bins.reduce((sum, bin) => sum + bin.hits, 0);
    figure(
      "Expected calibration error",
      percent(calibration.expected_calibration_error),
      `mean distance of accuracy and confidence in ${calibration.bins.length} bins`,
    );
    figure(
      "Mean confidence",
      percent(calibration.mean_confidence),
      calibration.images
        ? `${images(calibration.images)} with a confidence; ${percent(hits / calibration.images)} of them right`
        : "no image with a confidence",
    );
    const scored = report.negative_log_likelihood_images;
    figure(
      "Negative log likelihood",
      scored ? thousandths.format(report.negative_log_likelihood) : NONE,
      scored === report.images
        ? scored === 0
          ? "no image with a score for its label"
          : `over all ${images(scored)}`
        : `over ${whole.format(scored)} of ${images(report.images)}: where the label has no ` +
            "score the image is left out, which makes this look too good",
    );
  }

  function drawTables() {
    const classes = [...report.per_class].sort(
      (a, b) => b.support - a.support || a.class_id - b.class_id,
    );
    const filter = sortedTable(byId("class-table"), {
      columns: [
        {
          name: "Id",
          value: (row) => row.class_id,
          cell: (row) => String(row.class_id),
          number: true,
        },
        { name: "Class", value: (row) => row.label_name, cell: (row) => nameOf(row.class_id) },
        { name: "Images", value: (row) => row.support, number: true },
        { name: "Predicted", value: (row) => row.predicted, number: true },
        { name: "Right", value: (row) => row.true_positives, number: true },
        {
          name: "Precision",
          value: (row) => (row.predicted ? row.precision : null),
          number: true,
          share: true,
        },
        {
          name: "Recall",
          value: (row) => (row.support ? row.recall : null),
          number: true,
          share: true,
        },
        { name: "F1", value: (row) => row.f1, number: true, share: true },
      ],
      rows: classes,
      by: "Recall",
      descending: false,
      none: "No image was classified.",
      note: classes.length > 40 ? "The first 40 rows; the page on a screen has all of them." : "",
    });
    const matches = byId("matches");
    const input = byId("filter");
    const apply = () => {
      const wanted = input.value.trim().toLowerCase();
      const found = filter(
        (row) => row.label_name.toLowerCase().includes(wanted) || String(row.class_id) === wanted,
      );
      matches.textContent =
        `${whole.format(found)} of ${whole.format(classes.length)} that occur` +
        (found > MAX_ROWS ? `, the first ${whole.format(MAX_ROWS)} shown` : "");
    };
    input.addEventListener("input", apply);
    apply();

    sortedTable(byId("confusion-table"), {
      columns: [
        {
          name: "Label",
          value: (row) => row.label_name,
          cell: (row) => nameOf(row.label_id, row.label_name),
        },
        {
          name: "Taken for",
          value: (row) => row.predicted_name,
          cell: (row) => nameOf(row.predicted_id, row.predicted_name),
        },
        { name: "Images", value: (row) => row.count, number: true },
        { name: "Of the label's", value: (row) => row.share, number: true, share: true },
      ],
      rows: report.confused_pairs,
      by: "Images",
      descending: true,
      none: "No class was taken for another.",
    });
    sortedTable(byId("rejection-table"), {
      columns: [
        { name: "Stage", value: (row) => row.stage },
        { name: "Reason", value: (row) => row.reason },
        { name: "Count", value: (row) => row.count, number: true },
      ],
      rows: report.rejections,
      by: "Count",
      descending: true,
      none: "Nothing was rejected.",
    });
  }

  function drawImages(place, list) {
    if (list.length === 0) {
      place.append(element("p", { textContent: "None." }));
      return;
    }
    place.append(element("ul", { className: "gallery" }, ...list.map(imageOf)));
  }

  function imageOf(image) {
    const right = image.predicted_id === image.label_id;
    const item = element("li", {});
    if (data.thumbnails) {
      item.append(element("div", { className: "picture" }, pictureOf(image)));
    }
    const said = element("b", { className: right ? "right" : "wrong" });
    said.append(nameOf(image.predicted_id, image.predicted_name));
    const head = element(
      "div",
      { className: "said" },
      element("p", {}, said),
      element("span", { className: "confidence", textContent: percent(image.confidence) }),
    );
    const label = element("p", {});
    label.append(...(right ? ["as labelled"] : ["labelled ", nameOf(image.label_id)]));
    const file = element("p", { className: "file", title: image.name });
    file.append(element("bdi", { textContent: image.name.split("/").pop() || image.name }));
    item.append(element("div", { className: "text" }, head, label, file));
    return item;
  }

  function pictureOf(image) {
    return image.jpeg === null
      ? "not available"
      : element("img", {
          src: "data:image/jpeg;base64," + image.jpeg,
          alt: image.name.split("/").pop(),
          className: Math.max(image.width, image.height) <= 96 ? "tiny" : "",
        });
  }

  function drawFacts() {
    const fact = (name, value) =>
      byId("facts").append(
        element("dt", { textContent: name }),
        element("dd", {}, element("bdi", { textContent: value })),
      );
    fact("Model", report.model_name);
    fact("Version", report.model_version ?? "none");
    fact("Fingerprint", report.model_fingerprint);
    fact("Split", report.split ?? "none");
    fact(
      "Classes",
      `${whole.format(report.classes)}; ${whole.format(report.per_class.length)} occur as a label or as a prediction`,
    );
    fact("Execution provider", data.providers.join(", ") || NONE);
    if (data.first_classified_at !== null) {
      fact("Classified", `${time(data.first_classified_at)} to ${time(data.last_classified_at)}`);
    }
    fact("Report of", time(report.created_at));
  }

  const title =
    report.split === null ? report.model_name : `${report.model_name} on ${report.split}`;
  document.title = `${title}: evaluation`;
  byId("title").textContent = title;
  byId("subject").textContent =
    (report.model_version === null
      ? "Fingerprint"
      : `Version ${report.model_version}, fingerprint`) +
    ` ${report.model_fingerprint.slice(0, 12)}, ${time(report.created_at)}`;
  drawFigures();
  drawTables();
  drawImages(byId("mistakes"), data.mistakes);
  drawImages(byId("least-certain"), data.least_certain);
  drawFacts();
})();
