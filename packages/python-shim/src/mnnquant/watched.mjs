// Runs the command for `mnnquant.quantize`, and ends with the Python that asked for it: however that one ends, standard
// input is closed then. A thread of its own looks at that, since the main one does not while it computes.
import { Worker } from 'node:worker_threads';

const WATCH = `
  const { Socket } = require('node:net');
  const input = new Socket({ fd: 0, readable: true, writable: false });
  input.on('error', () => {});
  const end = () => {
    process.kill(process.pid, 'SIGTERM');
    // It is looked at between two steps of the work.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 5000);
  };
  input.on('close', end);
  input.resume();
  // A process that Python forked meanwhile holds the other end of the pipe; another parent tells that Python is gone.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(), 500);
`;

new Worker(WATCH, { eval: true }).unref();
await import('./_cli/bin/mnnquant.js');
