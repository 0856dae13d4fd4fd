// The service worker: any /app/* address opens offline. It answers for the app's own files and
// for nothing else; in particular it never stands between the replica and the server.

const VERSION = '{{version}}';
// Address and SHA-256 of each file, written by the build.
const PRECACHE = {{precache}};
const SHELL = '/app/';
const PREFIX = 'countersign-client-';
const CACHE = PREFIX + VERSION;

const own = new Set(PRECACHE.map(([address]) => address));

self.addEventListener('install', (event) => {
  // No skipWaiting: a new version waits until a person asks for it.
  event.waitUntil(install());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(activate());
});

self.addEventListener('message', (event) => {
  if (event.data?.type === 'SKIP_WAITING') self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (url.pathname === '/app' || url.pathname.startsWith('/app/')) {
      event.respondWith(kept(SHELL, request));
    }
    return;
  }
  if (own.has(url.pathname) || url.pathname.startsWith('/client/')) {
    event.respondWith(kept(url.pathname, request));
  }
});

async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    PRECACHE.map(async ([address, integrity]) => {
      // A hashed name never changes its content, so an older version's copy is as good.
      const older = address.startsWith('/client/') && (await caches.match(address));
      await cache.put(address, older || (await fetched(address, integrity)));
    }),
  );
}

// The integrity makes a captive portal's page, or half of a new version, a failure.
async function fetched(address, integrity) {
  const response = await fetch(
    new Request(address, { cache: 'no-cache', credentials: 'omit', redirect: 'error', integrity }),
  );
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function activate() {
  // The version before stays: a tab that still runs it may have to start its worker again.
  const versions = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const older = versions.filter((name) => name !== CACHE).slice(0, -1);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(address, request) {
  const cache = await caches.open(CACHE);
  return (
    (await cache.match(address)) || (await caches.match(address)) || fetch(request)
  );
}
