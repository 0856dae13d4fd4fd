// A processor several times slower, for a whole browser's pages with all their threads.
//
// The browser's own slow-down reaches a page and not its workers, and half of this app is a worker.
// So the renderers of one profile, and nothing else, are stopped for most of each few milliseconds.
// How slow it really was is measured beside it.

import { readFileSync, readdirSync } from 'node:fs';

const RUN_MS = 2;
/** Between two looks for renderers that were started meanwhile. */
const LOOK_MS = 30;
/** Rounds of the sum that tells how fast a thread is. */
const ROUNDS = 100_000_000;

export class Slowness {
  #profile;
  #factor;
  #ranSince = 0;
  #stoppedSince = 0;
  /** Milliseconds of standing still that are owed for what ran. */
  #owedMs = 0;
  #renderers = [];
  #looked = 0;
  #timer;
  #ended = false;

  /** Begins to slow the renderers of a profile's browser. */
  static begin(profile, factor) {
    const slowness = new Slowness(profile, factor);
    slowness.#run();
    return slowness;
  }

  constructor(profile, factor) {
    this.#profile = profile;
    this.#factor = factor;
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#signal('SIGCONT');
  }

  #run() {
    if (this.#ended) return;
    if (this.#stoppedSince) this.#owedMs -= performance.now() - this.#stoppedSince;
    if (Date.now() - this.#looked >= LOOK_MS) {
      this.#looked = Date.now();
      this.#renderers = renderers(this.#profile);
    }
    this.#signal('SIGCONT');
    this.#ranSince = performance.now();
    this.#timer = setTimeout(() => this.#stop(), RUN_MS);
  }

  #stop() {
    if (this.#ended) return;
    this.#signal('SIGSTOP');
    this.#stoppedSince = performance.now();
    // Timers come late on a busy machine: what they cost on one side is paid on the other.
    this.#owedMs += (this.#stoppedSince - this.#ranSince) * (this.#factor - 1);
    this.#timer = setTimeout(() => this.#run(), Math.max(1, this.#owedMs));
  }

  #signal(name) {
    for (const pid of this.#renderers) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended by itself.
      }
    }
  }
}

/** Milliseconds that a page takes for a sum of a fixed length. */
export function speedOf(page) {
  return page.evaluate((rounds) => {
    const start = performance.now();
    let sum = 0;
    for (let round = 0; round < rounds; round += 1) sum = (sum + round * 31) | 0;
    return sum === 1 ? 0 : performance.now() - start;
  }, ROUNDS);
}

/** The renderers under the browser of one profile: its descendants alone. */
function renderers(profile) {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  const children = new Map();
  const open = [];
  for (const pid of processes) {
    const words = read(`/proc/${pid}/cmdline`);
    const stat = read(`/proc/${pid}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), { pid, words }]);
    if (words.includes(`--user-data-dir=${profile}`) && !words.includes('--type=')) open.push(pid);
  }
  const found = new Set();
  while (open.length > 0) {
    for (const child of children.get(open.pop()) ?? []) {
      open.push(child.pid);
      if (child.words.includes('--type=renderer')) found.add(child.pid);
    }
  }
  return [...found];
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
