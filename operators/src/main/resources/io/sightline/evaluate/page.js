// SPDX-License-Identifier: Apache-2.0
// The page's data, and what its other scripts draw it with. Whatever is in the data may be hostile:
// it becomes text of the page, never markup.
const page = (() => {
  "use strict";

  const MAX_ROWS = 2000;
  const NONE = "\u2013";

  const data = JSON.parse(document.getElementById("data").textContent);
  const report = data.report;
  const digits = report.images >= 10000 ? 2 : 1;

  const whole = new Intl.NumberFormat("en");
  const fraction = (places) =>
    new Intl.NumberFormat("en", { minimumFractionDigits: places, maximumFractionDigits: places });
  const percents = fraction(digits);
  const tenths = fraction(1);
  const thousandths = fraction(3);
  const names = new Intl.Collator("en", { numeric: true });

  const percent = (share) => (share === null ? NONE : percents.format(100 * share) + "\u00a0%");
  const points = (share) => percents.format(100 * Math.abs(share)) + " points";
  const images = (count) => whole.format(count) + (count === 1 ? " image" : " images");
  const time = (instant) => instant.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
  const byId = (id) => document.getElementById(id);

  /** An element; properties are set as properties, and children that are no elements as text. */
  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // Names

  const classesById = new Map(report.per_class.map((row) => [row.class_id, row]));
  const namesSeen = new Map();
  for (const row of report.per_class) {
    namesSeen.set(row.label_name, (namesSeen.get(row.label_name) ?? 0) + 1);
  }

  /** The name of a class as text of either direction, with its id where others have that name. */
  function nameOf(id, given) {
    const name = classesById.get(id)?.label_name ?? given ?? "";
    const text = name === "" ? "class " + id : namesSeen.get(name) > 1 ? `${name} (${id})` : name;
    return element("bdi", { textContent: text, title: text });
  }

  // Tables

  /**
   * A table whose columns sort; rows without a value come last. Returns what filters it.
   * Column: name, value(row), cell(row) where it isn't the value, number, share.
   */
  function sortedTable(place, { columns, rows, by, descending, none, note }) {
    if (rows.length === 0) {
      place.append(element("p", { className: "note", textContent: none }));
      return () => 0;
    }
    const made = new Map();
    const state = { by, descending, shown: rows };
    const body = element("tbody", {});
    const heads = columns.map((column) => {
      const button = element("button", { type: "button", textContent: column.name });
      button.addEventListener("click", () => sortBy(column));
      return element("th", { scope: "col", className: column.number ? "number" : "name" }, button);
    });
    const table = element("table", {});
    if (note) {
      table.append(element("caption", { className: "print-only", textContent: note }));
    }
    table.append(element("thead", {}, element("tr", {}, ...heads)), body);
    // Focusable, so that the arrow keys scroll it.
    const scroll = element("div", { className: "scroll", tabIndex: 0, role: "region" }, table);
    const title = place.closest("section").querySelector("h2").textContent;
    scroll.setAttribute("aria-label", `${title}: table`);
    place.append(scroll);

    function sortBy(column) {
      state.descending = state.by === column.name ? !state.descending : Boolean(column.number);
      state.by = column.name;
      draw();
    }

    function rowOf(row) {
      if (!made.has(row)) {
        made.set(row, element("tr", {}, ...columns.map((column) => cellOf(column, row))));
      }
      return made.get(row);
    }

    function draw() {
      const column = columns.find((candidate) => candidate.name === state.by);
      const sign = state.descending ? -1 : 1;
      const keyed = state.shown.map((row) => [column.value(row), row]);
      keyed.sort(([a], [b]) => {
        if (a === null || b === null) {
          return (a === null) - (b === null);
        }
        return sign * (column.number ? a - b : names.compare(a, b));
      });
      body.replaceChildren(...keyed.slice(0, MAX_ROWS).map(([, row]) => rowOf(row)));
      columns.forEach((other, i) =>
        heads[i].setAttribute(
          "aria-sort",
          other !== column ? "none" : state.descending ? "descending" : "ascending",
        ),
      );
    }

    draw();
    return (wanted) => {
      state.shown = rows.filter(wanted);
      draw();
      return state.shown.length;
    };
  }

  function cellOf(column, row) {
    const value = column.value(row);
    const cell = element("td", { className: column.number ? "number" : "name" });
    if (value === null) {
      cell.classList.add("none");
      cell.append(NONE);
      return cell;
    }
    if (column.share) {
      cell.classList.add("share");
      cell.style.setProperty("--share", 100 * value);
    }
    const ofShare = (share) => tenths.format(100 * share) + "\u00a0%";
    const plain = column.share ? ofShare : column.number ? whole.format : String;
    cell.append(column.cell ? column.cell(row) : plain(value));
    return cell;
  }

  /** A small table that does not sort; the first cell of a row is its head. */
  function plainTable(place, heads, rows) {
    const head = heads.map((text, i) =>
      element("th", { scope: "col", className: i ? "number" : "", textContent: text }),
    );
    const body = rows.map(([first, ...cells]) =>
      element(
        "tr",
        {},
        element("th", { scope: "row", textContent: first }),
        ...cells.map((text) => element("td", { className: "number", textContent: text })),
      ),
    );
    const table = element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    );
    place.append(element("div", { className: "scroll" }, table));
  }

  return {
    NONE,
    MAX_ROWS,
    data,
    whole,
    percents,
    thousandths,
    percent,
    points,
    images,
    time,
    byId,
    element,
    nameOf,
    sortedTable,
    plainTable,
  };
})();
