#!/usr/bin/env node
// Committed, unlike dist/, because package managers link a command only when its file is there at installation.
import "../dist/cli/main.js";
