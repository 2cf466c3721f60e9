import { readFileSync } from 'node:fs';
import type { Graph } from '@mnnquant/graph';
import { type Labels, matchLabels, parseLabels } from '../commands/compare/labels.ts';
import { folderProblems } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { messageOf, UsageError } from '../errors.ts';
import type { OpenedSamples, SampleSource } from '../samples/opened.ts';
import { sampleSource } from '../samples/source.ts';
import type { AutoLabels, AutoOptions } from './options.ts';

/** What `mnnquant auto` was asked for. */
export interface AutoRequest
  extends Pick<AutoOptions, 'target' | 'timeMs' | 'minInt8' | 'onTrial' | 'onRank'> {
  /** A folder with samples that judge; absent: a part of those that calibrate. */
  readonly data?: string;
  /** A csv file with the class of each sample that judges. */
  readonly labels?: string;
  /** Added to each label. */
  readonly labelOffset?: number;
  /** The output that labels are of, where several look like scores of classes. */
  readonly labelOutput?: string;
}

/** A request whose files were looked at. */
export interface PreparedAuto {
  /** Of `data`. */
  readonly source?: SampleSource;
  readonly labels?: Labels;
  /** Files that are read. */
  readonly files: readonly string[];
}

/**
 * Everything that can be wrong without reading all samples.
 *
 * @throws {UsageError}
 */
export async function prepareAuto(request: AutoRequest, graph: Graph, config: Config): Promise<PreparedAuto> {
  checkRequest(request);
  const { data, labels } = request;
  const table = labels === undefined ? undefined : parseLabels(readText(labels), labels);
  const source = data === undefined ? undefined : await judgingSource(data, graph, config);
  return {
    ...(source && { source }),
    ...(table && { labels: table }),
    files: labels === undefined ? [] : [labels],
  };
}

function checkRequest({
  target = {},
  timeMs,
  minInt8,
  labels,
  labelOffset = 0,
  labelOutput,
}: AutoRequest): void {
  const { cosine, maxDrop } = target;
  if (cosine !== undefined && !(cosine >= 0 && cosine <= 1))
    throw new UsageError(`target: expected a cosine from 0 to 1, got ${cosine}`);
  if (maxDrop !== undefined && !(maxDrop >= 0 && maxDrop <= 100))
    throw new UsageError(`--max-drop: expected points of accuracy from 0 to 100, got ${maxDrop}`);
  if (maxDrop !== undefined && labels === undefined)
    throw new UsageError('--max-drop needs --labels, a csv file with the class of each sample that judges');
  if (timeMs !== undefined && !(timeMs > 0))
    throw new UsageError(`--time: expected a time above 0, got ${timeMs / 1000} s`);
  if (minInt8 !== undefined && !(minInt8 >= 0 && minInt8 <= 1))
    throw new UsageError(`--min-int8: expected a share from 0 to 1, got ${minInt8}`);
  if (minInt8 !== undefined && cosine === undefined && maxDrop === undefined)
    throw new UsageError('--min-int8 needs --target or --max-drop: without one no layer is left in float');
  if (labels !== undefined) return;
  if (labelOffset !== 0) throw new UsageError('--label-offset needs --labels');
  if (labelOutput !== undefined) throw new UsageError('--label-output needs --labels');
}

async function judgingSource(data: string, graph: Graph, config: Config): Promise<SampleSource> {
  const [problem] = folderProblems(data);
  if (problem) throw new UsageError(problem.replace(/^path/, '--data'));
  return sampleSource(graph, { ...config, path: data, used_image_num: undefined, used_sample_num: 0 });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--labels: cannot read ${file}: ${messageOf(error)}`);
  }
}

/** Finds the labels of samples by their names. */
export function labelFinder(
  { labels: file, labelOffset = 0, labelOutput }: AutoRequest,
  { labels }: PreparedAuto,
): ((samples: OpenedSamples) => AutoLabels) | undefined {
  if (file === undefined || labels === undefined) return undefined;
  return ({ names }) => ({
    file,
    offset: labelOffset,
    labels: matchLabels(labels, names, file),
    ...(labelOutput !== undefined && { outputName: labelOutput }),
  });
}
