// The replica's worker: loads its module, then hands over what was said meanwhile.
//
// The module sets `onmessage` when it starts, before its start function returns.

import start from '{{replica_js}}';

const early = [];
const keep = (event) => early.push(event);
self.addEventListener('message', keep);

start({ module_or_path: '{{replica_wasm}}' }).then(
  () => {
    self.removeEventListener('message', keep);
    for (const event of early) {
      self.dispatchEvent(new MessageEvent('message', { data: event.data, ports: [...event.ports] }));
    }
  },
  (error) => {
    // Thrown again outside the promise, so that the page's `onerror` hears of it.
    setTimeout(() => {
      throw error;
    });
  },
);
