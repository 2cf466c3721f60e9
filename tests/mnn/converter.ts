import { existsSync } from 'node:fs';
import { runPython } from './oracle.ts';

// The console command of the pip package reports home; the list is the command line of MNNConvert.
const RUN_CONVERTER = 'import sys, MNN, _tools; _tools.mnnconvert(["mnnconvert", *sys.argv[1:]])';

/** Runs MNN's own converter in a process of its own; its exit code says nothing. */
export function convertModel(
  python: string,
  format: 'ONNX' | 'MNN',
  source: string,
  target: string,
  flags: readonly string[] = [],
): void {
  const files = ['-f', format, '--modelFile', source, '--MNNModel', target, '--bizCode', 'test'];
  const output = runPython(python, ['-c', RUN_CONVERTER, ...files, ...flags]);
  if (!existsSync(target)) throw new Error(`MNN's converter did not write ${target}:\n${output}`);
}
