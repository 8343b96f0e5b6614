import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { fixtureApi } from "./test/fixture-api.ts";

// While developing, the API is either a running service (LOADCAST_API=http://127.0.0.1:8080) or made-up data
// (LOADCAST_FIXTURE picks the situation, see test/fixture.ts). Neither is part of what is built.
const api = process.env.LOADCAST_API;

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  plugins: [preact(), ...(api ? [] : [fixtureApi(process.env.LOADCAST_FIXTURE)])],
  server: api ? { proxy: { "/api": api } } : {},
  preview: {
    // What a strict service would send: the page must work under it.
    headers: {
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
  },
  build: {
    outDir: "../dist/dashboard",
    emptyOutDir: true,
    target: "es2022",
    // A strict content security policy has no data: URLs and no inline polyfill.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
