// The vectors hold by what PROTOCOL.md says and nothing else: no code of the project is used here.

import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inflateRawSync, inflateSync } from 'node:zlib';
import { decoded } from './vectors/cbor.mjs';
import { misfit, rulesOf } from './vectors/cddl.mjs';

const ROOT = new URL('../../', import.meta.url);
const RULES = rulesOf(readFileSync(new URL('PROTOCOL.md', ROOT), 'utf8'));
const vectors = (name) => JSON.parse(readFileSync(new URL(`shared/tests/vectors/${name}.json`, ROOT), 'utf8'));
const bytes = (hex) => Buffer.from(hex, 'hex');
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const uuid = (text) => (text === null ? Buffer.alloc(16) : bytes(text.replaceAll('-', '')));

/** The fixed part of an Ed25519 key in DER (RFC 8410). */
const publicKey = (raw) => createPublicKey({ key: Buffer.concat([bytes('302a300506032b6570032100'), raw]), format: 'der', type: 'spki' });
const privateKey = (seed) => createPrivateKey({ key: Buffer.concat([bytes('302e020100300506032b657004220420'), seed]), format: 'der', type: 'pkcs8' });

function number(value, length) {
  const buffer = Buffer.alloc(length);
  if (length === 8) buffer.writeBigInt64BE(BigInt(value));
  else buffer.writeUIntBE(value, 0, length);
  return buffer;
}

