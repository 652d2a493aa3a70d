'use strict';
/**
 * A reporter for Jest: writes how each test ended into the file that ORCHESTRATE_REPORT names.
 *
 * Jest's own `--json` also holds what was compared. Where that goes in circles nothing is written, and the tests of all
 * other files of the run are lost with it.
 */
const fs = require('node:fs');

class Reporter {
  constructor() {
    this.file = process.env.ORCHESTRATE_REPORT;
    delete process.env.ORCHESTRATE_REPORT; // tests see only what they would see elsewhere
  }

  onRunComplete(_contexts, results) {
    if (this.file === undefined) return;
    const testResults = results.testResults.map((each) => ({
      name: each.testFilePath,
      message: each.failureMessage || '',
      assertionResults: each.testResults.map(({ ancestorTitles, title, status, failureMessages }) => ({
        ancestorTitles,
        title,
        status,
        failureMessages,
      })),
    }));
    fs.writeFileSync(this.file, JSON.stringify({ testResults }));
  }
}

module.exports = Reporter;
