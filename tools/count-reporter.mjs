/**
 * Vitest reporter that names what was skipped, what failed, and what passed at a second try only; its one line,
 * `12 passed, 0 failed, 3 skipped`, comes after everything else, so that a script can count the tests. A file that does not
 * load and an error outside any test count as failed: neither may pass unseen.
 */
export default class CountReporter {
  #picked = false;

  /** @param {import("vitest/node").Vitest} vitest */
  onInit(vitest) {
    this.#picked = vitest.config.testNamePattern !== undefined;
  }

  /**
   * @param {readonly import("vitest/node").TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    /** @type {string[]} */
    const lines = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        counts[state]++;
        const name = `${module.relativeModuleId} > ${test.fullName}: ${firstLine(errors)}`;
        if (state === "failed") lines.push(`failed: ${name}`);
        else if (test.diagnostic()?.flaky) lines.push(`second try: ${name}`);
      }
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      // Tests left out by `-t` were left out on purpose.
      if (!this.#picked) for (const name of skipped(module.children)) lines.push(`skipped: ${name}`);
    }
    const notRun = counts.skipped + counts.pending;
    lines.push(`${counts.passed} passed, ${counts.failed} failed${notRun > 0 ? `, ${notRun} skipped` : ""}`);
    process.on("exit", () => console.log(lines.join("\n")));
  }
}

/** @param {readonly { message: string }[] | undefined} errors */
function firstLine(errors) {
  return errors?.[0]?.message.split("\n", 1)[0] ?? "no message";
}

/**
 * Names of what was skipped, with the reason where it is given apart; a suite that was skipped as a whole counts as one.
 *
 * @param {import("vitest/node").TestCollection} collection
 * @returns {Generator<string>}
 */
function* skipped(collection) {
  for (const child of collection) {
    if (child.type === "suite" && child.state() !== "skipped") yield* skipped(child.children);
    else if (child.type === "suite") yield child.fullName;
    else {
      const result = child.result();
      if (result.state === "skipped") yield result.note ? `${child.fullName}: ${result.note}` : child.fullName;
    }
  }
}
