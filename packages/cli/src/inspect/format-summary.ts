import stringWidth from 'string-width';
import { printableName } from '../printable.ts';
import { shareText } from '../share-text.ts';
import type {
  InspectedInput,
  InspectedQuantization,
  InspectedTensor,
  Inspection,
  WeightStorage,
} from './inspection.ts';
import { amount, byteText, shapeText } from './number-text.ts';

/** What is to be printed besides the inspection. */
export interface FileFacts {
  readonly path: string;
  readonly bytes: number;
  /** Where the model keeps weights in a file of its own. */
  readonly weightFile?: { readonly path: string; readonly bytes: number };
}

const LABEL = 12;
/** Kinds of ops that are named before the rest is counted. */
const SHOWN_TYPES = 8;

/**
 * The summary for a person.
 *
 * @param columns of the terminal; `undefined` for a pipe or file, which gets whole lines
 */
export function formatInspection(found: Inspection, file: FileFacts, columns?: number): string {
  const rows: (readonly [label: string, text: string])[] = [
    ['Model', fileText(file)],
    ...metadataRows(found),
    ...found.inputs.map((input): [string, string] => ['Input', inputText(input)]),
    ...found.outputs.map((output): [string, string] => ['Output', tensorText(output)]),
    ['Ops', opsText(found)],
    ...parameterRows(found),
    ...workRows(found),
    ...quantizationRows(found.quantization),
    ...found.notes.map((note): [string, string] => ['Note', note]),
  ];
  let before = '';
  const lines = rows.flatMap(([label, text]) => {
    const shown = label === before ? '' : label;
    before = label;
    return wrapped(printableName(text), columns).map(
      (line, i) => `${(i === 0 ? shown : '').padEnd(LABEL)}${line}`,
    );
  });
  return lines.join('\n');
}

function fileText({ path, bytes, weightFile }: FileFacts): string {
  const weights = weightFile ? `, weights in ${weightFile.path} (${byteText(weightFile.bytes)})` : '';
  return `${path}, ${byteText(bytes)}${weights}`;
}

function metadataRows({ metadata }: Inspection): [string, string][] {
  const { mnnVersion, uuid, bizCode, source, usage, extraInfo, fixedSize, training } = metadata;
  const parts = [
    mnnVersion ? `MNN ${mnnVersion}` : 'MNN of an unknown version',
    `from ${source}`,
    ...(uuid ? [`uuid ${uuid}`] : []),
    ...(bizCode ? [`bizCode ${bizCode}`] : []),
    ...(extraInfo
      ? [`extra info ${[extraInfo.name, byteText(extraInfo.bytes)].filter(Boolean).join(' ')}`]
      : []),
  ];
  const kinds = [
    ...(fixedSize ? ['for the declared input sizes only (--saveStaticModel)'] : []),
    ...(training ? ['with ops that only training needs'] : []),
    ...(usage === 'INFERENCE' || fixedSize ? [] : [`usage ${usage}`]),
  ];
  return [
    ['Made', parts.join(', ')],
    ...(kinds.length > 0 ? [['Kind', kinds.join('; ')] satisfies [string, string]] : []),
  ];
}

function inputText({ name, dtype, layout, declared, shape }: InspectedInput): string {
  const sizes = declared.length === 0 && dtype === 'float32' ? '[no shape declared]' : shapeText(declared);
  const used = shape && String(shape) !== String(declared) ? `, here ${shapeText(shape)}` : '';
  return `${name}  ${dtype} ${sizes}${used} ${layout}`;
}

function tensorText({ name, dtype, shape, layout }: InspectedTensor): string {
  return shape && dtype && layout
    ? `${name}  ${dtype} ${shapeText(shape)} ${layout}`
    : `${name}  shape not known`;
}

function opsText({ opTypes, subgraphs }: Inspection): string {
  const total = opTypes.reduce((sum, { count }) => sum + count, 0);
  const shown = opTypes.slice(0, SHOWN_TYPES).map(({ type, count }) => `${count} ${type}`);
  const rest = opTypes.slice(SHOWN_TYPES);
  const more =
    rest.length > 0
      ? [`${rest.reduce((sum, { count }) => sum + count, 0)} of ${rest.length} more types`]
      : [];
  const inside = subgraphs.length > 0 ? ` (${subgraphs.length} subgraphs counted in)` : '';
  return `${total}${inside}: ${[...shown, ...more].join(', ')}`;
}

