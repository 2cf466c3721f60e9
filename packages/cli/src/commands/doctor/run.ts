import { EXIT } from '../../exit-codes.ts';
import { createPhases, createProgress, SILENT } from '../../progress.ts';
import { terminalWidth } from '../../terminal-width.ts';
import { VERSION } from '../../version.ts';
import type { RunSubcommand } from '../subcommand.ts';
import { diagnose, gatherFacts } from './diagnose.ts';
import { formatFindings } from './format.ts';

/** What `--json` prints: goes up when a field changes its meaning or goes away. */
const DIAGNOSIS_VERSION = 1;

/** `mnnquant doctor`. */
export const run: RunSubcommand = async ([source, config, target], { json }) => {
  const phases = createPhases((title) => (json ? SILENT : createProgress(title, process.stderr)));
  try {
    const facts = await gatherFacts({ source: source!, config: config!, target, onProgress: phases.update });
    phases.stop();
    const findings = diagnose(facts);
    const tool = `mnnquant ${VERSION}`;
    process.stdout.write(
      json
        ? `${JSON.stringify({ version: DIAGNOSIS_VERSION, tool, source, config, target, findings }, undefined, 2)}\n`
        : `${formatFindings(findings, terminalWidth(process.stdout))}\n`,
    );
    return findings.some(({ level }) => level === 'problem') ? EXIT.missed : EXIT.done;
  } finally {
    phases.stop();
  }
};
