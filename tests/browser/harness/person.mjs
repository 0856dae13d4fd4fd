// Somebody with a phone or a tablet: a browser profile of their own, signed in through the real
// page. What they wait for is always something that they could see.

import { chromium } from 'playwright-core';
import { PASSWORD, PEOPLE } from './demo.mjs';
import { CHROMIUM, own } from './run.mjs';
import { shot } from './shots.mjs';

export const PHONE = { width: 390, height: 844 };
export const TABLET = { width: 1180, height: 820 };
export const PIN = '274951';

/** Two shared cores, a debug build: long for a person, short for a test that is stuck. */
const PATIENCE_MS = 45_000;
/** Characters of a page that a failure tells. */
const MOST_TOLD = 1_500;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let profiles = 0;

export class Person {
  /** Somebody of the demonstration before their own browser, not signed in yet. */
  static async at(address, who, options = {}) {
    const person = new Person(address, typeof who === 'string' ? PEOPLE[who] : who, options);
    await person.openBrowser();
    return person;
  }

  /** The same, signed in, with a PIN, and with their records on the phone. */
  static async ready(address, who, options = {}) {
    const person = await Person.at(address, who, options);
    await person.signIn();
    await person.choosePin();
    await person.isReady();
    return person;
  }

  constructor(address, who, { size = PHONE, theme = 'light', javaScript = true } = {}) {
    this.address = address;
    this.name = who.name;
    this.first = who.first;
    this.email = who.email;
    this.password = who.password ?? PASSWORD;
    this.size = size;
    this.theme = theme;
    this.javaScript = javaScript;
    this.profile = own(`profile-${++profiles}`);
    /** How often a finger touched the glass, words and unlock apart. */
    this.taps = 0;
    /** What the pages complained about. */
    this.complaints = [];
  }

  async openBrowser() {
    this.browser = await chromium.launchPersistentContext(this.profile, {
      executablePath: CHROMIUM,
      headless: true,
      args: FLAGS,
      viewport: this.size,
      colorScheme: this.theme,
      reducedMotion: 'reduce',
      javaScriptEnabled: this.javaScript,
      locale: 'en-GB',
      timezoneId: 'Europe/London',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    this.browser.setDefaultTimeout(PATIENCE_MS);
    this.page = this.browser.pages()[0] ?? (await this.browser.newPage());
    this.#listen(this.page);
  }

  #listen(page) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** Another tab of the same browser, as a view of the same person. */
  async anotherTab(path) {
    const tab = Object.create(this);
    tab.page = await this.browser.newPage();
    this.#listen(tab.page);
    tab.taps = 0;
    await tab.open(path);
    return tab;
  }

  async closeBrowser() {
    await this.browser?.close();
    this.browser = undefined;
  }

  /** A cold start on an address, as from a link in a message. */
  async reopen(path) {
    await this.closeBrowser();
    await this.openBrowser();
    await this.open(path);
  }

  async open(path) {
    await this.page.goto(this.address + path, { waitUntil: 'domcontentloaded' });
  }

  async signIn() {
    await this.open('/sign-in');
    await this.page.getByLabel('E-mail address').fill(this.email);
    await this.page.getByLabel('Password').fill(this.password);
    await this.button('Sign in').click();
  }

  async choosePin(pin = PIN, label = 'My phone') {
    await this.sees('Choose a PIN for this phone');
    await this.page.getByLabel('What you call this phone').fill(label);
    await this.page.getByLabel('PIN, at least 6 digits').fill(pin);
    await this.page.getByLabel('The same PIN again').fill(pin);
    await this.button('Set up this phone').click();
  }

  /** Records are here: Today greets them. */
  async isReady() {
    await this.heading(`, ${this.first}`).waitFor();
  }

  /** The service worker has everything that it needs to open without signal. */
  async isInstalled() {
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  }

  /** What the phone itself tells the page when its radio has found a mast. */
  async feelsSignal() {
    await this.page.evaluate(() => window.dispatchEvent(new Event('online')));
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  link(name) {
    return this.page.getByRole('link', { name });
  }

  heading(name) {
    return this.page.getByRole('heading', { name });
  }

  /** A section of a page by its title. */
  section(name) {
    return this.page.getByRole('region', { name });
  }

  group(name) {
    return this.page.getByRole('group', { name, exact: true });
  }

  /** One of the five places. */
  place(name) {
    return this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
  }

  /** The strip on top: whether everything is sent. */
  get strip() {
    return this.page.getByTestId('strip');
  }

  /** A finger on the glass. */
  async tap(target) {
    this.taps += 1;
    await target.click();
  }

  /** A row or a chip of a question: the button that lies over the whole of it. */
  choice(question, answer) {
    return this.group(question).getByRole('radio', { name: answer }).first();
  }

  async choose(question, answer) {
    await this.tap(this.choice(question, answer));
  }

  async sees(words) {
    await this.page.getByText(words).first().waitFor();
  }

  /** Where they are and what they see, for the report of a failure; the picture lies with the others. */
  async looksAround() {
    if (!this.browser) return `${this.first} has closed the browser`;
    await shot(this.page, `failed-${this.first.toLowerCase()}`);
    const seen = await this.page.locator('body').innerText();
    return `${this.first} was at ${this.page.url()} and saw:\n${seen.slice(0, MOST_TOLD)}`;
  }

  /** Not now; only of use after something that comes later was seen. */
  async seesNot(words) {
    const count = await this.page.getByText(words).filter({ visible: true }).count();
    if (count > 0) throw new Error(`${this.first} sees ${JSON.stringify(String(words))} and should not`);
  }

  /** Nothing is left on this phone alone. */
  async hasSentAll() {
    await this.strip.filter({ hasText: 'All sent' }).waitFor();
  }

  /** Unlocks the sheet that is open. */
  async unlock({ pin = PIN, reason, button } = {}) {
    const sheet = this.page.getByRole('dialog');
    await sheet.waitFor();
    if (reason !== undefined) await sheet.getByRole('textbox').first().fill(reason);
    await sheet.getByLabel('Your PIN').fill(pin);
    await sheet.getByRole('button', { name: button ?? /^(?!Not now)/ }).last().click();
  }

  /** The same, and it goes through. */
  async unlocks(options) {
    await this.unlock(options);
    await this.page.getByRole('dialog').waitFor({ state: 'hidden' });
  }

  /** The screen's address, for a deep link. */
  get path() {
    return new URL(this.page.url()).pathname;
  }

  /** Goes somewhere within the app without loading it anew, as a link would. */
  async goes(path) {
    await this.page.evaluate((path) => {
      const link = document.createElement('a');
      link.href = path;
      document.querySelector('main').append(link);
      link.click();
      link.remove();
    }, path);
    await this.page.waitForURL((url) => url.pathname + url.search === path || url.pathname === path);
  }
}
