"use strict";
// Run by webGpu.js in a process of its own, with the path of Dawn: tells which GPUs there are as JSON.
const preferred = { powerPreference: "high-performance" };

/** @type {{ create(words: readonly string[]): { requestAdapter(wanted: object): Promise<{ info: { device: string, description: string } } | null> } }} */
const dawn = require(String(process.argv[2]));

/** The same letters and digits. @param {string} a @param {string} b @returns {boolean} */
const alike = (a, b) => plain(a) === plain(b);
/** @param {string} name @returns {string} */
const plain = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "");

async function main() {
  const names = await listed();
  const wanted = process.env.FEWSCOPE_GPU ?? "";
  const facts = { names };
  try {
    const gpus = dawn.create(wanted === "" ? [] : [`adapter=${wanted}`]);
    const adapter = await gpus.requestAdapter(preferred);
    if (adapter === null) return facts;
    const { device, description } = adapter.info;
    const own = names.find((name) => alike(name, device));
    return { ...facts, used: own ?? (names.length === 1 ? names[0] : description || device) };
  } catch {
    return { ...facts, reason: `there is none that FEWSCOPE_GPU "${wanted}" names` };
  }
}

/** Dawn lists what there is where one is asked for that cannot be. @returns {Promise<string[]>} */
async function listed() {
  try {
    await dawn.create(["adapter=\n"]).requestAdapter(preferred);
    return [];
  } catch (error) {
    return Array.from(String(error).matchAll(/name: '(.*)'$/gm), ([, name]) => name ?? "");
  }
}

void main().then((facts) => console.log(JSON.stringify(facts)));
