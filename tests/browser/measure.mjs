// How quick it is on a slow phone. Not a test: it prints a table and writes `measured.json`.
//
// The processor is slowed down four times, for the page and the replica's worker alike; how slow it
// really was stands beside the figures, and so does what else the machine did.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { PEOPLE, SKILLS } from './harness/demo.mjs';
import { quiet } from './harness/quiet.mjs';
import { MEASURED } from './harness/run.mjs';
import { Slowness, speedOf } from './harness/slowness.mjs';
import { observes, rates } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const SLOW_DOWN = 4;
const RUNS = 7;
/** How long a person waits at most for something that is measured. */
const LIMIT_MS = 60_000;
/** What a browser calls a long task, in milliseconds. */
const LONG_TASK_MS = 50;

/** Each run's quiet moment before it. */
const moments = [];
const before = async () => moments.push(await quiet());

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rounded = (numbers) => numbers.map(Math.round);

/** From the start of the navigation to a list that can be tapped, without signal. */
async function coldStart(person, signal) {
  await signal.close();
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    await person.closeBrowser();
    await person.openBrowser();
    // The browser's own start is over by then.
    await before();
    const slowness = Slowness.begin(person.profile, SLOW_DOWN);
    await person.page.addInitScript(() => {
      const look = new MutationObserver(() => {
        if (!document.querySelector('main a.line')) return;
        look.disconnect();
        // What was put there is on the glass with the second frame.
        requestAnimationFrame(() => requestAnimationFrame(() => (window.usableAt = performance.now())));
      });
      look.observe(document, { childList: true, subtree: true });
    });
    await person.open('/app/records');
    await person.page.waitForFunction(() => window.usableAt, undefined, { timeout: LIMIT_MS });
    times.push(await person.page.evaluate(() => window.usableAt));
    slowness.end();
  }
  await signal.open();
  await person.feelsSignal();
  return times;
}

/** From the first tap of an observation to the strip that counts it as kept on this phone. */
async function tapToSaved(person, signal, who) {
  await person.open('/app/');
  await person.isReady();
  await signal.close();
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    await before();
    const slowness = Slowness.begin(person.profile, SLOW_DOWN);
    await person.goes('/app/');
    await person.place('Observe').click();
    const row = person.choice('Who', who[run % who.length]);
    await row.waitFor();
    // The strip changes only after the replica's worker has stored the change and said so.
    times.push(
      await row.evaluate(
        (label) =>
          new Promise((resolve) => {
            const strip = document.querySelector('[data-testid=strip]');
            const words = strip.textContent;
            const start = performance.now();
            new MutationObserver((_, look) => {
              if (strip.textContent === words) return;
              look.disconnect();
              resolve(performance.now() - start);
            }).observe(strip, { childList: true, subtree: true, characterData: true });
            label.click();
          }),
      ),
    );
    slowness.end();
  }
  await signal.open();
  await person.feelsSignal();
  return times;
}

/** Watches the main thread from now on. */
function watchTasks(person) {
  return person.page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
}

/** The longest pieces of work on the main thread while all records arrive on a new phone. */
async function firstFetch(ward, who) {
  const person = await ward.visitor(who);
  await person.signIn();
  await person.sees('Choose a PIN for this phone');
  await before();
  const slowness = Slowness.begin(person.profile, SLOW_DOWN);
  await watchTasks(person);
  await person.choosePin();
  await person.isReady();
  slowness.end();
  const tasks = await person.page.evaluate(() => window.longTasks);
  return { person, tasks };
}