/** RFC 8785, for text, integers and booleans. */
const escaped = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };
const quoted = (text) => `"${text.replace(/["\\\u0000-\u001f]/g, (one) => escaped[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

function canonical({ log, record, kind, form, fields }) {
  const values = Object.keys(fields).sort().map((name) => `${quoted(name)}:${typeof fields[name] === 'string' ? quoted(fields[name]) : fields[name]}`);
  return `{"content":{${values.join(',')}},"content_version":1,"domain":"countersign content","form":"${form}","kind":${quoted(kind)},"log":"${log}","record":"${record}"}`;
}

/** Walks a chain as section 10 has it; returns what its `cbor` decodes to. */
function walks(chain) {
  const key = publicKey(bytes(chain.organisation_key));
  let head = sha256('countersign log 1\0', uuid(chain.organisation), chain.log);
  assert.equal(head.toString('hex'), chain.origin);
  for (const [position, line] of chain.lines.entries()) {
    const kind = ['word', 'decision', 'fact'].indexOf(line.kind);
    const header = Buffer.concat([
      number(kind, 1), number(position, 8), number(line.epoch, 4), number(line.received_at, 8), bytes(line.nonce), uuid(line.author), uuid(line.device),
    ]);
    assert.equal(header.toString('hex'), line.header_bytes);
    assert.equal(header.length, 69);
    const commitment = sha256(bytes(line.salt), bytes(line.bytes));
    assert.equal(commitment.toString('hex'), line.commitment);
    head = sha256('countersign chain 1\0', head, header, commitment);
    assert.equal(head.toString('hex'), line.hash);
    assert.ok(line.signature || (line.kind === 'word' && position < chain.lines.length - 1));
    if (line.signature) assert.ok(verify(null, Buffer.concat([Buffer.from('countersign line 1\0'), head]), key, bytes(line.signature)));
    assert.equal(line.seen, `${position}:${bytes(line.nonce).subarray(0, 12).toString('base64url')}`);
    fits('line', line.cbor);
    if (line.kind !== 'word') fits(line.kind === 'fact' ? 'fact' : 'signed-decision', line.bytes);
  }
}

function fits(rule, hex) {
  const value = decoded(bytes(hex));
  assert.equal(misfit(RULES, rule, value), undefined);
  return value;
}

/** A change's hash and the dependencies and actor at its beginning. */
function change(hex) {
  const chunk = bytes(hex);
  assert.equal(chunk.subarray(0, 4).toString('hex'), '856f4a83');
  assert.equal(chunk[8], 1);
  const hash = sha256(chunk.subarray(8));
  assert.deepEqual(chunk.subarray(4, 8), hash.subarray(0, 4));
  let at = 9;
  const unsigned = () => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = chunk[at++];
      value += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (byte < 0x80) return value;
    }
  };
  const take = (length) => chunk.subarray(at, (at += length)).toString('hex');
  assert.equal(unsigned(), chunk.length - at);
  const deps = Array.from({ length: unsigned() }, () => take(32));
  const actor = take(unsigned());
  const [seq, startOp, time] = [unsigned(), unsigned(), unsigned()];
  const message = Buffer.from(take(unsigned()), 'hex').toString();
  return { hash: hash.toString('hex'), deps, actor, seq, startOp, time, message };
}

test('chains recompute, and the organisation signed what it must', () => {
  walks(vectors('chain'));
  walks(vectors('refused').log);
  const { own_log: own, record_log: record } = vectors('observation');
  walks(own);
  walks(record);
});

test('canonical content and its digest follow from the fields', () => {
  for (const content of vectors('content')) {
    assert.equal(canonical(content), bytes(content.bytes).toString());
    const digest = sha256('countersign content 1\0', bytes(content.salt), bytes(content.bytes));
    assert.equal(digest.toString('hex'), content.digest);
  }
});

test('forms are hashes of their declarations', () => {
  for (const { declaration, form } of vectors('forms')) assert.equal(sha256(declaration).toString('hex'), form);
});

test('decisions are signed over tag and body, and say what they say', () => {
  const { seed, key, decisions } = vectors('decision');
  for (const { decision, body, message, signature, signed } of decisions) {
    const text = Buffer.concat([Buffer.from('countersign decision 1\0'), bytes(body)]);
    assert.equal(text.toString('hex'), message);
    assert.ok(verify(null, text, publicKey(bytes(key)), bytes(signature)));
    assert.equal(sign(null, text, privateKey(bytes(seed))).toString('hex'), signature);
    const read = fits('decision', body);
    assert.equal(read.get('act'), decision.act);
    assert.equal(read.get('digest').toString('hex'), decision.digest);
    assert.equal(read.get('reason') ?? null, decision.reason ?? null);
    assert.equal(fits('signed-decision', signed).get('body').toString('hex'), body);
  }
});

test('a genesis has the actor that follows from log and epoch', () => {
  for (const { log, epoch, actor, bytes: hex, hash } of vectors('genesis')) {
    assert.equal(sha256('countersign genesis', log, number(epoch, 4)).subarray(0, 16).toString('hex'), actor);
    assert.deepEqual(change(hex), { hash, deps: [], actor, seq: 1, startOp: 1, time: 0, message: '' });
  }
});

test('changes are named by their hash and follow each other', () => {
  const genesis = new Map(vectors('genesis').filter(({ epoch }) => epoch === 1).map(({ log, hash }) => [log, hash]));
  for (const { log, bytes: hex, hash, deps, actor, seq, start_op: startOp, message } of vectors('changes')) {
    assert.deepEqual(change(hex), { hash, deps, actor, seq, startOp, time: 0, message });
    assert.ok(deps.includes(genesis.get(log)) === (seq === 1));
  }
  for (const { device, slot, actor } of vectors('names').actors) {
    assert.equal(Buffer.concat([uuid(device), number(slot, 2)]).toString('hex'), actor);
  }
});

test('people compare a key by the digits of its text', () => {
  for (const { key, number } of vectors('names').check_numbers) {
    let digest = sha256('countersign check number 1\0', key);
    for (let round = 1; round < 4096; round += 1) digest = sha256(digest);
    const groups = Array.from({ length: 8 }, (_, group) => String(digest.readUInt32BE(4 * group) % 10_000).padStart(4, '0'));
    assert.equal(groups.join(' '), number);
  }
});

test('a compressed change is made plain by unpacking its body', () => {
  const { compressed, plain } = vectors('compressed');
  const begin = (chunk) => {
    let at = 9;
    while (chunk[at++] >= 0x80);
    return at;
  };
  const [packed, wanted] = [bytes(compressed), bytes(plain)];
  assert.equal(packed[8], 2);
  assert.deepEqual(packed.subarray(0, 8), wanted.subarray(0, 8));
  assert.deepEqual(inflateRawSync(packed.subarray(begin(packed))), wanted.subarray(begin(wanted)));
  assert.match(change(plain).hash, /^[0-9a-f]{64}$/);
});

test('the wire is what the CDDL says', () => {
  const wire = vectors('wire');
  const rules = { session: 'session', enrol: 'enrol', enrolled: 'enrolled', first_request: 'sync-request', request: 'sync-request', answer: 'sync-response' };
  for (const [name, rule] of Object.entries(rules)) fits(rule, wire[name]);
  assert.equal(fits('sync-response', wire.every_verdict).get('verdicts').length, RULES.get('verdict').of.length);
  assert.equal(inflateSync(bytes(wire.request_deflated)).toString('hex'), wire.request);
  for (const { cbor, framed } of wire.live) {
    fits('live-frame', cbor);
    assert.equal(Buffer.concat([number(cbor.length / 2, 4), bytes(cbor)]).toString('hex'), framed);
  }
  assert.equal(wire.live.length, RULES.get('live-frame').of.length);
  for (const { verdict } of vectors('refused').refused) fits('verdict', verdict);
  for (const { cbor } of vectors('names').logs) fits('cursor', cbor);
  assert.deepEqual(Object.keys(JSON.parse(wire.problem)), ['code', 'title', 'status']);
});

test('facts of every sort are what the CDDL says', () => {
  const sorts = vectors('facts').map((fact) => [...fits('fact', fact).keys()][0]);
  assert.equal(new Set(sorts).size, RULES.get('fact').of.length);
});

/** The steps of section 15 that ask no rule; answers the codes of what does not hold. */
function unproven(file, wanted) {
  let proof;
  try {
    proof = fits('proof', file);
  } catch {
    return ['file'];
  }
  const codes = [];
  if (proof.get('key').get('ed25519').get('key').toString('hex') !== wanted) codes.push('key');
  const key = publicKey(bytes(wanted));
  for (const log of proof.get('logs')) {
    const [name, lines] = [log.get('log'), log.get('lines')];
    if (!follows(name, proof.get('organisation'), lines, key)) {
      codes.push('chain');
      continue;
    }
    if (log.has('checkpoint') && !ended(lines.at(-1), log.get('checkpoint'), key)) codes.push('as_of');
    const facts = sides(lines, 'fact').map(({ side }) => decoded(side.get('bytes')));
    const opened = facts[0].get('opened');
    if (opened.get('log') !== name || !opened.get('organisation').equals(proof.get('organisation')) || opened.get('organisation_name') !== proof.get('organisation_name')) codes.push('opening');
    const devices = facts.filter((fact) => fact.has('device')).map((fact) => fact.get('device'));
    for (const { line, side } of sides(lines, 'decision')) codes.push(...disbelieved(name, line, side, devices));
  }
  return codes;
}

const sides = (lines, kind) => lines.filter((line) => line.get('header').get('kind') === kind && line.has('side')).map((line) => ({ line, side: line.get('side') }));

function follows(log, organisation, lines, key) {
  let head = sha256('countersign log 1\0', organisation, log);
  return lines.every((line, position) => {
    const header = line.get('header');
    const kind = ['word', 'decision', 'fact'].indexOf(header.get('kind'));
    const laid = Buffer.concat([
      number(kind, 1), number(header.get('position'), 8), number(header.get('epoch'), 4), number(header.get('received_at'), 8), header.get('nonce'),
      header.get('author') ?? Buffer.alloc(16), header.get('device') ?? Buffer.alloc(16),
    ]);
    head = sha256('countersign chain 1\0', head, laid, line.get('commitment'));
    const [side, signature] = [line.get('side'), line.get('signature')];
    const needed = kind !== 0 || position === lines.length - 1;
    return header.get('position') === position
      && head.equals(line.get('hash'))
      && (!side || sha256(side.get('salt'), side.get('bytes')).equals(line.get('commitment')))
      && (signature ? verify(null, Buffer.concat([Buffer.from('countersign line 1\0'), head]), key, signature.get('ed25519').get('sig')) : !needed);
  });
}

function ended(last, checkpoint, key) {
  const text = Buffer.concat([Buffer.from('countersign checkpoint 1\0'), last.get('hash'), number(checkpoint.get('at'), 8)]);
  return checkpoint.get('at') >= last.get('header').get('received_at') && verify(null, text, key, checkpoint.get('signature').get('ed25519').get('sig'));
}

/** A decision as section 10 has it believed. */
function disbelieved(log, line, side, devices) {
  const signed = decoded(side.get('bytes'));
  const decision = decoded(signed.get('body'));
  const device = devices.find((device) => device.get('device').equals(decision.get('device')) && device.get('person').equals(decision.get('by')));
  if (!device) return ['certificate'];
  const text = Buffer.concat([Buffer.from('countersign decision 1\0'), signed.get('body')]);
  const holds = verify(null, text, publicKey(device.get('key').get('ed25519').get('key')), signed.get('signature').get('ed25519').get('sig'));
  if (!holds || decision.get('log') !== log) return ['signature'];
  const content = side.get('content');
  if (content && !sha256('countersign content 1\0', content).equals(decision.get('digest'))) return ['content'];
  return line.get('header').get('author').equals(decision.get('by')) ? [] : ['author'];
}

test('a proof holds by chain, signatures and digests, and a spoiled one does not', () => {
  const { key, text, cases } = vectors('proof');
  assert.equal(text, `ed25519:${key}`);
  for (const { what, file, verdict, findings } of cases) {
    const bad = findings.filter(({ answer }) => answer === 'does_not_hold' || answer === 'unreadable').map(({ code }) => code);
    assert.deepEqual(unproven(file, key).slice(0, 1), bad.slice(0, 1), what);
    assert.equal(bad.length === 0, verdict === 'holds', what);
  }
  const [honest] = cases;
  assert.deepEqual(unproven(honest.file, '00'.repeat(32)).slice(0, 1), ['key']);
  const [subject] = fits('proof', honest.file).get('subjects');
  assert.equal(subject.get('state'), 'sealed');
});

test('the CDDL is held to: what is missing, too much or of another type does not fit', () => {
  const request = () => decoded(bytes(vectors('wire').request));
  const broken = (change) => {
    const value = request();
    change(value);
    return misfit(RULES, 'sync-request', value);
  };
  assert.equal(broken(() => {}), undefined);
  assert.match(broken((value) => value.delete('device')), /device is missing/);
  assert.match(broken((value) => value.set('more', true)), /has more too/);
  assert.match(broken((value) => value.set('v', 3)), /v does not fit/);
  assert.match(broken((value) => value.get('cursors')[0].push(1)), /too long/);
  assert.match(broken((value) => value.get('push')[0][2][0].pop()), /too short/);
});
