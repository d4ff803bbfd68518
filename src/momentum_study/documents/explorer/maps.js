// The maps: a panel for each data set, a row for each rule and β, a cell for each learning rate.

/**
 * @typedef {Object} Panel
 * @property {string} dataset
 * @property {{series: Object, cells: number[]}[]} rows from the top down, cells by their rate
 */

/** @returns {Panel[]} of the cells shown */
function panelsOf(study, cells) {
    const datasets = [...new Set(cells.map((cell) => study.get(cell, "dataset")))].sort();
    return datasets.map((dataset) => {
        const own = study.where({ dataset }, cells);
        const rows = study.series
            .map((series) => ({
                series,
                cells: study
                    .where({ rule: series.rule, beta: series.beta }, own)
                    .sort((a, b) => study.get(a, "alpha") - study.get(b, "alpha")),
            }))
            .filter((row) => row.cells.length);
        return { dataset, rows: rows.reverse() };
    });
}

/** The value of a metric of a cell, as text. */
function valueText(study, cell, metric) {
    const value = study.value(cell, metric);
    if (Number.isNaN(value)) return "no value";
    if (Number.isFinite(value)) return shown(value);
    if (metric.kind === "steps") {
        const half = 2 * study.numbers.n_diverged[cell] >= study.numbers.n_runs[cell];
        return half
            ? "half of the runs or more diverged"
            : "target missed by half of the runs or more";
    }
    return "no median: half of the runs or more diverged";
}

/** @returns {string} β, rate, value and number of diverged runs */
function cellText(study, state, metric, cell) {
    const rate = state.axis === "eta" ? "η" : "α";
    const runs = counted(study.numbers.n_runs[cell], "run");
    const diverged = study.numbers.n_diverged[cell];
    return [
        `${seriesName(study.seriesOfCell(cell))}, ${rate} = ${study.rateText(cell, state.axis)}`,
        `${metric.label} ${valueText(study, cell, metric)}`,
        `${diverged || "none"} of ${runs} diverged`,
    ].join("; ");
}

/** The fill of a cell, and classes for its divergence and missing values. */
function cellLook(study, metric, scale, cell) {
    const value = study.value(cell, metric);
    const divergence = study.divergence(cell);
    const classes = ["cell"];
    if (divergence) classes.push(divergence);
    const color = scale.color(value);
    if (color !== null) {
        if (scale.isPale(value)) classes.push("pale");
    } else if (divergence === "half" || divergence === "all") {
        classes.push("gone");
    } else {
        classes.push(Number.isNaN(value) ? "empty" : "missed");
    }
    return { color, classes };
}

/**
 * In pixels: the narrowest cell and panel, the widest panel of narrow cells, how far a label may
 * extend beyond its axis, and the width below which cells have no gaps between them.
 */
const SIZES = { cell: 3, panel: 230, widest: 640, beyond: 14, dense: 8 };

/**
 * Redraw the maps.
 * @param {Study} study
 * @param {State} state
 * @param {number[]} cells those shown
 * @param {{choose: function(?number, boolean=): void}} actions
 */
function drawMaps(study, state, cells, actions) {
    const metric = study.metric(state.metric);
    const scale = colorScale(study, metric, cells);
    const panels = panelsOf(study, cells);
    const log = !study.linear[state.grid][state.rule].includes(state.axis);
    const ratesOf = (row) => row.cells.map((cell) => study.get(cell, state.axis));
    const edges = panels.map((panel) => panel.rows.map((row) => cellEdges(ratesOf(row), log)));
    const ends = edges.flat(2);
    const [low, high] = [smallest(ends), largest(ends)];
    const place = axis(low, high, log);
    const lines = panels.map((panel) => stabilityLine(study, state, panel));
    const hasLine = lines.flat().some((line) => line && isInside(line, place));
    const narrowest = smallest(
        edges.flat().flatMap((row) => row.slice(1).map((end, i) => place(end) - place(row[i]))),
    );
    const length = setSizes(panels, narrowest);
    const rates = [...new Set(cells.map((cell) => study.get(cell, state.axis)))];
    const few = rates.length > 3 ? [] : rates.sort((a, b) => a - b);
    const ticks = fittingTicks(low, high, log, { length, beyond: SIZES.beyond }, few);
    const frame = { metric, scale, place, ticks };
    byId("maps").replaceChildren(
        ...panels.map((panel, i) =>
            panelNode(study, state, panel, edges[i], lines[i], frame, actions),
        ),
    );
    drawLegend(study, state, metric, scale, cells, log, hasLine);
}

