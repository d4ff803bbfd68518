// The page and its address: controls, summary of the view, drawing.

const TITLES = {
    grid: "Grid",
    batch: "Batch size",
    network: "Network",
    schedule: "Schedule",
    rule: "Rule",
};
const AXES = [
    ["alpha", "α"],
    ["eta", "η = (1−β)α"],
];
const VIEWS = [
    ["maps", "maps"],
    ["table", "table"],
];

/** A group of radio buttons in one line. */
function radios(key, title, choices, chosen, actions, prefix = "") {
    return element(
        "fieldset",
        { id: `${prefix}${key}` },
        element("legend", {}, title),
        element(
            "div",
            { class: "choice" },
            ...choices.map(([value, text]) =>
                element(
                    "label",
                    {},
                    element("input", {
                        type: "radio",
                        name: `${prefix}${key}`,
                        value,
                        checked: value === chosen,
                        onchange: () => actions.change({ [key]: value }),
                    }),
                    text,
                ),
            ),
        ),
    );
}

/** A drop-down list of [value, text] or [title of a group, its list]. */
function list(key, title, choices, chosen, actions) {
    const option = ([value, text]) =>
        element("option", { value, selected: value === chosen }, text);
    return element(
        "div",
        { class: "control" },
        element("label", { for: key }, title),
        element(
            "select",
            { id: key, onchange: (event) => actions.change({ [key]: event.target.value }) },
            ...choices.map(([value, text]) =>
                Array.isArray(text)
                    ? element("optgroup", { label: value }, ...text.map(option))
                    : option([value, text]),
            ),
        ),
    );
}

/** A field for a part of a name, which suggests names. */
function search(key, title, names, text, actions) {
    return element(
        "div",
        { class: "control" },
        element("label", { for: key }, title),
        element("input", {
            id: key,
            type: "text",
            list: `${key}-names`,
            autocomplete: "off",
            value: text,
            placeholder: "part of a name",
            onchange: (event) => actions.change({ [key]: event.target.value }),
        }),
        element(
            "datalist",
            { id: `${key}-names` },
            ...names.map((name) => element("option", { value: spaced(name) })),
        ),
    );
}

/** Controls of a view with too many data sets to show them all. */
function datasetControls(state, names, actions) {
    const nodes = [];
    if (names.length > MAPS || state.find)
        nodes.push(search("find", "Find data sets", names, state.find, actions));
    const { found } = state;
    if (found.length > MAPS) {
        const firsts = range(0, Math.ceil(found.length / MAPS) - 1).map((page) => page * MAPS);
        const choices = firsts.map((first) => {
            const last = Math.min(first + MAPS, found.length);
            const names = `${spaced(found[first])} … ${spaced(found[last - 1])}`;
            return [found[first], `${first + 1} to ${last}: ${names}`];
        });
        // The selected cell is not among them.
        const change = ({ from }) => actions.change({ from, cell: null });
        nodes.push(list("from", "Data sets", choices, state.from, { change }));
    }
    return nodes;
}

/** Controls of a state; a key with only one choice has no control. */
function drawControls(study, state, actions) {
    const focused = document.activeElement?.closest?.("#controls") && document.activeElement;
    const nodes = [];
    const keys = {};
    for (const key of VIEW_KEYS) {
        const choices = study.choices(key, keys);
        keys[key] = state[key];
        if (choices.length < 2) continue;
        const texts = choices.map((name) => [
            name,
            key === "batch" ? (name === "full" ? "full batch" : name) : spaced(name),
        ]);
        nodes.push(list(key, TITLES[key], texts, state[key], actions));
    }
    const cells = study.where(keys);
    nodes.push(...datasetControls(state, study.choices("dataset", {}, cells), actions));
    const rules = study.series.filter(
        (one) => one.rule !== "gd" && study.where({ rule: one.rule }, cells).length,
    );
    const labels = new Map(rules.map((one) => [one.rule, one.label]));
    if (labels.size > 1)
        nodes.push(
            list("rule", TITLES.rule, [["all", "all rules"], ...labels], state.rule, actions),
        );
    const groups = Map.groupBy(study.metrics, (metric) => metric.group);
    const metrics = [...groups].map(([group, own]) => [
        group,
        own.map((metric) => [metric.name, metric.label]),
    ]);
    nodes.push(
        list("metric", "Colour", metrics, state.metric, actions),
        radios("axis", "Columns", AXES, state.axis, actions),
        radios("view", "Display", VIEWS, state.view, actions),
    );
    byId("controls").replaceChildren(...nodes);
    if (focused) restoreFocus(focused);
}

/** Redrawing the controls must keep the keyboard focus. */
function restoreFocus(old) {
    const node = old.id
        ? byId(old.id)
        : document.querySelector(`#controls input[name="${old.name}"]:checked`);
    node?.focus();
}

/** @returns {string} a summary of the view in two sentences */
function summaryText(study, state, cells) {
    const metric = study.metric(state.metric);
    const [runs, diverged] = ["n_runs", "n_diverged"].map((column) =>
        cells.reduce((total, cell) => total + study.numbers[column][cell], 0),
    );
    const where = [
        `grid “${spaced(state.grid)}”`,
        batchName(state.batch),
        `network “${spaced(state.network)}”`,
        `${spaced(state.schedule)} schedule`,
    ];
    if (state.rule !== "all")
        where.push(`rule ${study.series.find((one) => one.rule === state.rule).label}`);
    const seen = state.view === "table" ? "Table" : "Maps";
    return [
        `${seen} of the ${metric.label} over β and ${state.axis === "eta" ? "η" : "α"}:`,
        `${where.join(", ")}; ${datasetsText(state)}.`,
        `${counted(cells.length, "cell")}, ${counted(runs, "run")},`,
        `of which ${{ 0: "none", [runs]: "all" }[diverged] ?? counted(diverged)} diverged.`,
    ].join(" ");
}

