#!/usr/bin/env node
import { main } from '../bundle/mnnquant.js';

const code = await main(process.argv.slice(2));
// What was printed may have failed already.
process.exitCode ||= code;
