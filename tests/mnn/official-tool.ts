import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callPython } from './python-server.ts';

// The console command of the pip package fails on valid input and reports home; the list is the
// command line of quantized.out.
const RUN_TOOL = 'import sys, MNN, _tools; _tools.mnnquant(["mnnquant", *sys.argv[1:4]])';

/** How MNN's own tool ended. It may crash, and its exit code is 0 after most failures. */
export interface ToolRun {
  /** The model it wrote; it need not exist. */
  readonly target: string;
  readonly crashed: boolean;
  readonly output: string;
}

/** Runs MNN's own quantization tool in a process of its own, in `folder`, with `config` as its file. */
export function runOfficialTool(
  python: string,
  source: string,
  config: Readonly<Record<string, unknown>>,
  folder: string,
): ToolRun {
  const target = join(folder, 'official.mnn');
  writeFileSync(join(folder, 'official.config.json'), JSON.stringify(config));
  const { status, output } = callPython(python, ['-c', RUN_TOOL, source, target, 'official.config.json'], {
    cwd: folder,
  });
  return { target, crashed: status !== 0, output };
}
