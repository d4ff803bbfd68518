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
 * @property {string} theme "auto", "light" or "dark"
 */

const FIXED_CHOICES = {
    axis: ["alpha", "eta"],
    view: ["maps", "table"],
    curve: ["train_loss", "test_loss"],
    theme: ["auto", "light", "dark"],
};
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
    const cells = study.where(keys);
    const rules = new Set(cells.map((cell) => study.get(cell, "rule")));
    state.rule = rules.has(wish.rule) && wish.rule !== "gd" ? wish.rule : "all";
    const metrics = study.metrics.map((metric) => metric.name);
    state.metric = metrics.includes(wish.metric) ? wish.metric : metrics[0];
    for (const [key, choices] of Object.entries(FIXED_CHOICES)) {
        state[key] = choices.includes(wish[key]) ? wish[key] : choices[0];
    }
    if (wish.cell) {
        const [dataset, rule, beta, rate] = wish.cell;
        const wanted = { dataset, rule, beta: Number(beta), learning_rate: Number(rate) };
        state.cell = study.where(wanted, shownCells(study, state, cells))[0] ?? null;
    }
    return state;
}

/** Cells that a state shows: plain gradient descent is shown with every rule. */
function shownCells(study, state, among = study.cells) {
    const keys = Object.fromEntries(VIEW_KEYS.map((key) => [key, state[key]]));
    const cells = study.where(keys, among);
    if (state.rule === "all") return cells;
    return cells.filter((cell) => ["gd", state.rule].includes(study.get(cell, "rule")));
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
    for (const part of cellKeys(study, state.cell) ?? []) words.append("cell", part);
    return `#${words}`;
}

/** @returns {Object} the wish in an address */
function fromHash(hash) {
    const words = new URLSearchParams(hash.slice(1));
    const cell = words.getAll("cell");
    return { ...Object.fromEntries(words), cell: cell.length === CELL_PARTS.length ? cell : null };
}
