#!/usr/bin/env node
// Older ones say which name some module lacks. As in `engines` of package.json; written so that they can read it.
const OLDEST = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `error: mnnquant needs Node.js ${OLDEST.join('.')} or newer, this is ${process.versions.node}\n`,
  );
  process.exitCode = 1;
} else {
  // Node's code for a command that waits for what never comes, which it does not say.
  process.on('exit', (code) => {
    if (code !== 13) return;
    process.stderr.write('error: the command waits for a result that never comes, a fault of mnnquant\n');
    process.exitCode = 1;
  });
  const { main } = await import('../bundle/mnnquant.js');
  const code = await main(process.argv.slice(2));
  // What was printed may have failed already.
  process.exitCode ||= code;
}
