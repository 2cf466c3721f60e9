import { existsSync } from 'node:fs';
import { weightPath } from './model-files.ts';

/**
 * Says that a weight file of an earlier run lies beside a result that has its weights inside. It does no
 * harm: MNN opens it only for models that refer to it. It may belong to a copy of the older model, so it
 * stays.
 */
export function staleWeightFile(path: string, external: boolean): string[] {
  const file = weightPath(path);
  if (external || !existsSync(file)) return [];
  return [`${file} is of another model: the written one has its weights inside, and the file can go`];
}
