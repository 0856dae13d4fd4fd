// One server, the doors in front of it and the people who use it, all ended together.

import { afterEach } from 'node:test';
import { Person } from './person.mjs';
import { Proxy } from './proxy.mjs';
import { Server } from './server.mjs';

/** Wards that are open now. */
const open = new Set();

export class Ward {
  #doors = [];
  #people = [];

  /** With the demonstration in it. */
  static async open(options) {
    return new Ward(await Server.demonstration(options));
  }

  constructor(server) {
    this.server = server;
    open.add(this);
  }

  /** A way to the server of its own, which can be closed. */
  async door() {
    const door = await Proxy.before(this.server);
    this.#doors.push(door);
    return door;
  }

  /** The door that nobody closes. */
  async #wide() {
    this.wide ??= await this.door();
    return this.wide;
  }

  /** Somebody signed in, with their records on the phone. */
  async person(who, { door, ...options } = {}) {
    const person = await Person.ready((door ?? (await this.#wide())).address, who, options);
    this.#people.push(person);
    return person;
  }

  /** Somebody before a browser, not signed in. */
  async visitor(who, { door, ...options } = {}) {
    const person = await Person.at((door ?? (await this.#wide())).address, who, options);
    this.#people.push(person);
    return person;
  }

  /** Everything that any page complained about. */
  get complaints() {
    return this.#people.flatMap((person) => person.complaints.map((complaint) => `${person.first}: ${complaint}`));
  }

  /** What everybody sees, for the report of a failure. */
  async looksAround() {
    return (await Promise.all(this.#people.map((person) => person.looksAround()))).join('\n\n');
  }

  async close() {
    open.delete(this);
    await Promise.all(this.#people.map((person) => person.closeBrowser()));
    await Promise.all(this.#doors.map((door) => door.close()));
    await this.server.stop();
  }
}

// A failure is told with what everybody saw at that moment.
afterEach(async (t) => {
  if (!t.error) return;
  for (const ward of open) {
    for (const line of (await ward.looksAround()).split('\n')) t.diagnostic(line);
  }
});
