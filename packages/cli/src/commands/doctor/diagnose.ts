import { checkTargets } from '../../check-targets.ts';
import { messageOf } from '../../errors.ts';
import { CHECKS } from './checks/index.ts';
import type { Facts } from './facts.ts';
import type { Finding, Level } from './finding.ts';
import { gatherArrays } from './gather-arrays.ts';
import { gatherConfig } from './gather-config.ts';
import { gatherImages } from './gather-images.ts';
import { gatherModel, workOf } from './gather-model.ts';

export interface DoctorOptions {
  readonly source: string;
  readonly config: string;
  readonly target?: string;
  readonly onProgress?: (phase: 'samples', done: number, total: number) => void;
}

/**
 * Looks at all that a run would read.
 *
 * @throws {UsageError} where model or config cannot be read
 */
export async function gatherFacts({
  source,
  config: file,
  target,
  onProgress,
}: DoctorOptions): Promise<Facts> {
  const config = gatherConfig(file);
  const { facts, graph } = gatherModel(source, config.config);
  const base: Facts = {
    config,
    model: facts,
    ...(target !== undefined && { target: targetFacts(target, source, file) }),
  };
  if (config.config === undefined) return base;
  const progress = (done: number, total: number): void => onProgress?.('samples', done, total);
  if (config.config.input_type === 'image')
    return { ...base, images: await gatherImages(config.config, facts.image, progress) };
  if (graph === undefined || facts.misfits.length > 0) return base;
  const { facts: arrays, shapes } = await gatherArrays(graph, config.config, progress);
  const work = shapes ? workOf(graph, shapes, config.config, facts.skips) : facts.work;
  return { ...base, model: { ...facts, work }, arrays };
}

function targetFacts(file: string, source: string, config: string): NonNullable<Facts['target']> {
  try {
    checkTargets([file, `${file}.json`], [source, config]);
    return { file };
  } catch (error) {
    return { file, problem: messageOf(error) };
  }
}

const ORDER: readonly Level[] = ['problem', 'warning', 'note'];

/** What the checks find, the worst first. */
export function diagnose(facts: Facts): Finding[] {
  const all = CHECKS.flatMap(({ name, find }) => find(facts).map((found) => ({ check: name, ...found })));
  return ORDER.flatMap((level) => all.filter((finding) => finding.level === level));
}
