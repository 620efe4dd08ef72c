"use strict";

/**
 * Lets typedoc name pages by their own first heading, and show it once: the pages of the rooms are all files of the name README.
 * @param {any} app typedoc's application
 */
function load(app) {
  app.converter.on("createDocument", (/** @type {unknown} */ _, /** @type {any} */ document) => {
    const [first] = document.content;
    const [, heading, rest] = /^(?:\s*<!--.*?-->)*\s*# (.+)\n([^]*)$/.exec(first?.text ?? "") ?? [];
    if (heading === undefined) return;
    document.name = heading;
    document.content = [{ ...first, text: rest }, ...document.content.slice(1)];
  });
  app.converter.on("resolveEnd", (/** @type {any} */ context) => {
    const [first] = context.project.readme ?? [];
    if (first !== undefined) first.text = first.text.replace(/^\s*# .+\n/, "");
  });
}

module.exports = { load };
