// Puts a benchmark's table into docs/benchmarks.md, between the marks that carry its name, with machine and versions.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const page = new URL("../../../../docs/benchmarks.md", import.meta.url);

export function machine() {
  const [cpu] = cpus();
  return `${cpu.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}

/** Replaces the section `name`, or adds it at the end. */
export function writeSection(name, markdown, command = `npm run bench -- ${name} --write`) {
  const open = `<!-- ${name}: written by \`${command}\` -->`;
  const close = `<!-- end of ${name} -->`;
  const text = existsSync(page) ? readFileSync(page, "utf8") : "# Benchmarks\n";
  const section = `${open}\n${markdown.trim()}\n${close}`;
  const from = text.indexOf(`<!-- ${name}:`);
  const to = text.indexOf(close);
  const next =
    from >= 0 && to > from
      ? text.slice(0, from) + section + text.slice(to + close.length)
      : `${text.trimEnd()}\n\n${section}\n`;
  writeFileSync(page, next);
}
