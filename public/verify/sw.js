// The service worker of the page that checks a proof: visited once, it opens without signal. It answers for that page's
// own files and for nothing else.

const VERSION = '{{verify_version}}';
// Address and SHA-256 of each file, written by the build.
const PRECACHE = {{verify_precache}};
const PAGE = '/verify';
const SCRIPT = '{{verify_page}}';
const PREFIX = 'countersign-verify-';
const CACHE = PREFIX + VERSION;

const own = new Set(PRECACHE.map(([address]) => address));

self.addEventListener('install', (event) => {
  event.waitUntil(install());
  // An open page has loaded all that it needs: nothing there can come from two versions.
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(activate());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  const address = request.mode === 'navigate' && url.pathname === PAGE ? PAGE : url.pathname;
  if (address === PAGE || own.has(address)) event.respondWith(kept(address, request));
});

async function install() {
  const cache = await caches.open(CACHE);
  const files = PRECACHE.map(async ([address, integrity]) => cache.put(address, await fetched(address, { integrity })));
  await Promise.all([...files, keepPage(cache)]);
}

// The server renders the page, so no digest is known beforehand; it is ours, and of this version, if it starts our script.
async function keepPage(cache) {
  const response = await fetched(PAGE);
  const text = await response.clone().text();
  if (!text.includes(SCRIPT)) throw new Error(`${PAGE} is of another version`);
  await cache.put(PAGE, response);
}

async function fetched(address, options = {}) {
  const response = await fetch(new Request(address, { cache: 'no-cache', credentials: 'omit', redirect: 'error', ...options }));
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function activate() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) || fetch(request);
}
