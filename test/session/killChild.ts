import { openEventLog } from "../../src/session/eventLog";

// Writes one label after the other into the log that it is given, from a number on, and says each once it is on the disk.
const [file, start] = process.argv.slice(2);
const log = openEventLog(file);
const how = { blind: true, reason: "audit" };
for (let i = Number(start); ; i++) {
  const uuid = `label ${i}`;
  // What was on its way when the last one died is sent again.
  if (log.find(uuid) === undefined)
    log.append([
      {
        uuid,
        by: "ann",
        seq: log.events.length + 1,
        at: "",
        model: 0,
        action: {
          kind: "label",
          items: [`item ${i} ${"x".repeat((i * 37) % 300)}`],
          class: "c",
          how,
        },
      },
    ]);
  process.stdout.write(`${i}\n`);
}
