// The selected cell: its settings, learning curves with those of plain gradient descent, numbers.

/**
 * Draw the panel of the selected cell.
 * @param {Study} study
 * @param {State} state
 * @param {{change: function(Object): void, choose: function(?number): void}} actions
 */
function drawDetails(study, state, actions) {
    const { cell } = state;
    if (cell === null) {
        byId("details").replaceChildren(
            element("h2", {}, "Learning curves"),
            element(
                "p",
                { class: "hint" },
                "Select a cell of a map with the mouse, or with Tab, arrow keys and Enter, to see " +
                    "its learning curves and numbers.",
            ),
        );
        return;
    }
    const compared = comparedCells(study, cell);
    const own = `${seriesName(study.seriesOfCell(cell))}, α = ${study.rateText(cell)}`;
    const title = `${spaced(study.get(cell, "dataset"))}: ${own}`;
    byId("details").replaceChildren(
        element(
            "div",
            { class: "head" },
            element("h2", {}, title),
            element(
                "button",
                { type: "button", class: "quiet back", onclick: () => focusCell(cell) },
                "Back to map",
            ),
            element(
                "button",
                {
                    type: "button",
                    class: "quiet",
                    onclick: () => actions.choose(null),
                    "aria-label": "Clear the selection",
                },
                "✕",
            ),
        ),
        ...factsNodes(study, state, cell),
        element(
            "div",
            { class: "parts" },
            element("div", {}, ...curvesNodes(study, state, compared, title, actions)),
            element("div", {}, ...numbersNodes(study, compared)),
        ),
    );
}

/** Move the focus to a cell of a map. */
function focusCell(cell) {
    document.querySelector(`main [data-cell="${cell}"]`)?.focus();
}

function factsNodes(study, state, cell) {
    const { n_runs, n_diverged, divergence_rate_low, divergence_rate_high, steps } = study.numbers;
    const [low, high] = [divergence_rate_low[cell], divergence_rate_high[cell]].map(percent);
    const facts = [
        `η = ${study.rateText(cell, "eta")}`,
        batchName(state.batch),
        counted(steps[cell], "update"),
        `network “${spaced(state.network)}”`,
        `${spaced(state.schedule)} schedule`,
    ];
    const noise = study.get(cell, "gradient_noise");
    if (noise > 0) facts.push(`gradient noise ${shown(noise)}`);
    return [
        element("p", { class: "facts" }, `${facts.join(", ")}.`),
        element(
            "p",
            { class: "runs" },
            `${n_diverged[cell]} of ${counted(n_runs[cell], "run")} diverged ` +
                `(${percent(study.confidence)} interval of the rate: ${low} to ${high}).`,
        ),
        ...limitNodes(study, state, cell),
    ];
}

/** The position of the cell relative to the stability line. */
function limitNodes(study, state, cell) {
    const panel = {
        dataset: study.get(cell, "dataset"),
        rows: [{ series: study.seriesOfCell(cell) }],
    };
    const line = stabilityLine(study, { ...state, axis: "alpha" }, panel)?.[0];
    if (!line) return [];
    const alpha = study.get(cell, "alpha");
    const side = alpha > line.median ? "beyond" : "before";
    const where = `which crosses its row at α = ${shown(line.median)}`;
    return [element("p", { class: "facts" }, `The cell is ${side} the stability line, ${where}.`)];
}

/** The numbers of the compared cells: those of the table of cells, rounded. */
function numbersNodes(study, compared) {
    const level = percent(study.confidence);
    const runs = counted(study.numbers.n_runs[compared[0].cell], "run");
    const cellOf = (cell, metric) => {
        const [value, low, high] = [metric.value, metric.low, metric.high].map((column) =>
            study.value(cell, metric, column),
        );
        const count = study.numbers[metric.count][cell];
        const interval = Number.isNaN(value) ? "" : `${shown(low)} to ${shown(high)}`;
        const part = count < study.numbers.n_runs[cell] ? ` (${counted(count, "run")})` : "";
        return element("td", {}, shown(value, 4), element("small", {}, interval + part));
    };
    // Names are above their numbers, because three columns need the full width.
    const groups = study.metrics.map((metric) =>
        element(
            "tbody",
            { "data-metric": metric.name },
            element(
                "tr",
                {},
                element("th", { colspan: compared.length, scope: "rowgroup" }, metric.label),
            ),
            element("tr", {}, ...compared.map((one) => cellOf(one.cell, metric))),
        ),
    );
    return [
        element("h3", {}, "Numbers"),
        element(
            "div",
            { class: "scroll", tabindex: "0" },
            element(
                "table",
                { class: "numbers" },
                element(
                    "caption",
                    {},
                    `Medians over ${runs} with their ${level} intervals; losses divided by that of ` +
                        "the best constant",
                ),
                element(
                    "thead",
                    {},
                    element(
                        "tr",
                        {},
                        ...compared.map((one) => element("th", { scope: "col" }, one.name)),
                    ),
                ),
                ...groups,
            ),
        ),
    ];
}
