// Starts the app: the replica in its worker, the app's own module beside it, the service worker.
//
// What the app may use of this file, without importing it:
//   window.countersignReplica                     the line to the replica; what it says is kept
//                                                 there until the app listens
//   document.documentElement.dataset.newVersion   'waiting' or 'active' when a newer version is
//                                                 there, absent otherwise
//   event 'countersign:new-version' on window     the same, when it changes
//   event 'countersign:use-new-version' on window dispatched by the app when a person asks for it;
//                                                 the page is then loaded again
//   event 'countersign:look-for-new-version'      dispatched by the app when the server does not
//   on window                                     understand it any more

// First of all: the replica opens its store while the app's module is still on its way.
const line = new MessageChannel();
new Worker('{{replica_worker}}', { type: 'module' }).postMessage('', [line.port2]);
window.countersignReplica = line.port1;

const HOUR_MS = 60 * 60 * 1000;

function tellNewVersion(state) {
  document.documentElement.dataset.newVersion = state;
  window.dispatchEvent(new CustomEvent('countersign:new-version', { detail: state }));
}

function watch(registration) {
  const look = () => {
    // Without a controller this is the first visit: there is nothing older to replace.
    if (registration.waiting && navigator.serviceWorker.controller) tellNewVersion('waiting');
  };
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', look);
  });
  look();

  window.addEventListener('countersign:look-for-new-version', () => registration.update().catch(() => {}));

  let looked = Date.now();
  document.addEventListener('visibilitychange', () => {
    // An installed app is seldom loaded anew, so it asks by itself when somebody comes back to it.
    if (document.visibilityState !== 'visible' || Date.now() - looked < HOUR_MS) return;
    looked = Date.now();
    registration.update().catch(() => {});
  });
}

function registerServiceWorker() {
  if (!('serviceWorker' in navigator)) return;
  const workers = navigator.serviceWorker;
  const hadController = Boolean(workers.controller);
  let asked = false;
  window.addEventListener('countersign:use-new-version', async () => {
    asked = true;
    const waiting = (await workers.getRegistration())?.waiting;
    if (waiting) waiting.postMessage({ type: 'SKIP_WAITING' });
    else location.reload();
  });
  workers.addEventListener('controllerchange', () => {
    if (asked) location.reload();
    // Another tab asked: this one goes on with what it has loaded, and says so.
    else if (hadController) tellNewVersion('active');
  });
  workers
    .register('/sw.js', { scope: '/', updateViaCache: 'none' })
    .then(watch)
    .catch((error) => console.warn('no service worker, so nothing opens offline:', error));
}

registerServiceWorker();

import('{{ui_js}}')
  .then((ui) => ui.default({ module_or_path: '{{ui_wasm}}' }))
  .catch((error) => {
    console.error(error);
    const words = document.getElementById('shell-words');
    if (words) {
      words.textContent =
        'Countersign could not start. Nothing you wrote is lost. Close it and open it again; if that does not help, update the browser.';
    }
  });
