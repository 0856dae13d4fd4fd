// A door in front of the server, on this machine only. Closing it is what no signal looks like to a
// browser and its service worker alike: connections are refused and those that were open end. It can
// also lose an answer on its way back, and it counts the bytes that go up.

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { inflateSync } from 'node:zlib';

/** Where records are sent. */
const SYNC = '/sync/v1';
/** In the request's CBOR: the text 'push', and a list without anything in it. */
const FIELD = Buffer.from('dpush', 'latin1');
const EMPTY_LIST = 0x80;
/** In every message's CBOR: the text 'v', and then a small number. */
const VERSION = Buffer.from('av', 'latin1');

export class Proxy {
  #target;
  #listener;
  #sockets = new Set();
  #losses = [];
  #before;
  #versions = {};

  constructor(server) {
    this.#target = server;
    this.port = 0;
    /** Every request since the last `forget`. */
    this.requests = [];
  }

  static async before(server) {
    return new Proxy(server).open();
  }

  get address() {
    return `http://localhost:${this.port}`;
  }

  /** There is signal. */
  async open() {
    if (this.#listener) return this;
    const listener = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
    listener.keepAliveTimeout = 60_000;
    listener.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    listener.listen(this.port, '127.0.0.1');
    await once(listener, 'listening');
    this.port = listener.address().port;
    this.#listener = listener;
    return this;
  }

  /** There is none. */
  async close() {
    const listener = this.#listener;
    if (!listener) return;
    this.#listener = undefined;
    const closed = once(listener, 'close');
    listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Another server, or the same one on another port. */
  lead(server) {
    this.#target = server;
  }

  /** The next push reaches the server whole and is answered; the answer is lost. Then `act`. */
  loseNextAnswer(act = () => {}) {
    return this.#loseNext('answered', act);
  }

  /** `act` happens while the server has the next push in its hands; whatever it answers is lost. */
  duringNextPush(act) {
    return this.#loseNext('sent', act);
  }

  #loseNext(when, act) {
    return new Promise((done, failed) => this.#losses.push({ when, act, done, failed }));
  }

  /** Requests arrive as an app of version `asked` writes them, and answers as a server of version `answered` does. */
  speaks({ asked, answered } = {}) {
    this.#versions = { asked, answered };
  }

  /** The next script from an address that matches runs after `code`: what another browser lacks is taken away there. */
  runBeforeNext(address, code) {
    this.#before = { address, code };
  }

  forget() {
    this.requests.length = 0;
  }

  async #pass(incoming, outgoing) {
    let body = await whole(incoming);
    if (!body) return;
    const { asked, answered } = incoming.url === SYNC ? this.#versions : {};
    if (asked !== undefined) {
      body = ofVersion(plain(incoming, body), asked);
      delete incoming.headers['content-encoding'];
      incoming.headers['content-length'] = String(body.length);
    }
    const push = isPush(incoming, body);
    this.requests.push({ method: incoming.method, path: incoming.url, push, bodyBytes: body.length });
    const loss = push ? this.#losses.shift() : undefined;
    const before = this.#before?.address.test(incoming.url) ? this.#before : undefined;
    if (before) {
      this.#before = undefined;
      delete incoming.headers['accept-encoding'];
    }
    const onward = request({
      host: '127.0.0.1',
      port: this.#target.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
      agent: false,
    });
    if (loss) {
      this.#lose(onward, outgoing, loss);
    } else {
      onward.on('response', (answer) => {
        if (answered !== undefined) {
          whole(answer).then((told) => {
            const bytes = ofVersion(told ?? Buffer.alloc(0), answered);
            outgoing.writeHead(answer.statusCode, { ...answer.headers, 'content-length': bytes.length });
            outgoing.end(bytes);
          });
          return;
        }
        if (before) {
          // Kept by no cache: what comes later is the script as it is.
          outgoing.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'], 'cache-control': 'no-store' });
          outgoing.write(`${before.code}\n`);
        } else {
          outgoing.writeHead(answer.statusCode, answer.rawHeaders);
        }
        answer.pipe(outgoing);
        // A stream that the server cuts is cut for the browser too.
        answer.on('error', () => outgoing.destroy());
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
    }
    onward.end(body);
  }

  #lose(onward, outgoing, { when, act, done, failed }) {
    let acted;
    const once = () => {
      acted ??= Promise.resolve(act()).then(done, failed);
      return acted;
    };
    const lost = () => once().finally(() => outgoing.destroy());
    onward.on('error', lost);
    onward.on('response', (answer) => {
      answer.on('error', lost);
      answer.on('end', lost);
      answer.resume();
    });
    if (when === 'sent') onward.on('finish', once);
  }
}

/** A request's body, or nothing where the browser gave up. */
async function whole(incoming) {
  const parts = [];
  try {
    for await (const part of incoming) parts.push(part);
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}

/** Whether records are on their way up: the field `push` of the request holds something. */
function isPush(incoming, body) {
  if (incoming.method !== 'POST' || incoming.url !== SYNC) return false;
  const cbor = plain(incoming, body);
  const at = cbor.indexOf(FIELD);
  return at >= 0 && cbor[at + FIELD.length] !== EMPTY_LIST;
}

function plain(incoming, body) {
  return incoming.headers['content-encoding'] === 'deflate' ? inflateSync(body) : body;
}

/** A message of the wire that says another version. */
function ofVersion(cbor, version) {
  const at = cbor.indexOf(VERSION);
  if (at < 0) return cbor;
  const said = Buffer.from(cbor);
  said[at + VERSION.length] = version;
  return said;
}
