// Removes folders that a build is about to fill: a file of an earlier build whose source is gone would be published.
import { rmSync } from 'node:fs';

for (const folder of process.argv.slice(2)) rmSync(folder, { recursive: true, force: true });
