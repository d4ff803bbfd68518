// The state of the page and its form in the address, so that a view can be saved and shared.

/**
 * @typedef {Object} State
 * @property {string} grid
 * @property {string} batch
 * @property {string} network
 * @property {string} schedule
 * @property {string} rule one of the grid's, or "all"
 * @property {string} metric
 * @property {string} axis "alpha" or "eta"
 * @property {string} view "maps" or "table"
 * @property {string} curve "train_loss" or "test_loss"
 * @property {?number} cell
 * @property {string} find part of the names of the data sets to show
 * @property {string} from the first data set shown
 * @property {string[]} found names of the data sets of the view that contain `find`; all of them
 *   if none does
 * @property {string[]} datasets those of `found` that are shown
 * @property {string} theme "auto", "light" or "dark"
 */

const FIXED_CHOICES = {
    axis: ["alpha", "eta"],
    view: ["maps", "table"],
    curve: ["train_loss", "test_loss"],
    theme: ["auto", "light", "dark"],
};
/** Largest number of data sets shown at once; drawing more takes too long. */
const MAPS = 24;
const CELL_PARTS = ["dataset", "rule", "beta", "learning_rate"];

/**
 * Complete a wish: a value that the study does not have is replaced by the first valid one.
 * @param {Study} study
 * @param {Object<string, string>} wish any part of a state
 * @returns {State}
 */
function settled(study, wish) {
    const state = { cell: null };
    const keys = {};
    for (const key of VIEW_KEYS) {
        const choices = study.choices(key, keys);
        const usual = { grid: "momentum", batch: "full", schedule: "constant" }[key];
        const found = [wish[key], usual].find((name) => choices.includes(name));
        keys[key] = state[key] = found ?? choices[0];
    }
    const rules = new Set(study.where(keys).map((cell) => study.get(cell, "rule")));
    state.rule = rules.has(wish.rule) && wish.rule !== "gd" ? wish.rule : "all";
    const metrics = study.metrics.map((metric) => metric.name);
    state.metric = metrics.includes(wish.metric) ? wish.metric : metrics[0];
    for (const [key, choices] of Object.entries(FIXED_CHOICES)) {
        state[key] = choices.includes(wish[key]) ? wish[key] : choices[0];
    }
    state.find = (wish.find ?? "").trim();
    const datasets = study.choices("dataset", {}, viewCells(study, state));
    const named = datasets.filter((name) => isNamed(name, state.find));
    state.found = named.length ? named : datasets;
    state.datasets = state.found;
    let { from } = wish;
    if (wish.cell) {
        const [dataset, rule, beta, rate] = wish.cell;
        const wanted = { dataset, rule, beta: Number(beta), learning_rate: Number(rate) };
        state.cell = study.where(wanted, shownCells(study, state))[0] ?? null;
        if (state.cell !== null) from = dataset;
    }
    const place = Math.max(0, state.found.indexOf(from));
    const first = place - (place % MAPS);
    state.from = state.found[first];
    state.datasets = state.found.slice(first, first + MAPS);
    return state;
}

/** Whether a name contains a text, in capital or small letters, with spaces or underscores. */
const isNamed = (name, text) =>
    spaced(name).toLowerCase().includes(spaced(text).toLowerCase());

/** Cells of all data sets of a state: plain gradient descent is shown with every rule. */
function viewCells(study, state) {
    const cells = study.where(Object.fromEntries(VIEW_KEYS.map((key) => [key, state[key]])));
    if (state.rule === "all") return cells;
    return cells.filter((cell) => ["gd", state.rule].includes(study.get(cell, "rule")));
}

/** Cells that a state shows. */
function shownCells(study, state) {
    const datasets = new Set(state.datasets);
    return viewCells(study, state).filter((cell) => datasets.has(study.get(cell, "dataset")));
}

/** @returns {?string[]} the parts of a cell in the address */
const cellKeys = (study, cell) =>
    cell === null ? null : CELL_PARTS.map((key) => String(study.get(cell, key)));

/** @returns {string} the address of a state, from # on */
function toHash(study, state) {
    const words = new URLSearchParams();
    for (const key of [...VIEW_KEYS, "rule", "metric", "axis", "view", "curve", "theme"]) {
        words.set(key, state[key]);
    }
    if (state.find) words.set("find", state.find);
    if (state.from !== state.found[0]) words.set("from", state.from);
    for (const part of cellKeys(study, state.cell) ?? []) words.append("cell", part);
    return `#${words}`;
}

/** @returns {Object} the wish in an address */
function fromHash(hash) {
    const words = new URLSearchParams(hash.slice(1));
    const cell = words.getAll("cell");
    return { ...Object.fromEntries(words), cell: cell.length === CELL_PARTS.length ? cell : null };
}
