import assert from "node:assert/strict";
import { isHeight, mainChannel, type Channel } from "../../src/core";

const channel = (
  name: string,
  unit: string,
  direction: Channel["direction"] = "forward",
  value = 1,
): Channel => ({ name, unit, direction, data: Float64Array.of(value, value) });

const chosen = (...channels: Channel[]): string => {
  const { name, direction } = mainChannel({ channels });
  return `${name} ${direction}`;
};

describe("the channel that stands for a scan", () => {
  it("asks no channel for its values that it can do without", () => {
    const asked: string[] = [];
    const lazy = (direction: Channel["direction"], value = 1): Channel => ({
      name: "Z",
      unit: "m",
      direction,
      get data() {
        asked.push(direction);
        return Float64Array.of(value);
      },
    });
    mainChannel({ channels: [channel("I", "A"), lazy("backward"), lazy("forward")] });
    assert.deepEqual(asked, ["forward"]);
    mainChannel({ channels: [lazy("forward", NaN), lazy("backward"), lazy("backward")] });
    assert.deepEqual(asked, ["forward", "forward", "backward"]);
  });

  it("holds heights before all else, forward before backward", () => {
    assert.equal(chosen(channel("Current", "A"), channel("Z", "m")), "Z forward");
    assert.equal(chosen(channel("Z", "m", "backward"), channel("Z", "m")), "Z forward");
    assert.equal(chosen(channel("I", "A"), channel("Z", "m", "backward")), "Z backward");
    assert.equal(
      chosen(channel("drift", "m"), channel("Height Sensor", "m")),
      "Height Sensor forward",
    );
  });

  it("is no other length, such as an amplitude, and no mask", () => {
    assert.equal(chosen(channel("Amplitude", "m"), channel("Height", "m")), "Height forward");
    assert.equal(chosen(channel("Current", "A"), channel("Amplitude", "m")), "Current forward");
    assert.equal(chosen(channel("Z mask", ""), channel("data", "")), "data forward");
    assert.equal(isHeight({ name: "Deflection", unit: "m" }), false);
    assert.equal(isHeight({ name: "Z", unit: "V" }), false);
  });

  it("was measured, where another was not", () => {
    const unmeasured = channel("Z", "m", "forward", NaN);
    assert.equal(chosen(unmeasured, channel("Current", "A")), "Current forward");
    assert.equal(chosen(unmeasured, channel("Z", "m", "backward")), "Z backward");
    assert.equal(chosen(unmeasured), "Z forward");
  });
});
