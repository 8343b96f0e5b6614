import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig, type Plugin } from "vite";
import { CONTENT_SECURITY } from "../src/http/content-security.ts";
import { fixtureApi } from "./test/fixture-api.ts";

// While developing, the API is either a running service (LOADCAST_API=http://127.0.0.1:8080) or made-up data
// (LOADCAST_FIXTURE picks the situation, see test/fixture.ts). Neither is part of what is built.
const api = process.env.LOADCAST_API;

/** Puts the policy into the built page itself, so that it holds behind any server. Not while developing: Vite then works inline. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "loadcast-content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY },
        injectTo: "head-prepend",
      },
    ],
  };
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  plugins: [preact(), contentSecurityPolicy(), ...(api ? [] : [fixtureApi(process.env.LOADCAST_FIXTURE)])],
  server: api ? { proxy: { "/api": api } } : {},
  preview: { headers: { "content-security-policy": `${CONTENT_SECURITY}; frame-ancestors 'none'` } },
  build: {
    outDir: "../dist/dashboard",
    emptyOutDir: true,
    target: "es2022",
    // The policy knows neither data: URLs nor inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // On a busy machine it would tell everybody who starts Loadcast how long each plugin took.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  worker: { format: "es" },
});
