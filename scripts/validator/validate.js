// node validate.js FILE...: prints one JSON object a line, {file, errors, warnings, messages}. Exit 1 on any error.
"use strict";
const fs = require("fs");
const validator = require("gltf-validator");

(async () => {
  let bad = false;
  for (const file of process.argv.slice(2)) {
    const report = await validator.validateBytes(new Uint8Array(fs.readFileSync(file)), { maxIssues: 100 });
    const { numErrors, numWarnings, messages } = report.issues;
    bad = bad || numErrors > 0;
    console.log(JSON.stringify({ file, errors: numErrors, warnings: numWarnings, messages }));
  }
  process.exitCode = bad ? 1 : 0;
})();
