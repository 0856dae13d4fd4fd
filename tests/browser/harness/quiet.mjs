// What else the machine does. A figure is taken in a quiet moment, and says how quiet it was.

import { cpus, loadavg } from 'node:os';

/** Cores that may be busy with something else. */
const MOST_BUSY_CORES = 0.3;
const LOOK_MS = 1_000;
/** For all quiet moments together. Then it is measured all the same; what was written down beside it tells. */
const LONGEST_WAIT_MS = 180_000;

let waited = 0;

/** Waits for a quiet moment; answers how many cores were busy, and the load of the last minute. */
export async function quiet() {
  for (;;) {
    const busy = await busyCores();
    if (busy <= MOST_BUSY_CORES || waited >= LONGEST_WAIT_MS) return { busy_cores: round(busy), load: round(loadavg()[0]) };
    waited += LOOK_MS;
  }
}

async function busyCores() {
  const before = worked();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return (worked() - before) / (performance.now() - start);
}

/** Milliseconds that all cores worked since the machine was started. */
function worked() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

const round = (number) => Math.round(number * 100) / 100;
