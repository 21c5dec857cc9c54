/**
 * What came of the tests, for `.ci/run`: which failed, and how; in the last line how many passed and how many failed.
 * Usage: node scripts/test-results.mjs <results>, as vitest writes them in JSON. Where there are none the tests did not
 * come to an end, which is a failure.
 */
import { existsSync, readFileSync } from 'node:fs';

/** Of the messages of a test. */
const MOST_SHOWN = 2_000;

/**
 * @typedef {{ status: string, fullName: string, failureMessages?: string[] }} Assertion
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Assertion[] }} TestFile
 */

/** @param {{ status: string }} result */
const hasFailed = ({ status }) => status === 'failed';

/** What failed in a file; one that could not even be read has one failure. @param {TestFile} file */
function failuresOf({ name, message = '', assertionResults }) {
  const failed = assertionResults.filter(hasFailed);
  if (failed.length === 0) return [{ name, message }];
  return failed.map((test) => ({ name: test.fullName, message: (test.failureMessages ?? []).join('\n') }));
}

const [path = ''] = process.argv.slice(2);
if (existsSync(path)) {
  const { numPassedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
  let failures = 0;
  for (const file of testResults.filter(hasFailed)) {
    console.log(`failed: ${file.name}`);
    for (const { name, message } of failuresOf(file)) {
      failures += 1;
      console.log(`  ${name}\n    ${message.slice(0, MOST_SHOWN).replaceAll('\n', '\n    ')}`);
    }
  }
  console.log(`${numPassedTests} ${failures}`);
} else console.log('0 1');
