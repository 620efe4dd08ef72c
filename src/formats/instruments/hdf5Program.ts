/**
 * What runs beside the main program to read and write HDF5, as text, since it is no module of ours. A damaged file can make
 * the library stop for good or go on without end; here it can be ended, and nothing else is. It says nothing on the terminal.
 * Where it is asked to throw at an error, which it does in the middle of its work, it must not be used again: the answer says
 * so by "spoilt". Elsewhere it goes on by itself.
 *
 * The first of its kind compiles the library and hands that on, so that one that is started after it, because a file has spoilt
 * the last, need not.
 *
 * It counts in "beat" what it asks the library for, and puts beside it how many bytes that unpacks, so that one call without
 * end is told from many and from a long one. Asked for { read, budget }
 * it answers with a tree of groups and values, as far as the budget of bytes reaches; asked for
 * { write, tree } it writes the tree.
 */
export const hdf5Program = `
const { parentPort, workerData } = require("node:worker_threads");
for (const name of ["error", "warn", "log"]) console[name] = () => undefined;
const fs = require("node:fs");
const writeSync = fs.writeSync;
fs.writeSync = (where, bytes, from, length, ...rest) =>
  where === 1 || where === 2 ? (length ?? bytes.length) : writeSync(where, bytes, from, length, ...rest);
let module, spoilt = false;
const ownMemory = 32e6, mostNodes = 20000, deepest = 16, mostText = 1e6;
const count = (shape) => (shape || []).reduce((product, size) => product * size, 1);
const beat = new Int32Array(workerData.beat);
let { compiled } = workerData;
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (bytes, imports) => {
  compiled ??= await WebAssembly.compile(bytes);
  const instance = await instantiate(compiled, imports);
  bound(instance.exports.memory);
  return { module: compiled, instance };
};

/** Sizes in a damaged file may be anything; what the library cannot have it goes without, and says so. */
let most = Infinity;
function bound(own) {
  const grow = own.grow.bind(own);
  own.grow = (pages) => {
    if (own.buffer.byteLength + 65536 * pages > most) throw new RangeError("beyond what the file justifies");
    return grow(pages);
  };
}
const library = import(workerData.library).then(async (h5) => {
  module = await h5.ready;
  parentPort.postMessage({ compiled });
  return h5;
});

function tick(bytes = 0) {
  Atomics.store(beat, 1, Math.min(bytes, 2e9));
  Atomics.add(beat, 0, 1);
}

/** What the library cannot read must not come as whatever was in memory. */
function strictly(use, bytes = 0) {
  tick(bytes);
  module.activate_throwing_error_handler();
  try {
    return use();
  } catch (error) {
    spoilt = true;
    throw error;
  } finally {
    if (!spoilt) module.deactivate_throwing_error_handler();
  }
}

function plain(value) {
  if (typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  return ArrayBuffer.isView(value) ? Array.from(value, Number) : undefined;
}

function attributes(of) {
  const found = {};
  const attrs = strictly(() => of.attrs);
  for (const name of Object.keys(attrs).slice(0, 200)) {
    const { shape, metadata } = attrs[name];
    if (count(shape) * (metadata.size || 1) <= mostText)
      found[name] = plain(strictly(() => attrs[name].value));
  }
  return found;
}

/** Where a group lies in its file, whatever its names; of one that cannot be opened, anything. */
function placeOf(group) {
  tick();
  return String(group.create_reference().ref_data);
}

function read(h5, { read: file, budget }) {
  tick();
  // Packed values, and what comes of them, beside what the library takes for itself.
  most = ownMemory + 2 * budget;
  const opened = new h5.File(file, "r");
  // Each takes a name and a place at least.
  let nodes = Math.min(mostNodes, fs.statSync(file).size / 8);
  const buffers = [];
  const visit = (group, above) => {
    const children = {};
    if (above.length > deepest) return { attributes: {}, children };
    const path = [...above, placeOf(group)];
    for (const name of group.keys()) {
      if (--nodes < 0) break;
      tick();
      const item = group.get(name);
      // A group may hold itself, by way of others too.
      if (item && item.type === "Group") {
        if (!path.includes(placeOf(item))) children[name] = visit(item, path);
      } else if (item && item.type === "Dataset") children[name] = values(item);
    }
    return { attributes: attributes(group), children };
  };
  const values = (item) => {
    const { shape, metadata } = strictly(() => ({ shape: item.shape, metadata: item.metadata }));
    const result = { attributes: attributes(item), shape: shape || [] };
    const bytes = count(shape) * Math.max(8, metadata.size || 8);
    if (!(bytes <= budget)) return { ...result, tooLarge: true };
    const value = strictly(() => item.value, bytes);
    if (ArrayBuffer.isView(value) || typeof value === "number" || typeof value === "bigint") {
      budget -= bytes;
      const list = ArrayBuffer.isView(value) ? value : [value];
      const numbers = list instanceof Float64Array ? list : Float64Array.from(list, Number);
      const own = numbers.slice();
      buffers.push(own.buffer);
      return { ...result, numbers: own };
    }
    budget -= bytes;
    return { ...result, text: plain(value) };
  };
  try {
    return [visit(opened, []), buffers];
  } finally {
    if (!spoilt) opened.close();
  }
}

function write(h5, { write: file, tree }) {
  most = Infinity;
  const opened = new h5.File(file, "w");
  const put = (group, node) => {
    for (const [name, value] of Object.entries(node.attributes || {})) group.create_attribute(name, value);
    for (const [name, child] of Object.entries(node.children || {})) {
      if (child.children) put(group.create_group(name), child);
      else {
        const set = child.numbers
          ? { name, data: child.numbers, shape: child.shape, ...(child.packed ? { chunks: child.packed, compression: 4 } : {}) }
          : { name, data: child.text };
        const made = group.create_dataset(set) || group.get(name);
        for (const [key, value] of Object.entries(child.attributes || {})) made.create_attribute(key, value);
      }
    }
  };
  try {
    put(opened, tree);
    opened.flush();
  } finally {
    opened.close();
  }
  return [{}, []];
}

parentPort.on("message", async (task) => {
  try {
    const h5 = await library;
    const [answer, buffers] = task.read === undefined ? write(h5, task) : read(h5, task);
    parentPort.postMessage({ answer }, buffers);
  } catch (error) {
    const fatal = spoilt || error instanceof WebAssembly.RuntimeError;
    const lines = String(error && error.message).split("\\n").filter((line) => line.includes("#"));
    const reason = (lines.at(-1) || String(error && error.message).split("\\n")[0]).replace(/^.*\\(\\): /, "");
    parentPort.postMessage({ refused: reason.slice(0, 200), fatal });
  }
});
`;