/** @returns {string} which data sets are shown */
function datasetsText({ find, found, datasets, from }) {
    const count = found.length === 1 ? "one data set" : `${found.length} data sets`;
    const first = found.indexOf(from) + 1;
    const part = `data sets ${first} to ${first + datasets.length - 1} of ${found.length}`;
    const text = datasets.length === found.length ? count : part;
    if (!find) return text;
    return isNamed(from, find) ? `${text} with “${find}”` : `${text}, none with “${find}”`;
}

/** @returns {string} the selected cell, for screen readers */
function chosenText(study, state) {
    if (state.cell === null) return "No cell is selected.";
    const metric = study.metric(state.metric);
    const dataset = spaced(study.get(state.cell, "dataset"));
    return `Selected: ${dataset}, ${cellText(study, state, metric, state.cell)}.`;
}

/** The page after its data are read. */
class Explorer {
    /** @param {Study} study */
    constructor(study) {
        this.study = study;
        this.numbers = numberParts(study);
        this.curves = curveParts(study);
        this.actions = {
            change: (wish) => this.go(wish),
            choose: (cell, reveal) => this.choose(cell, reveal),
            address: ({ cell, ...wish }) =>
                toHash(study, {
                    ...this.state,
                    ...wish,
                    cell: cell === undefined ? this.state.cell : cell,
                }),
        };
        this.state = settled(study, fromHash(location.hash));
        history.replaceState(null, "", toHash(study, this.state));
        addEventListener("popstate", () => this.show(settled(study, fromHash(location.hash))));
        addEventListener("keydown", (event) => {
            if (event.key === "Escape" && !event.defaultPrevented && this.state.cell !== null)
                this.actions.choose(null);
        });
        addEventListener("resize", () => {
            if (this.shown)
                requestAnimationFrame(() => drawDetails(study, this.shown, this.actions));
        });
        byId("theme").addEventListener("click", () => this.toggleTheme());
        byId("controls").addEventListener("submit", (event) => event.preventDefault());
        this.show(this.state);
    }

    /** Go to another view and add it to the history of the browser. */
    async go(wish) {
        const cell = cellKeys(this.study, this.state.cell);
        const state = settled(this.study, { ...this.state, cell, ...wish });
        const hash = toHash(this.study, state);
        if (hash !== location.hash) history.pushState(null, "", hash);
        await this.show(state);
    }

    /** Decode the data of a state and draw it, unless another state follows in the meantime. */
    async show(state) {
        this.state = state;
        delete document.documentElement.dataset.ready;
        try {
            await this.load(state);
            if (this.state !== state) return;
            this.draw(state);
            document.documentElement.dataset.ready = "true";
        } catch (error) {
            report(error);
        }
    }

    /** Decode the numbers of the cells of a state, and the curves of its selected cell. */
    async load(state) {
        const { study } = this;
        const { cell } = state;
        const cells = shownCells(study, state);
        await this.numbers.load(cell === null ? cells : [...cells, ...study.descent(cell)]);
        if (cell === null) return;
        await this.curves.load(comparedCells(study, cell).map((one) => one.cell));
    }

    /** Draw the differences between the displayed state and a new one. */
    draw(state) {
        const { study, actions } = this;
        const differs = (...keys) =>
            !this.shown || keys.some((key) => state[key] !== this.shown[key]);
        const cells = shownCells(study, state);
        document.documentElement.dataset.theme = state.theme;
        byId("theme").textContent = this.isDark() ? "Light theme" : "Dark theme";
        const redrawn = differs(...VIEW_KEYS, "find", "from", "rule", "metric", "axis", "view");
        const isTable = state.view === "table";
        if (redrawn) {
            drawControls(study, state, actions);
            for (const id of ["maps", "legend", "reading"]) byId(id).hidden = isTable;
            byId("table").hidden = !isTable;
            byId(isTable ? "maps" : "table").replaceChildren();
            if (!isTable) drawMaps(study, state, cells, actions);
        }
        if (isTable && (redrawn || differs("cell"))) drawTable(study, state, cells, actions);
        if (differs("cell")) markChosen(state.cell);
        if (redrawn || differs("cell", "curve")) drawDetails(study, state, actions);
        byId("summary").textContent = summaryText(study, state, cells);
        if (differs("cell")) byId("chosen").textContent = chosenText(study, state);
        this.shown = state;
    }

    /** Select a cell, or none; on a narrow screen scroll to its details below the maps. */
    async choose(cell, reveal = false) {
        await this.go({ cell: cellKeys(this.study, cell) });
        const details = byId("details");
        if (reveal && details.getBoundingClientRect().top > innerHeight - 100)
            details.scrollIntoView();
    }

    isDark() {
        const { theme } = this.state;
        return theme === "auto"
            ? matchMedia("(prefers-color-scheme: dark)").matches
            : theme === "dark";
    }

    /** A change of the theme adds nothing to the history of the browser. */
    toggleTheme() {
        const state = { ...this.state, theme: this.isDark() ? "light" : "dark" };
        history.replaceState(null, "", toHash(this.study, state));
        this.show(state);
    }
}

function report(error) {
    byId("failure").textContent = `The page cannot be drawn in this browser: ${error.message}`;
    byId("failure").hidden = false;
}

readStudy()
    .then((document) => new Explorer(new Study(document)))
    .catch(report);
