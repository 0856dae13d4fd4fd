// The replica's worker: loads its module and hands it the line to the page.
//
// The line comes with the first message and keeps what is said until the module listens.

const line = new Promise((resolve) => {
  self.onmessage = (event) => resolve(event.ports[0]);
});
// Glue and module are on their way together.
const module_or_path = fetch('{{replica_wasm}}');

async function start() {
  const replica = await import('{{replica_js}}');
  self.countersignPage = await line;
  await replica.default({ module_or_path });
}

start().catch((error) => {
  // Thrown again outside the promise, so that the page's `onerror` hears of it.
  setTimeout(() => {
    throw error;
  });
});
