import { join } from "node:path";
import { buildGoModule } from "./go-module.mjs";
import { place, placed } from "./place.mjs";

const VERSION = "2.16.2";

/** The loader of Docker Compose itself, which needs no Docker: `compose FILE` prints the project as JSON, or what is wrong. */
export const compose = () => placed(`compose-${VERSION}/compose`);
export const composeVersion = VERSION;

/** @param {import("./place.mjs").InstallOptions} options */
export async function installCompose(options) {
  await place(`compose-${VERSION}`, (draft) =>
    buildGoModule(
      {
        module: "github.com/compose-spec/compose-go/v2",
        version: `v${VERSION}`,
        program: "./project",
        add: { "project/main.go": new URL("compose-project.go", import.meta.url) },
        source: join(draft, "source"),
        target: join(draft, "compose"),
      },
      options,
    ),
  );
}
