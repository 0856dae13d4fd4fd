// The real server on a file of its own. It is killed, started again and stopped by its process
// alone; nothing that this file did not start is ever ended.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT, PROGRAM, own } from './run.mjs';

const START_MS = 90_000;
const STOP_MS = 20_000;
const LOOK_EVERY_MS = 50;
/** What SQLite may keep beside the database. */
const PARTS = ['', '-wal', '-shm'];

let databases = 0;

/** A port that was free a moment ago. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

export class Server {
  #process;
  #output;

  /** A server on a copy of a seeded story: `demo`, or `two-years`. */
  static async demonstration({ story = 'demo', ...options } = {}) {
    const database = own(`${story}-${++databases}.sqlite`);
    copyDatabase(await seeded(story), database);
    return new Server({ ...options, database, story }).start();
  }

  /** A server with the organisation of a file, as `countersign init` makes it. */
  static async organisation(file, options = {}) {
    const database = own(`organisation-${++databases}.sqlite`);
    const made = spawnSync(PROGRAM, ['init', file, '--database', database], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`init ended with ${made.status}:\n${made.stdout}${made.stderr}`);
    return new Server({ ...options, database, made: made.stdout }).start();
  }

  constructor({ database, story, client = CLIENT, made = '' }) {
    this.database = database;
    /** What the program seeds where the database is empty. */
    this.story = story;
    this.client = client;
    /** What `init` printed: the invitations. */
    this.made = made;
  }

  async start() {
    this.port ??= await freePort();
    this.#output = own(`server-${this.port}.log`);
    const output = createWriteStream(this.#output, { flags: 'a' });
    await once(output, 'open');
    const words = ['serve', ...(this.story ? [`--${this.story}`] : []), '--port', String(this.port), '--database', this.database];
    this.#process = spawn(PROGRAM, words, {
      env: { ...process.env, COUNTERSIGN_CLIENT_DIR: this.client },
      stdio: ['ignore', output, output],
    });
    await this.#untilHealthy();
    return this;
  }

  async #untilHealthy() {
    const last = Date.now() + START_MS;
    while (Date.now() < last) {
      if (this.#process.exitCode !== null) throw new Error(`the server ended with ${this.#process.exitCode}:\n${this.output()}`);
      const healthy = await fetch(`http://127.0.0.1:${this.port}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (healthy) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    throw new Error(`the server is not healthy after ${START_MS} ms:\n${this.output()}`);
  }

  /** What it printed. */
  output() {
    return existsSync(this.#output) ? readFileSync(this.#output, 'utf8') : '';
  }

  /** As a power cut would: nothing is finished, nothing is flushed. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** As an operator would: what was acked is finished. */
  async stop() {
    await this.#end('SIGTERM');
  }

  async #end(signal) {
    const running = this.#process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    const late = setTimeout(() => running.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }
}

/** A story, seeded once for this program and this day, and stopped in good order. */
async function seeded(story) {
  const built = statSync(PROGRAM);
  const name = [story, built.size, Math.trunc(built.mtimeMs), new Date().toISOString().slice(0, 10)].join('-');
  const folder = join(tmpdir(), 'countersign-browser-seeds');
  const kept = join(folder, `${name}.sqlite`);
  if (existsSync(kept)) return kept;
  mkdirSync(folder, { recursive: true });
  const fresh = own(`seed-${story}.sqlite`);
  const server = await new Server({ database: fresh, story }).start();
  await server.stop();
  for (const old of readdirSync(folder).filter((old) => old.startsWith(`${story}-`))) rmSync(join(folder, old), { force: true });
  // Under its name only when it is whole.
  copyDatabase(fresh, join(folder, `${name}.part`));
  for (const part of PARTS) {
    const from = join(folder, `${name}.part${part}`);
    if (existsSync(from)) renameSync(from, kept + part);
  }
  return kept;
}

function copyDatabase(from, to) {
  // The database itself comes last: it is what says that the copy is there.
  for (const part of [...PARTS].reverse()) {
    if (existsSync(from + part)) copyFileSync(from + part, to + part);
  }
}
