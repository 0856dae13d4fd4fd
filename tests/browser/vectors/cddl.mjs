// The part of RFC 8610 that PROTOCOL.md is written in: maps, arrays, choices, literals, names, `.size`, `.cbor`.

import { decoded } from './cbor.mjs';

const TOKEN = /\s+|;[^\n]*|(=>|[=/{}[\],:?*+])|("[^"]*")|(\d+)|(\.[a-z]+)|([a-z][a-z0-9_-]*)/gy;

/** Reads the rules of all `cddl` blocks of a Markdown page. */
export function rulesOf(markdown) {
  const blocks = [...markdown.matchAll(/```cddl\n(.*?)```/gs)].map(([, block]) => block);
  const tokens = tokensOf(blocks.join('\n'));
  const rules = new Map();
  while (tokens.length > 0) {
    const name = tokens.shift();
    expect(tokens, '=');
    if (rules.has(name)) throw new Error(`${name} is defined twice`);
    rules.set(name, choice(tokens));
  }
  return rules;
}

function tokensOf(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw new Error(`not read: ${text.slice(from, from + 40)}`);
    const token = found.slice(1).find((part) => part !== undefined);
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

function expect(tokens, wanted) {
  const token = tokens.shift();
  if (token !== wanted) throw new Error(`${wanted} expected, not ${token}`);
}

function choice(tokens) {
  const of = [single(tokens)];
  while (tokens[0] === '/') {
    tokens.shift();
    of.push(single(tokens));
  }
  return of.length === 1 ? of[0] : { sort: 'choice', of };
}

function single(tokens) {
  const token = tokens.shift();
  if (token === '{' || token === '[') return { sort: token, entries: entries(tokens, token === '{' ? '}' : ']') };
  if (token.startsWith('"')) return { sort: 'literal', value: token.slice(1, -1) };
  if (/^\d/.test(token)) return { sort: 'literal', value: Number(token) };
  if (tokens[0] === '.size') return { sort: 'size', bytes: (tokens.shift(), Number(tokens.shift())) };
  if (tokens[0] === '.cbor') return { sort: 'cbor', of: (tokens.shift(), single(tokens)) };
  return { sort: 'name', name: token };
}

function entries(tokens, end) {
  const all = [];
  while (tokens[0] !== end) {
    const occurs = '?*+'.includes(tokens[0]) ? tokens.shift() : '';
    const named = tokens[1] === ':';
    const key = named ? { sort: 'literal', value: tokens.shift() } : undefined;
    if (named) tokens.shift();
    const type = choice(tokens);
    if (!named && tokens[0] === '=>') {
      tokens.shift();
      all.push({ occurs, key: type, type: choice(tokens) });
    } else {
      all.push({ occurs, key, type });
    }
    if (tokens[0] === ',') tokens.shift();
  }
  tokens.shift();
  return all;
}

/** Why a value is not what a rule says; nothing where it is. */
export function misfit(rules, name, value) {
  return misfitOf(rules, { sort: 'name', name }, value, name);
}

const PLAIN = {
  tstr: (value) => typeof value === 'string',
  bstr: (value) => Buffer.isBuffer(value),
  uint: (value) => Number.isInteger(value) && value >= 0,
  int: (value) => Number.isInteger(value),
  bool: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

function misfitOf(rules, type, value, at) {
  const is = (fits) => (fits ? undefined : `${at} does not fit`);
  switch (type.sort) {
    case 'literal': return is(value === type.value);
    case 'size': return is(Buffer.isBuffer(value) && value.length === type.bytes);
    case 'cbor': return Buffer.isBuffer(value) ? misfitOf(rules, type.of, decoded(value), at) : `${at} is not bytes`;
    case 'choice': {
      const why = type.of.map((one) => misfitOf(rules, one, value, at));
      return why.includes(undefined) ? undefined : why.join('; ');
    }
    case '{': return misfitOfMap(rules, type.entries, value, at);
    case '[': return misfitOfArray(rules, type.entries, value, at);
    default: {
      if (PLAIN[type.name]) return is(PLAIN[type.name](value));
      if (!rules.has(type.name)) throw new Error(`no rule ${type.name}`);
      return misfitOf(rules, rules.get(type.name), value, at);
    }
  }
}

function misfitOfMap(rules, entries, value, at) {
  if (!(value instanceof Map)) return `${at} is not a map`;
  const left = new Map(value);
  for (const { occurs, key, type } of entries) {
    const fitting = [...left.keys()].filter((other) => misfitOf(rules, key, other, at) === undefined);
    if (fitting.length === 0 && occurs === '') return `${at}.${key.value} is missing`;
    for (const other of fitting) {
      const why = misfitOf(rules, type, left.get(other), `${at}.${other}`);
      if (why) return why;
      left.delete(other);
    }
  }
  return left.size === 0 ? undefined : `${at} has ${[...left.keys()].join(', ')} too`;
}

function misfitOfArray(rules, entries, value, at) {
  if (!Array.isArray(value)) return `${at} is not an array`;
  let next = 0;
  for (const { occurs, type } of entries) {
    const before = next;
    let why;
    while (next < value.length && (next === before || '*+'.includes(occurs || ' '))) {
      why = misfitOf(rules, type, value[next], `${at}[${next}]`);
      if (why) break;
      next += 1;
    }
    if (next === before && (occurs === '' || occurs === '+')) return why ?? `${at} is too short`;
    if (why) return why;
  }
  return next === value.length ? undefined : `${at} is too long`;
}
