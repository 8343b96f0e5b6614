import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { streamFile, wholeFile, writePiece, writeTextFile } from "../../src/cli/output-file.js";

const root = mkdtempSync(join(tmpdir(), "loadcast-output-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("keeps what was there until all of the new is written", async () => {
  const file = join(root, "kept.csv");
  writeFileSync(file, "before");
  const failed = streamFile(file, async (stream) => {
    await writePiece(stream, "half of it");
    expect(readFileSync(file, "utf8")).toBe("before");
    throw new Error("the store is gone");
  });
  await expect(failed).rejects.toThrow("the store is gone");
  expect(readFileSync(file, "utf8")).toBe("before");
  expect(readdirSync(root)).toEqual(["kept.csv"]);
  expect(await streamFile(file, (stream) => writePiece(stream, "after").then(() => 7))).toBe(7);
  expect(readFileSync(file, "utf8")).toBe("after");
});

it("says in plain words why a file cannot be written", async () => {
  mkdirSync(join(root, "folder"));
  await expect(writeTextFile(join(root, "folder"), "x")).rejects.toThrow(/folder cannot be written: it is a folder$/);
  const nowhere = join(root, "nowhere", "x.svg");
  await expect(writeTextFile(nowhere, "x")).rejects.toMatchObject({
    code: "CANNOT_WRITE",
    message: `${nowhere} cannot be written: there is no such folder`,
  });
  expect(existsSync(nowhere)).toBe(false);
});

it.skipIf(!existsSync("/dev/full"))("says that the disk is full, also where that shows at the very end", async () => {
  const full = "/dev/full cannot be written: the disk is full";
  await expect(streamFile("/dev/full", (stream) => writePiece(stream, "x"))).rejects.toThrow(full);
  const long = streamFile("/dev/full", async (stream) => {
    for (let i = 0; i < 1e6; i++) await writePiece(stream, "x".repeat(1e5));
  });
  await expect(long).rejects.toThrow(full);
  await expect(wholeFile("/dev/full", async (name) => name)).resolves.toBe("/dev/full");
});
