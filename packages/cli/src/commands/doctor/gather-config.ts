import { loadConfig } from '../../config/load.ts';
import { messageOf, UsageError } from '../../errors.ts';
import type { ConfigFacts } from './facts.ts';

/** @throws {UsageError} where the file cannot be read */
export function gatherConfig(file: string): ConfigFacts {
  try {
    const { config, given, warnings } = loadConfig(file);
    return { file, problems: [], warnings, config, given };
  } catch (error) {
    const message = messageOf(error);
    if (!(error instanceof UsageError) || message.startsWith('cannot read')) throw error;
    const [first = '', ...lines] = message.split('\n');
    const problems = lines.length > 0 ? lines.map((line) => line.trim()) : [first.replace(`${file}: `, '')];
    return { file, problems, warnings: [] };
  }
}
