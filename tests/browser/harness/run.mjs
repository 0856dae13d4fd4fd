// One run of the tests: where the built things lie, and a folder that is gone afterwards.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const BROWSER_TESTS = dirname(dirname(fileURLToPath(import.meta.url)));
const PROJECT = resolve(BROWSER_TESTS, '../..');
const TARGET = process.env.CARGO_TARGET_DIR ?? join(PROJECT, 'target');

/** The server's program, as `cargo xtask test` built it. */
export const PROGRAM = process.env.COUNTERSIGN_BIN ?? join(TARGET, 'debug/countersign');
/** The built client. */
export const CLIENT = process.env.COUNTERSIGN_CLIENT_DIR ?? join(TARGET, 'client/dev');
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const SHOTS = join(BROWSER_TESTS, 'shots');
export const FIXTURES = join(BROWSER_TESTS, 'fixtures');
export const MEASURED = join(BROWSER_TESTS, 'measured.json');

let folder;

/** A path in this run's own folder. */
export function own(...parts) {
  if (!folder) {
    folder = mkdtempSync(join(tmpdir(), 'countersign-browser-'));
    // Only after everything that was started has ended: `exit` is the last thing to happen.
    process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  }
  return join(folder, ...parts);
}
