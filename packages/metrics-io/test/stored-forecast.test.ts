import { expect, it } from "vitest";
import { levelName } from "../src/stored-forecast.js";

it.each([
  [80, "80"],
  [0.8, "80"],
  [0.95, "95"],
  [97.5, "97.5"],
  [0.999, "99.9"],
])("the level %d is called %s", (level, name) => expect(levelName(level)).toBe(name));
