// The part of RFC 8949 that PROTOCOL.md takes, read strictly: shortest numbers, definite lengths, no tags, no floats.

const SIMPLE = new Map([[20, false], [21, true], [22, null]]);

/** One item and nothing behind it. Maps are `Map`s, bytes are `Buffer`s. */
export function decoded(bytes) {
  const reader = { bytes, at: 0 };
  const value = item(reader, 0);
  if (reader.at !== bytes.length) throw new Error('bytes behind the end');
  return value;
}

function item(reader, depth) {
  if (depth > 24) throw new Error('too many levels');
  const first = take(reader, 1)[0];
  const [major, detail] = [first >> 5, first & 0x1f];
  const number = detail < 24 ? detail : argument(reader, detail);
  switch (major) {
    case 0: return number;
    case 1: return -1 - number;
    case 2: return take(reader, number);
    case 3: return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(take(reader, number));
    case 4: return Array.from({ length: number }, () => item(reader, depth + 1));
    case 5: return map(reader, number, depth);
    case 7:
      if (detail < 24 && SIMPLE.has(number)) return SIMPLE.get(number);
      throw new Error('a float, or a simple value that nobody writes');
    default: throw new Error('a tag');
  }
}

function argument(reader, detail) {
  if (detail > 27) throw new Error('a length that is not told');
  const length = 1 << (detail - 24);
  const number = take(reader, length).reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  const least = [24n, 0x100n, 0x1_0000n, 0x1_0000_0000n][detail - 24];
  if (number < least) throw new Error('not the shortest form');
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('beyond 2^53');
  return Number(number);
}

function map(reader, entries, depth) {
  const read = new Map();
  for (let left = entries; left > 0; left -= 1) {
    const key = item(reader, depth + 1);
    if (read.has(key)) throw new Error(`twice: ${key}`);
    read.set(key, item(reader, depth + 1));
  }
  return read;
}

function take(reader, length) {
  if (reader.at + length > reader.bytes.length) throw new Error('cut short');
  reader.at += length;
  return reader.bytes.subarray(reader.at - length, reader.at);
}