/**
 * Set the sizes of panels by their labels and the share of the narrowest cell.
 * @returns {number} the smallest length of a row of cells, in pixels
 */
function setSizes(panels, narrowest) {
    const labels = panels.flatMap((panel) => panel.rows.map((row) => betaName(row.series)));
    const room = largest([34, ...labels.map((label) => textWidth(label) + 6)]);
    const width = Math.min(Math.max(SIZES.panel, room + SIZES.cell / narrowest), SIZES.widest);
    const { classList, style } = byId("maps");
    classList.toggle("dense", narrowest * (width - room) < SIZES.dense);
    style.setProperty("--room", `${room}px`);
    style.setProperty("--panel", `${width}px`);
    return width - room;
}

function panelNode(study, state, panel, edges, line, frame, actions) {
    const own = panel.rows.flatMap((row) => row.cells);
    const best = study.best(own, frame.metric);
    const several =
        new Set(panel.rows.map((row) => row.series.rule).filter((rule) => rule !== "gd")).size > 1;
    const grid = element("div", {
        role: "grid",
        "aria-label": `${spaced(panel.dataset)}: ${frame.metric.label}`,
    });
    let lastRule = panel.rows[0].series.rule;
    panel.rows.forEach((row, i) => {
        const { series } = row;
        if (several && series.rule !== "gd" && (i === 0 || series.rule !== lastRule)) {
            const coefficient = series.rule === "adam" ? " (β₁)" : "";
            const name = element("span", { role: "rowheader" }, series.label + coefficient);
            grid.append(element("div", { class: "rule-name", role: "row" }, name));
        }
        const apart = series.rule === "gd" && i > 0;
        lastRule = series.rule;
        const bestOfRow = study.best(row.cells, frame.metric);
        const strip = element("div", { class: "strip", role: "presentation" });
        row.cells.forEach((cell, j) => {
            const look = cellLook(study, frame.metric, frame.scale, cell);
            if (cell === best) look.classes.push("best");
            else if (cell === bestOfRow) look.classes.push("best-of-row");
            const left = frame.place(edges[i][j]);
            const text = cellText(study, state, frame.metric, cell);
            strip.append(
                element("div", {
                    role: "gridcell",
                    class: look.classes.join(" "),
                    tabindex: "-1",
                    title: text,
                    "aria-label": cell === best ? `${text}; the best of this map` : text,
                    "aria-selected": String(cell === state.cell),
                    "data-cell": cell,
                    style: {
                        left: `${100 * left}%`,
                        width: `${100 * (frame.place(edges[i][j + 1]) - left)}%`,
                        ...(look.color && { "--fill": look.color }),
                    },
                }),
            );
        });
        if (line) strip.append(...lineNodes(line[i], frame.place));
        grid.append(
            element(
                "div",
                {
                    role: "row",
                    class: apart ? "row apart" : "row",
                    "aria-label": seriesName(series),
                },
                element("span", { class: "beta", role: "rowheader" }, betaName(series)),
                strip,
            ),
        );
    });
    grid.querySelector(`[data-cell="${state.cell ?? best ?? own[0]}"], [data-cell]`).tabIndex = 0;
    listen(grid, actions);
    const value = best === null ? "" : `best ${shown(study.value(best, frame.metric), 2)}`;
    return element(
        "section",
        { class: "panel", "data-dataset": panel.dataset },
        element("h2", {}, spaced(panel.dataset), element("span", {}, value)),
        grid,
        ticksNode(frame.ticks),
    );
}

