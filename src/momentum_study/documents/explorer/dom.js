// Creating elements. Text is always inserted as text, never as markup.

/**
 * @param {string} name of an HTML element
 * @param {Object<string, *>} properties attributes; `on…` are listeners, `style` contains properties
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
function element(name, properties = {}, ...children) {
    return furnished(document.createElement(name), properties, children);
}

/** The same for SVG. */
function drawing(name, properties = {}, ...children) {
    return furnished(
        document.createElementNS("http://www.w3.org/2000/svg", name),
        properties,
        children,
    );
}

function furnished(node, properties, children) {
    for (const [key, value] of Object.entries(properties)) {
        if (value === null || value === undefined || value === false) continue;
        if (key === "style") {
            for (const [name, text] of Object.entries(value)) node.style.setProperty(name, text);
        } else if (key.startsWith("on")) {
            node.addEventListener(key.slice(2), value);
        } else {
            node.setAttribute(key, value === true ? "" : value);
        }
    }
    node.append(...children);
    return node;
}

const byId = (id) => document.getElementById(id);
