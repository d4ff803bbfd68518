// The key of the maps: colours, hatches and marks, and how to read them.

/** Ticks with labels, at positions in [0, 1]. */
const ticksNode = (ticks) =>
    element(
        "div",
        { class: "ticks", "aria-hidden": "true" },
        ...ticks.map(({ at, label }) =>
            element("span", { style: { left: `${100 * at}%` } }, label),
        ),
    );

/** Redraw the key with the entries that occur in the view. */
function drawLegend(study, state, metric, scale, cells, log, hasLine) {
    const swatch = (classes, text, color) =>
        element(
            "li",
            {},
            element(
                "span",
                { class: "swatch", "aria-hidden": "true" },
                element("span", {
                    class: `cell ${classes}`,
                    style: color ? { "--fill": color } : {},
                }),
            ),
            text,
        );
    const looks = new Set(cells.flatMap((cell) => cellLook(study, metric, scale, cell).classes));
    const middle = scale.palette[Math.round(scale.palette.length * 0.35)];
    const values = cells.map((cell) => study.value(cell, metric));
    const items = [];
    if (
        metric.kind === "relative" &&
        values.some((value) => value >= 1 && Number.isFinite(value))
    ) {
        items.push(swatch("pale", "1 or more: no better than a constant", study.no_better));
    }
    if (looks.has("some")) items.push(swatch("some", "some runs diverged", middle));
    const isRate = metric.kind === "rate"; // which has a colour for diverged cells too
    const gone = isRate ? "" : " gone";
    if (looks.has("half"))
        items.push(swatch(`half${gone}`, "half or more diverged", isRate && scale.color(0.7)));
    if (looks.has("all"))
        items.push(swatch(`all${gone}`, "all runs diverged", isRate && scale.color(1)));
    if (looks.has("missed")) items.push(swatch("missed", "target missed by half or more"));
    if (looks.has("empty")) items.push(swatch("empty", "no value"));
    if (study.best(cells, metric) !== null) {
        items.push(swatch("best", "best cell of the map", middle));
        items.push(swatch("best-of-row", "best rate for its β", middle));
    }
    if (hasLine) {
        const line = element(
            "span",
            { class: "swatch", "aria-hidden": "true" },
            element("span", { class: "stable" }),
        );
        items.push(element("li", {}, line, "stability line (theory)"));
    }
    const gradient = `linear-gradient(to right, ${scale.palette.join(",")})`;
    const ends = [
        scale.below && "below",
        scale.above && metric.kind !== "relative" && "above",
    ].filter(Boolean);
    byId("legend").replaceChildren(
        element(
            "div",
            { class: "scale" },
            element(
                "div",
                {},
                metric.kind === "relative"
                    ? `${metric.label} / loss of the best constant`
                    : metric.label,
            ),
            element("div", { class: "bar", style: { background: gradient } }),
            ticksNode(scale.ticks),
        ),
        element("ul", { class: "swatches" }, ...items),
    );
    byId("reading").textContent = readingText(study, state, metric, cells, log, ends, hasLine);
}

/** How to read the maps of a view. */
function readingText(study, state, metric, cells, log, ends, hasLine) {
    const rate =
        state.axis === "eta"
            ? "η = (1−β)α, the rate of the heavy-ball form"
            : "α, the effective learning rate";
    const hasDescent = cells.some((cell) => study.get(cell, "rule") === "gd");
    const sentences = [
        `Columns: ${rate}, on a ${log ? "log" : "linear"} scale.`,
        `Rows: β${hasDescent ? "; the separate lowest row is plain gradient descent" : ""}.`,
    ];
    if (metric.better !== "none") {
        const floor =
            metric.kind === "relative" ? `; losses below ${shown(study.floor)} count as equal` : "";
        const last = hasDescent ? ", then plain gradient descent" : "";
        sentences.push(
            `Of equal values the one with the smallest α, then β${last}, is the best${floor}.`,
        );
    }
    if (ends.length)
        sentences.push(`Values ${ends.join(" and ")} the scale have the colour of its end.`);
    if (hasLine) {
        sentences.push(
            "Stability line: beyond it, a quadratic with the curvature of the training loss before the " +
                "first update diverges; median and, shaded, range over replicates.",
        );
    }
    return sentences.join(" ");
}