/**
 * For each row of a panel the α or η at which a quadratic with the curvature at the start of the
 * runs becomes unstable: median and range over replicates.
 * @returns {?(?{low: number, median: number, high: number})[]} null if no row has a limit
 */
function stabilityLine(study, state, panel) {
    if (state.schedule !== "constant") return null;
    const sharpness = study.sharpness.find(
        (one) =>
            one.grid === state.grid &&
            one.dataset === panel.dataset &&
            one.network === state.network,
    );
    if (!sharpness) return null;
    const line = panel.rows.map(({ series }) => {
        if (series.limit === null) return null;
        const limit = state.axis === "eta" ? (1 - series.beta) * series.limit : series.limit;
        const at = (lambda) => limit / lambda;
        return { low: at(sharpness.max), median: at(sharpness.median), high: at(sharpness.min) };
    });
    return line.some(Boolean) ? line : null;
}

/** Whether a part of the range of a line is inside the map. */
const isInside = (line, place) => place(line.low) <= 1 && place(line.high) >= 0;

function lineNodes(line, place) {
    if (!line || !isInside(line, place)) return [];
    const inside = (at) => Math.min(Math.max(at, 0), 1);
    const [low, high] = [inside(place(line.low)), inside(place(line.high))];
    const nodes = [];
    const style = { left: `${100 * low}%`, width: `${100 * (high - low)}%` };
    if (high > low)
        nodes.push(element("span", { class: "stable-range", "aria-hidden": "true", style }));
    const median = place(line.median);
    if (median === inside(median)) {
        nodes.push(
            element("span", {
                class: "stable",
                "aria-hidden": "true",
                style: { left: `${100 * median}%` },
            }),
        );
    }
    return nodes;
}

/** Mouse and keys of one panel: the Tab key stops at one of its cells. */
function listen(grid, actions) {
    const focus = (node) => {
        for (const other of grid.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
        node.tabIndex = 0;
        node.focus();
    };
    grid.addEventListener("click", (event) => {
        const node = event.target.closest("[data-cell]");
        if (!node) return;
        focus(node);
        actions.choose(Number(node.dataset.cell), true);
    });
    grid.addEventListener("keydown", (event) => {
        const node = event.target.closest("[data-cell]");
        if (!node || event.altKey || event.metaKey) return;
        if (event.key === "Enter" || event.key === " ") actions.choose(Number(node.dataset.cell));
        else if (event.key === "Escape") actions.choose(null);
        else {
            const next = neighbour(grid, node, event);
            if (!next) return;
            focus(next);
        }
        event.preventDefault();
    });
}

/** The cell that a key moves to; in another row the cell with the nearest rate. */
function neighbour(grid, node, { key, ctrlKey }) {
    const rows = [...grid.querySelectorAll(".strip")].map((strip) => [
        ...strip.querySelectorAll("[data-cell]"),
    ]);
    const row = rows.findIndex((cells) => cells.includes(node));
    const own = rows[row];
    const last = rows.length - 1;
    const middle = (cell) => parseFloat(cell.style.left) + parseFloat(cell.style.width) / 2;
    const nearest = (cells) =>
        cells?.reduce((a, b) =>
            Math.abs(middle(b) - middle(node)) < Math.abs(middle(a) - middle(node)) ? b : a,
        );
    return {
        ArrowLeft: own[own.indexOf(node) - 1],
        ArrowRight: own[own.indexOf(node) + 1],
        ArrowUp: nearest(rows[row - 1]),
        ArrowDown: nearest(rows[row + 1]),
        Home: ctrlKey ? rows[0][0] : own[0],
        End: ctrlKey ? rows[last].at(-1) : own.at(-1),
    }[key];
}

/** Mark the selected cell without redrawing. */
function markChosen(cell) {
    for (const node of document.querySelectorAll('#maps [aria-selected="true"]'))
        node.setAttribute("aria-selected", "false");
    document.querySelector(`#maps [data-cell="${cell}"]`)?.setAttribute("aria-selected", "true");
}
