// The cells that a selected cell is compared with, and their learning curves.

/**
 * The cell, plain gradient descent at its α, and tuned; two of them may be the same.
 * @returns {{cell: number, name: string, text: string, look: string}[]}
 */
function comparedCells(study, cell) {
    const own = seriesName(study.seriesOfCell(cell));
    const compared = [
        {
            cell,
            name: "this cell",
            text: `${own}, α = ${study.rateText(cell)}`,
            look: "",
        },
    ];
    const pool = study.descent(cell);
    if (!pool.length) {
        compared[0].text += "; there is no plain gradient descent on this problem to compare it with";
        return compared;
    }
    const alpha = study.get(cell, "alpha");
    const same = study.nearest(pool, alpha);
    const tuned = study.best(pool, study.metric("train_loss_final"));
    const elsewhere = borrowed(study, cell, pool[0]);
    const isSame = study.get(same, "alpha") === alpha;
    const rate = (other) => `α = ${study.rateText(other)}`;
    const tunedText =
        tuned === null
            ? ""
            : `tuned, ${rate(tuned)}: the α with the lowest median final training loss`;
    if (tuned === cell)
        compared[0].text += "; it is tuned: its α has the lowest median final training loss";
    if (same !== cell) {
        const how = isSame
            ? "at the same α"
            : `at the nearest α of its grid, ${study.rateText(same)}`;
        const also = same === tuned ? `; it is also ${tunedText}` : "";
        compared.push({
            cell: same,
            name: same === tuned ? "descent" : isSame ? "same α" : "nearest α",
            text: `plain gradient descent ${how}${also}${elsewhere}`,
            look: "dashed",
        });
    }
    if (tuned !== null && tuned !== cell && tuned !== same) {
        compared.push({
            cell: tuned,
            name: "tuned",
            text: `plain gradient descent ${tunedText}${elsewhere}`,
            look: "dotted",
        });
    }
    return compared;
}

/** The source of plain gradient descent, if it differs from the grid and schedule of the cell. */
function borrowed(study, cell, other) {
    const parts = [];
    const [grid, schedule] = ["grid", "schedule"].map((key) => study.get(other, key));
    if (grid !== study.get(cell, "grid")) parts.push(`of grid “${grid}”`);
    if (schedule !== study.get(cell, "schedule"))
        parts.push(`with a ${spaced(schedule)} schedule`);
    return parts.length ? ` (${parts.join(", ")})` : "";
}

const CURVE_NAMES = { train_loss: "training loss", test_loss: "test loss" };

function curvesNodes(study, state, compared, title, actions) {
    const series = compared.map((one) => ({
        ...one,
        color: study.seriesOfCell(one.cell).color,
        curve: curveOf(study.curves, one.cell, state.curve),
    }));
    const what = CURVE_NAMES[state.curve];
    const label = [`Learning curves, ${title}.`, ...series.map(curveSentence)].join(" ");
    const table = element("details", {}, element("summary", {}, "These curves as a table"));
    table.addEventListener("toggle", () => {
        if (table.open && table.children.length === 1) table.append(curvesTable(series));
    });
    return [
        element("h3", {}, `Median ${what} / loss of the best constant`),
        radios("curve", "Curves", Object.entries(CURVE_NAMES), state.curve, actions, "details-"),
        element("div", { class: "chart" }, curvesChart(series, chartWidth(), study.floor, label)),
        element(
            "ul",
            { class: "series" },
            ...series.map((one) =>
                element(
                    "li",
                    {},
                    lineSample(one),
                    element("span", {}, `${one.text}. ${ending(study, one)}`),
                ),
            ),
        ),
        element(
            "p",
            { class: "facts" },
            "Shaded: between the quartiles of the runs. A run counts as infinite after it diverges. " +
                (series.some(({ curve }) => openEnd(curve))
                    ? "Dashed line on the upper edge: the upper quartile is infinite. "
                    : "") +
                "Dotted line: the best constant. " +
                `Losses are clipped to the range ${shown(study.floor)} to ${CHART_TOP}.`,
        ),
        table,
    ];
}

/** The available width, so that the text of the chart has its normal size. */
function chartWidth() {
    const { clientWidth } = byId("details");
    const room = clientWidth > 640 ? clientWidth / 2 - 20 : clientWidth - 26;
    return Math.max(260, Math.min(room, 460));
}

function curveSentence({ name, curve }) {
    const last = lastFinite(curve.median);
    if (last < 0) return `${name}: no median.`;
    const [first, final] = [curve.median[0], curve.median[last]].map((value) => shown(value, 2));
    return `${name}: from ${first} to ${final} at update ${counted(curve.steps[last])}.`;
}

/** The outcome of the runs, if not all were completed. */
function ending(study, { cell, curve }) {
    const gone = curve.median.findIndex((value) => !Number.isFinite(value));
    if (gone >= 0) {
        const step = counted(curve.steps[gone]);
        return `Cross: by update ${step} at least half of its runs have diverged.`;
    }
    const diverged = curve.diverged.at(-1);
    const runs = counted(study.numbers.n_runs[cell], "run");
    return diverged ? `${diverged} of its ${runs} diverged.` : "";
}

/** About twelve evaluations of the curves, to the two digits that are stored. */
function curvesTable(series) {
    const { steps } = series[0].curve;
    const every = Math.max(1, Math.round((steps.length - 1) / 12));
    const rows = steps.map((_, i) => i).filter((i) => i % every === 0 || i === steps.length - 1);
    const cellOf = ({ curve }, step) => {
        const i = curve.steps.indexOf(step);
        if (i < 0) return element("td", {}, "–");
        const quartiles = `${shown(curve.low[i], 2)} to ${shown(curve.high[i], 2)}`;
        return element("td", {}, shown(curve.median[i], 2), element("small", {}, quartiles));
    };
    return element(
        "div",
        { class: "scroll", tabindex: "0" },
        element(
            "table",
            {},
            element("caption", {}, "Medians and quartiles, to two digits"),
            element(
                "thead",
                {},
                element(
                    "tr",
                    {},
                    ...["update", ...series.map((one) => one.name)].map((name) =>
                        element("th", { scope: "col" }, name),
                    ),
                ),
            ),
            element(
                "tbody",
                {},
                ...rows.map((i) =>
                    element(
                        "tr",
                        {},
                        element("th", { scope: "row" }, counted(steps[i])),
                        ...series.map((one) => cellOf(one, steps[i])),
                    ),
                ),
            ),
        ),
    );
}
