// The thread of python-server.ts: keeps one Python, passes each request on to it, and wakes who waits for the answer.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { workerData } from 'node:worker_threads';

const { python, script, port, answered, group } = workerData;
// A process group of its own, so that all of it can be killed.
const child = spawn(python, [script], { stdio: 'pipe', detached: true });
Atomics.store(group, 0, child.pid ?? 0);
/** Number of the request that waits for its answer; 0 if none does. */
let asked = 0;
/** Why there will be no more answers. */
let ended;
/** What it said of its start; scripts print to files. */
let said = '';

function answer(message) {
  asked = 0;
  port.postMessage(message);
  Atomics.store(answered, 0, message.number);
  Atomics.notify(answered, 0);
}

function end(why) {
  ended ??= why;
  if (asked !== 0) answer({ number: asked, error: ended });
}

child.stderr.on('data', (chunk) => {
  said += chunk;
});
child.on('error', (error) => end(`${python}: ${error.message}`));
child.on('close', (code, signal) =>
  end(`${python} ${script} ended with ${signal ?? code}\n${said.slice(-2000)}`),
);
// Writing to a process that has ended fails, which `close` tells.
child.stdin.on('error', () => {});
createInterface({ input: child.stdout }).on('line', (line) => answer(JSON.parse(line)));
port.on('message', (request) => {
  asked = request.number;
  if (ended === undefined) child.stdin.write(`${JSON.stringify(request)}\n`);
  else end(ended);
});
