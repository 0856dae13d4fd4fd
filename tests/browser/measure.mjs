// How quick it is on a slow phone. Not a test: it prints a table and writes `measured.json`.
//
// The processor is slowed down four times on the page and, apart, on the replica's worker: a
// slow-down of the page does not reach its workers.

import { writeFileSync } from 'node:fs';
import { SKILLS } from './harness/demo.mjs';
import { MEASURED } from './harness/run.mjs';
import { Server } from './harness/server.mjs';
import { observes, rates } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const SLOW_DOWN = 4;
const RUNS = 5;
/** How long a person waits at most for something that is measured. */
const LIMIT_MS = 60_000;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Slows the page down and every worker that it starts. */
async function slowDown(person) {
  const session = await person.browser.newCDPSession(person.page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW_DOWN });
  const slowed = new Promise((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type !== 'worker') return;
      const message = JSON.stringify({ id: 1, method: 'Emulation.setCPUThrottlingRate', params: { rate: SLOW_DOWN } });
      session.on('Target.receivedMessageFromTarget', (answer) => {
        if (answer.sessionId === sessionId) resolve(!JSON.parse(answer.message).error);
      });
      session.send('Target.sendMessageToTarget', { sessionId, message }).catch(() => resolve(false));
    });
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return { session, slowed };
}

/** From the start of the navigation to a list that can be tapped, without signal. */
async function coldStart(person, signal) {
  await signal.close();
  const times = [];
  let workerSlowed = false;
  for (let run = 0; run < RUNS; run += 1) {
    await person.closeBrowser();
    await person.openBrowser();
    const { slowed } = await slowDown(person);
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
    workerSlowed = await slowed;
  }
  await signal.open();
  return { times, workerSlowed };
}

/** From the first tap of an observation to the strip that counts it as kept on this phone. */
async function tapToSaved(person, signal) {
  await person.open('/app/');
  await person.isReady();
  await signal.close();
  const { slowed } = await slowDown(person);
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
  await signal.open();
  await person.feelsSignal();
  return { times, workerSlowed: await slowed };
}

/** The longest piece of work on the main thread while records arrive. */
async function blocked(reader, writer) {
  await reader.open('/app/');
  await reader.isReady();
  await slowDown(reader);
  await reader.page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  for (let run = 0; run < RUNS; run += 1) {
    const words = `Arrives while somebody reads, ${run}`;
    await observes(writer, { who: 'Joon', first: 'Joon', skill: SKILLS.C10, place: 'Fenside Clinic', level: 'I stayed close', wentWell: words });
    await reader.section('New feedback').getByText(words).waitFor();
  }
  return reader.page.evaluate(() => window.longTasks);
}

async function bytesUp(signal, person) {
  await person.open('/app/');
  await person.isReady();
  await person.hasSentAll();
  signal.forget();
  await observes(person, { who: 'Joon', first: 'Joon', skill: SKILLS.C10, place: 'Fenside Clinic', level: 'I stayed close', wentWell: 'Clean stayed clean in a cramped room.' });
  await person.hasSentAll();
  const pushes = signal.requests.filter((request) => request.push);
  return { bytes: pushes.reduce((sum, request) => sum + request.bodyBytes, 0), requests: pushes.length };
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
  const counted = await taps(farid);
  await farid.hasSentAll();
  const up = await bytesUp(signal, farid);
  const saved = await tapToSaved(farid, signal);
  await farid.hasSentAll();
  const start = await coldStart(farid, signal);
  const joon = await measured.person('joon');
  await farid.open('/app/');
  await farid.isReady();
  const tasks = await blocked(joon, farid);

  const ms = (number) => `${Math.round(number)} ms`;
  const rows = [
    ['cold start without signal to a usable list', ms(median(start.times)), '≤ 1000 ms', start.workerSlowed],
    ['tap to saved on this phone', ms(median(saved.times)), '≤ 100 ms', saved.workerSlowed],
    ['longest task of the main thread while records arrive', tasks.length ? ms(Math.max(...tasks)) : 'under 50 ms', '≤ 50 ms', undefined],
    ['bytes up for one observation', `${up.bytes} in ${up.requests} requests`, '≤ 1229', undefined],
    ['taps for one observation', String(counted), '≤ 6', undefined],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  console.log(`\nPhone of ${farid.size.width} × ${farid.size.height}, processor ${SLOW_DOWN} times slower, medians of ${RUNS}; data: ${size}\n`);
  for (const [name, value, target, slowed] of rows) {
    console.log(`${name.padEnd(width)}  ${value.padEnd(22)} ${target}${slowed === false ? '  (the worker could not be slowed down)' : ''}`);
  }
  const all = { measured_on: new Date().toISOString().slice(0, 10), slow_down: SLOW_DOWN, runs: RUNS, data: size, cold_start_ms: start.times, tap_to_saved_ms: saved.times, long_tasks_ms: tasks, bytes_up: up, taps: counted, worker_slowed: start.workerSlowed && saved.workerSlowed };
  writeFileSync(MEASURED, `${JSON.stringify(all, undefined, 2)}\n`);
} finally {
  await measured.close();
}