/** The same while records arrive one by one and somebody reads the list. */
async function oneByOne(reader, writer, { who, skill }) {
  await reader.open('/app/records');
  await reader.page.locator('main a.line').first().waitFor();
  await before();
  const slowness = Slowness.begin(reader.profile, SLOW_DOWN);
  await watchTasks(reader);
  for (let run = 0; run < RUNS; run += 1) {
    const wentWell = `Arrives while somebody reads, ${run}`;
    await observes(writer, { who, first: who, skill, place: 'Fenside Clinic', level: 'I stayed close', wentWell });
    await reader.page.getByText(wentWell).first().waitFor();
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
  await before();
  await speedOf(person.page);
  const quick = await speedOf(person.page);
  const slowness = Slowness.begin(person.profile, SLOW_DOWN);
  const slow = await speedOf(person.page);
  slowness.end();
  return slow / quick;
}

async function versionOf(person) {
  const session = await person.browser.newCDPSession(person.page);
  const { product } = await session.send('Browser.getVersion');
  await session.detach();
  return product;
}

/** What people do in a day, in the demonstration. */
async function demonstration() {
  const ward = await Ward.open();
  try {
    const signal = await ward.door();
    const farid = await ward.person('farid', { door: signal });
    await farid.isInstalled();
    const counted = await taps(farid);
    await farid.hasSentAll();
    const up = await bytesUp(signal, farid, { withoutSignal: false });
    const upAtOnce = await bytesUp(signal, farid, { withoutSignal: true });
    const saved = await tapToSaved(farid, signal, ['Amara', 'Joon']);
    await farid.hasSentAll();
    const start = await coldStart(farid, signal);
    return {
      data: '88 days, the demonstration',
      taps: counted,
      bytes_up_without_signal: upAtOnce,
      bytes_up_while_written: up,
      tap_to_saved_ms: rounded(saved),
      cold_start_ms: rounded(start),
    };
  } finally {
    await ward.close();
  }
}

/** What two years of a relationship do to a phone. */
async function twoYears() {
  const ward = await Ward.open({ story: 'two-years' });
  try {
    const signal = await ward.door();
    const farid = await ward.person('farid', { door: signal });
    await farid.isInstalled();
    const slower = await slowDownOf(farid);
    const start = await coldStart(farid, signal);
    const saved = await tapToSaved(farid, signal, ['Amara']);
    await farid.hasSentAll();
    const fetched = await firstFetch(ward, 'amara');
    const arriving = await oneByOne(fetched.person, farid, { who: PEOPLE.amara.first, skill: SKILLS.C01 });
    return {
      data: 'two years, 500 observations, 100 comments; no sessions are seeded yet',
      chromium: await versionOf(farid),
      slower,
      cold_start_ms: rounded(start),
      tap_to_saved_ms: rounded(saved),
      long_tasks_first_fetch_ms: rounded(fetched.tasks),
      long_tasks_one_by_one_ms: rounded(arriving),
    };
  } finally {
    await ward.close();
  }
}

const { chromium, slower, ...long } = await twoYears();
const short = await demonstration();

const ms = (numbers) => `${median(numbers)} ms`;
const blocked = (tasks) => (tasks.length > 0 ? `${Math.max(...tasks)} ms` : `under ${LONG_TASK_MS} ms`);
const rows = [
  ['cold start without signal to a usable list, two years', ms(long.cold_start_ms), '≤ 1000 ms'],
  ['cold start without signal to a usable list, 88 days', ms(short.cold_start_ms), '≤ 1000 ms'],
  ['tap to saved on this phone, two years', ms(long.tap_to_saved_ms), '≤ 100 ms'],
  ['tap to saved on this phone, 88 days', ms(short.tap_to_saved_ms), '≤ 100 ms'],
  ['longest task of the main thread, 500 observations fetched', blocked(long.long_tasks_first_fetch_ms), '≤ 50 ms'],
  ['longest task of the main thread, records arrive one by one', blocked(long.long_tasks_one_by_one_ms), '≤ 50 ms'],
  ['bytes up for one observation, written without signal', `${short.bytes_up_without_signal.bytes} in ${short.bytes_up_without_signal.pushes.length}`, '≤ 1229'],
  ['bytes up, stored while it is written', `${short.bytes_up_while_written.bytes} in ${short.bytes_up_while_written.pushes.length}`, '≤ 1229'],
  ['taps for one observation', String(short.taps), '≤ 6'],
];
const width = Math.max(...rows.map(([name]) => name.length));
console.log(`\nPhone of 390 × 844, processor ${slower.toFixed(1)} times slower, medians of ${RUNS}\n`);
for (const [name, value, target] of rows) console.log(`${name.padEnd(width)}  ${value.padEnd(22)} ${target}`);
const busiest = moments.reduce((most, moment) => Math.max(most, moment.busy_cores), 0);
console.log(`\nBefore a run at most ${busiest} of ${cpus().length} cores were busy with something else.`);
const all = {
  measured_on: new Date().toISOString().slice(0, 10),
  machine: { cores: cpus().length, processor: cpus()[0].model, chromium },
  slow_down: Number(slower.toFixed(1)),
  runs: RUNS,
  before_each_run: moments,
  two_years: long,
  demonstration: short,
};
writeFileSync(MEASURED, `${JSON.stringify(all, undefined, 2)}\n`);
