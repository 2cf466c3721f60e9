// Preloaded into the command: notes in $MNNQUANT_NETWORK_LOG what would leave the machine, and forbids it.
const { appendFileSync } = require('node:fs');

function forbid(owner, name, label) {
  owner[name] = () => {
    appendFileSync(process.env.MNNQUANT_NETWORK_LOG, `${label}\n`);
    throw new Error(`${label}: no network here`);
  };
}

const net = require('node:net');
const dns = require('node:dns');
forbid(net.Socket.prototype, 'connect', 'net.connect');
forbid(net.Server.prototype, 'listen', 'net.listen');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  forbid(dns, name, `dns.${name}`);
  forbid(dns.promises, name, `dns.promises.${name}`);
}
forbid(require('node:dgram').Socket.prototype, 'send', 'dgram.send');
forbid(require('node:dgram').Socket.prototype, 'bind', 'dgram.bind');
forbid(globalThis, 'fetch', 'fetch');
// Modules see what was put in place of Node's own.
require('node:module').syncBuiltinESMExports();
appendFileSync(process.env.MNNQUANT_NETWORK_LOG, '');
