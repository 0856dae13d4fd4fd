// How quick it is on a slow phone. Not a test: it prints a table and writes `measured.json`.
//
// The processor is slowed down four times, for the page and the replica's worker alike; how slow it
// really was stands beside the figures.

import { writeFileSync } from 'node:fs';
import { SKILLS } from './harness/demo.mjs';
import { MEASURED } from './harness/run.mjs';
import { Server } from './harness/server.mjs';
import { Slowness, speedOf } from './harness/slowness.mjs';
import { observes, rates } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const SLOW_DOWN = 4;
const RUNS = 5;
/** How long a person waits at most for something that is measured. */
const LIMIT_MS = 60_000;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** From the start of the navigation to a list that can be tapped, without signal. */
async function coldStart(person, signal) {
  await signal.close();
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    await person.closeBrowser();
    await person.openBrowser();
    const slowness = Slowness.begin(person.profile, SLOW_DOWN);
    await person.page.addInitScript(() => {
      const look = new MutationObserver(() => {
        if (document.querySelector('main a.line')) {
          window.usableAt ??= performance.now();
          look.disconnect();
        }
      });
      look.observe(document, { childList: true, subtree: true });
    });
    await person.open('/app/records');
    await person.page.waitForFunction(() => window.usableAt, undefined, { timeout: LIMIT_MS });
    times.push(await person.page.evaluate(() => window.usableAt));
    slowness.end();
  }
  await signal.open();
  return times;
}

/** From the first tap of an observation to the strip that counts it as kept on this phone. */
async function tapToSaved(person, signal) {
  await person.open('/app/');
  await person.isReady();
  await signal.close();
  const slowness = Slowness.begin(person.profile, SLOW_DOWN);
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    await person.goes('/app/');
    await person.place('Observe').click();
    const row = person.choice('Who', run % 2 ? 'Joon' : 'Amara');
    await row.waitFor();
    // The strip changes only after the replica's worker has stored the change and said so.
    times.push(
      await row.evaluate(
        (label) =>
          new Promise((resolve) => {
            const strip = document.querySelector('[data-testid=strip]');
            const before = strip.textContent;
            const start = performance.now();
            new MutationObserver((_, look) => {
              if (strip.textContent === before) return;
              look.disconnect();
              resolve(performance.now() - start);
            }).observe(strip, { childList: true, subtree: true, characterData: true });
            label.click();
          }),
      ),
    );
  }
  slowness.end();
  await signal.open();
  await person.feelsSignal();
  return times;
}

/** The longest piece of work on the main thread while records arrive. */
async function blocked(reader, writer) {
  await reader.open('/app/');
  await reader.isReady();
  const slowness = Slowness.begin(reader.profile, SLOW_DOWN);
  await reader.page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  for (let run = 0; run < RUNS; run += 1) {
    const words = `Arrives while somebody reads, ${run}`;
    await observes(writer, { who: 'Joon', first: 'Joon', skill: SKILLS.C10, place: 'Fenside Clinic', level: 'I stayed close', wentWell: words });
    await reader.section('New feedback').getByText(words).waitFor();
  }
  slowness.end();
  return reader.page.evaluate(() => window.longTasks);
}

/** What goes up for one observation: bodies of the requests that carry records. */
async function bytesUp(signal, person, { withoutSignal }) {
  await person.open('/app/');
  await person.isReady();
  await person.hasSentAll();
  if (withoutSignal) await signal.close();
  signal.forget();
  await observes(person, { who: 'Joon', first: 'Joon', skill: SKILLS.C10, place: 'Fenside Clinic', level: 'I stayed close', wentWell: 'Clean stayed clean in a cramped room.' });
  if (withoutSignal) {
    await signal.open();
    await person.feelsSignal();
  }
  await person.hasSentAll();
  const pushes = signal.requests.filter((request) => request.push).map((request) => request.bodyBytes);
  return { bytes: pushes.reduce((sum, bytes) => sum + bytes, 0), pushes };
}

async function taps(person) {
  await person.open('/app/');
  await person.isReady();
  person.taps = 0;
  await rates(person, { who: 'Joon', skill: SKILLS.C10, place: 'Fenside Clinic', level: 'I stayed close' });
  await person.tap(person.button('Sign and send to Joon'));
  await person.unlocks();
  return person.taps;
}

/** How many times slower it is with the slow-down than without. */
async function slowDownOf(person) {
  await speedOf(person.page);
  const before = await speedOf(person.page);
  const slowness = Slowness.begin(person.profile, SLOW_DOWN);
  const slow = await speedOf(person.page);
  slowness.end();
  return slow / before;
}

/**
 * A two-year relationship: 500 observations. Signing each through the app would take an hour; a
 * database that holds one is named in COUNTERSIGN_TWO_YEARS, with its mentor's address and password.
 * Without it the demonstration is measured, and the table says so.
 */
async function ward() {
  const database = process.env.COUNTERSIGN_TWO_YEARS;
  if (!database) return { ward: await Ward.open(), size: 'the demonstration' };
  return { ward: new Ward(await Server.on(database)), size: 'two years, 500 observations' };
}

const { ward: measured, size } = await ward();
try {
  const signal = await measured.door();
  const farid = await measured.person('farid', { door: signal });
  await farid.isInstalled();
  const slower = await slowDownOf(farid);
  const counted = await taps(farid);
  await farid.hasSentAll();
  const up = await bytesUp(signal, farid, { withoutSignal: false });
  const upAtOnce = await bytesUp(signal, farid, { withoutSignal: true });
  const saved = await tapToSaved(farid, signal);
  await farid.hasSentAll();
  const start = await coldStart(farid, signal);
  const joon = await measured.person('joon');
  await farid.open('/app/');
  await farid.isReady();
  const tasks = await blocked(joon, farid);

  const ms = (number) => `${Math.round(number)} ms`;
  const rows = [
    ['cold start without signal to a usable list', ms(median(start)), '≤ 1000 ms'],
    ['tap to saved on this phone', ms(median(saved)), '≤ 100 ms'],
    ['longest task of the main thread while records arrive', tasks.length ? ms(Math.max(...tasks)) : 'under 50 ms', '≤ 50 ms'],
    ['bytes up for one observation, written without signal', `${upAtOnce.bytes} in ${upAtOnce.pushes.length}`, '≤ 1229'],
    ['bytes up, stored while it is written', `${up.bytes} in ${up.pushes.length}`, '≤ 1229'],
    ['taps for one observation', String(counted), '≤ 6'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  console.log(`\nPhone of ${farid.size.width} × ${farid.size.height}, processor ${slower.toFixed(1)} times slower, medians of ${RUNS}; data: ${size}\n`);
  for (const [name, value, target] of rows) console.log(`${name.padEnd(width)}  ${value.padEnd(22)} ${target}`);
  const all = { measured_on: new Date().toISOString().slice(0, 10), slow_down: Number(slower.toFixed(1)), runs: RUNS, data: size, cold_start_ms: start, tap_to_saved_ms: saved, long_tasks_ms: tasks, bytes_up_without_signal: upAtOnce, bytes_up_while_written: up, taps: counted };
  writeFileSync(MEASURED, `${JSON.stringify(all, undefined, 2)}\n`);
} finally {
  await measured.close();
}
