import { defineCommand } from "citty";
import { stringify } from "yaml";
import { configFrom, listenFlags, settingsFlags } from "../settings-flags.js";

const check = defineCommand({
  meta: { name: "check", description: "Check all settings and print what is in force" },
  args: { ...listenFlags, ...settingsFlags },
  run({ args }) {
    const { intervals, training, ...rest } = configFrom(args);
    const seconds = (millis: number) => `${millis / 1000}s`;
    process.stdout.write(
      stringify({
        ...rest,
        intervals: {
          collect: seconds(intervals.collect),
          infer: seconds(intervals.infer),
          train: seconds(intervals.train),
        },
        training: { history: seconds(training.history) },
      }),
    );
  },
});

export default defineCommand({
  meta: { name: "config", description: "Settings" },
  subCommands: { check },
});
