// The view as a sortable table, and as a CSV file with rows of the table of cells.

/** Columns: title, value for sorting, text. */
function tableColumns(study, metric) {
    const name = (title, text) => ({ title, value: text, text });
    const key = (title, column, text = (cell) => String(study.get(cell, column))) => ({
        title,
        value: (cell) => study.get(cell, column),
        text,
    });
    const value = (title, column) => ({
        title,
        value: (cell) => study.value(cell, metric, column),
        text: (cell) => shown(study.value(cell, metric, column), 6),
    });
    return [
        name("data set", (cell) => study.get(cell, "dataset")),
        name("rule", (cell) => study.seriesOfCell(cell).label),
        key("β", "beta", (cell) => study.seriesOfCell(cell).betaText),
        key("α", "alpha", (cell) => study.rateText(cell)),
        key("η", "eta", (cell) => study.rateText(cell, "eta")),
        value(metric.label, metric.value),
        value("low", metric.low),
        value("high", metric.high),
        key("runs", "n_runs"),
        key("diverged", "n_diverged"),
    ];
}

/**
 * Redraw the table.
 * @param {Study} study
 * @param {State} state
 * @param {number[]} cells those displayed
 * @param {{change: function(Object): void, address: function(Object): string}} actions
 */
function drawTable(study, state, cells, actions) {
    const metric = study.metric(state.metric);
    const columns = tableColumns(study, metric);
    const texts = cells.map((cell) => columns.map((column) => column.text(cell)));
    // In em; rows are laid out separately, so that a column has its width in advance.
    const widths = columns.slice(2).map(({ title }, i) => {
        const words = title.split(" ").map((word) => `${word} ↕`);
        const widest = largest([...words, ...texts.map((row) => row[i + 2])].map(textWidth));
        return 0.7 + widest / FONT_SIZE;
    });
    const names = 6; // at least, for each of the first two columns
    const style = {
        "--columns": `repeat(2, minmax(${names}em, 1fr)) ${widths.join("em ")}em`,
        "min-width": `${widths.reduce((a, b) => a + b, 2 * names)}em`,
    };
    const body = element(
        "tbody",
        { role: "rowgroup" },
        ...cells.map((cell, i) => tableRow(state, texts[i], cell, actions)),
    );
    const heads = columns.map((column) =>
        element(
            "th",
            { role: "columnheader", scope: "col", "aria-sort": "none" },
            element(
                "button",
                {
                    type: "button",
                    onclick: (event) => sortBy(event.target.closest("th"), column, body),
                },
                column.title,
            ),
        ),
    );
    const relative = metric.kind === "relative" ? "; losses divided by that of the best constant" : "";
    byId("table").replaceChildren(
        element(
            "div",
            { class: "actions" },
            element("a", { href: actions.address({ view: "maps" }) }, "Back to the maps"),
            element(
                "button",
                {
                    type: "button",
                    id: "download",
                    onclick: () => download(study, state, metric, cells),
                },
                "Download these cells as CSV",
            ),
        ),
        element(
            "div",
            { class: "scroll", tabindex: "0", "aria-label": "Table of cells" },
            // Explicit roles, because the CSS layout removes those of the elements.
            element(
                "table",
                { role: "table", style },
                element(
                    "caption",
                    {},
                    `${counted(cells.length, "cell")}: medians with their ` +
                        `${percent(study.confidence)} intervals${relative}`,
                ),
                element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
                body,
            ),
        ),
    );
}

function tableRow(state, [first, ...others], cell, actions) {
    const link = element("a", { href: actions.address({ cell }) }, spaced(first));
    return element(
        "tr",
        { role: "row", "data-cell": cell, class: cell === state.cell ? "chosen" : null },
        element("td", { role: "cell" }, link),
        ...others.map((text) => element("td", { role: "cell" }, text)),
    );
}

function sortBy(head, column, body) {
    const ascending = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentNode.children) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const key = (row) => column.value(Number(row.dataset.cell));
    const order = (a, b) => {
        const [first, second] = [key(a), key(b)];
        // Missing values come last in both directions.
        if (Number.isNaN(first) || Number.isNaN(second))
            return Number.isNaN(first) - Number.isNaN(second);
        return (first < second ? -1 : first > second ? 1 : 0) * (ascending ? 1 : -1);
    };
    body.append(...[...body.children].sort(order));
}

/** @returns {string} the rows and columns of the table of cells that the view shows */
function csvText(study, metric, cells) {
    const own = [metric.count, metric.value, metric.low, metric.high];
    const others = new Set(
        study.metrics.flatMap((one) => [one.count, one.value, one.low, one.high]),
    );
    const always = new Set([
        "n_runs",
        "divergence_rate",
        "divergence_rate_low",
        "divergence_rate_high",
    ]);
    const columns = study.columns.filter(
        (name) => own.includes(name) || always.has(name) || !others.has(name),
    );
    const whole = new Set(study.whole);
    const field = (cell, column) => {
        const value = study.get(cell, column);
        if (typeof value === "string") return csvField(value);
        return whole.has(column) ? String(value) : csvFloat(value);
    };
    const rows = cells.map((cell) => columns.map((column) => field(cell, column)).join(","));
    return [columns.join(","), ...rows, ""].join("\n");
}

function download(study, state, metric, cells) {
    const url = URL.createObjectURL(
        new Blob([csvText(study, metric, cells)], { type: "text/csv" }),
    );
    const name = [study.study, ...VIEW_KEYS.map((key) => state[key]), metric.name].join("_");
    element("a", { href: url, download: `${name.replace(/[^\w.-]/g, "-")}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
}
