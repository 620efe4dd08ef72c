"use strict";

/**
 * Stands for the package "request", which nobody keeps any more, inside the danfojs that the package of fewscope carries.
 * @returns {never}
 */
function noRequest() {
  throw new Error(
    "The danfojs inside fewscope does not read from addresses: fetch the file first, and read it from the disk.",
  );
}

module.exports = Object.assign(noRequest, { get: noRequest, defaults: () => noRequest });