function parameterRows({ parameters }: Inspection): [string, string][] {
  const { count, bytes, byStorage, scales, constants } = parameters;
  const kinds = byStorage.map(
    (row) =>
      `${amount(row.count)} ${row.storage}${row.external ? ' in the weight file' : ''} (${byteText(row.bytes)})`,
  );
  const more = [
    ...(scales.count > 0 ? [`${amount(scales.count)} scales (${byteText(scales.bytes)})`] : []),
    ...(constants.count > 0 ? [`${amount(constants.count)} whole numbers in constants`] : []),
  ];
  const list = kinds.length > 0 ? `: ${kinds.join(', ')}` : '';
  return [
    ['Parameters', `${amount(count)} in ${byteText(bytes)}${list}`],
    ...(more.length > 0 ? [['', `besides ${more.join(', ')}`] satisfies [string, string]] : []),
  ];
}

function workRows({ work }: Inspection): [string, string][] {
  if (work === undefined) return [['Work', 'not known']];
  const { multiplyAdds, uncounted, activationBytes, partial } = work;
  const without = uncounted.map(({ type, count }) => `${count} ${type}`).join(', ');
  const text = [
    `${partial ? 'at least ' : ''}${amount(multiplyAdds)} multiply-adds${without ? ` without those of ${without}` : ''}`,
    `${byteText(activationBytes)} of activations at once (as floats, one sample)`,
  ];
  return [['Work', text.join('; ')]];
}

function quantizationRows(found: InspectedQuantization): [string, string][] {
  const rows: [string, string][] = [['Quantized', KIND_TEXT[found.kind]]];
  const { convolutions, multiplyAdds, casts, tensorsWithScale, zeroPoints, clamps } = found;
  if (convolutions) {
    const share = multiplyAdds?.total ? `, ${shareText(multiplyAdds)} of the multiply-adds` : '';
    rows.push([
      '',
      `int8 in MNN: ${convolutions.int8} of ${convolutions.total} convolutions${share}; ${casts ?? 0} ${casts === 1 ? 'cast' : 'casts'} between float and int8`,
    ]);
  } else if (found.kind === 'activations') rows.push(['', 'what runs in int8 is not known without shapes']);
  if (tensorsWithScale > 0) {
    const range = clamps.map(([min, max]) => `${min} … ${max}`).join(', ');
    rows.push([
      '',
      `${tensorsWithScale} tensors with a scale, ${zeroPoints} with a zero point that is not 0; values ${range}`,
    ]);
  }
  for (const row of found.weights)
    rows.push(['Weights', `${row.layers} ${row.layers === 1 ? 'layer' : 'layers'}: ${weightText(row)}`]);
  for (const hint of found.hints) rows.push(['Hint', hint]);
  return rows;
}

const KIND_TEXT: Readonly<Record<InspectedQuantization['kind'], string>> = {
  none: 'no: weights and activations are float',
  weights: 'weights only: activations are float',
  activations: 'activations and weights',
  legacy: 'activations and weights, in int8 ops of old tools',
};

/** `int8, symmetric, a scale per channel`. */
export function weightText({
  storage,
  levels,
  scheme,
  per,
  blockSize,
  sparse,
  external,
}: WeightStorage): string {
  return [
    storage,
    ...(levels === undefined ? [] : [`${levels} levels`]),
    ...(scheme === undefined ? [] : [scheme]),
    ...(per === undefined
      ? []
      : [per === 'block' ? `a scale per ${blockSize} weights` : `a scale per ${per}`]),
    ...(sparse ? ['only those that are not zero'] : []),
    ...(external ? ['in the weight file'] : []),
  ].join(', ');
}

/** Between words; a word that is longer than a line stays whole. */
function wrapped(text: string, columns: number | undefined): string[] {
  if (columns === undefined) return [text];
  const room = Math.max(20, columns - LABEL);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
