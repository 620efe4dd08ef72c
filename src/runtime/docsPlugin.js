"use strict";

/**
 * Lets typedoc name pages by their own first heading, since those of the rooms are all files of the name README, and shows that of the first page once.
 * @param {any} app typedoc's application
 */
function load(app) {
  app.converter.on("createDocument", (/** @type {unknown} */ _, /** @type {any} */ document) => {
    const [first] = document.content;
    const [, heading] = /^\s*# (.+)\n/.exec(first?.text ?? "") ?? [];
    if (heading !== undefined) document.name = heading;
  });
  app.converter.on("resolveEnd", (/** @type {any} */ context) => {
    const [first] = context.project.readme ?? [];
    if (first !== undefined) first.text = first.text.replace(/^\s*# .+\n/, "");
  });
}

module.exports = { load };
