import { jsonObject, jsonProperty } from '../config/json-text.ts';
import type { Answers, FolderSizes, ImageAnswers, SequenceAnswers } from './answers.ts';
import { methodEntries } from './method-entries.ts';

/** A key of the config, and what a person should know about its value. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly comments: readonly string[];
}

/** Keys that are there to be switched on. */
interface Suggestion {
  readonly lines: readonly string[];
}

export interface TextOptions {
  /** The model, for the header. */
  readonly source: string;
  /** Without them MNN's own tool reads the file, too. */
  readonly comments: boolean;
}

/** The widths of lines that a comment is broken to. */
const COMMENT_COLUMNS = 100;

/** A config file for the answers, with what to check about each of its values. */
export function configText(answers: Answers, { source, comments }: TextOptions): string {
  const entries = answers.kind === 'image' ? imageEntries(answers) : sequenceEntries(answers);
  if (!comments) return `${jsonObject(entries)}\n`;
  const lines = entries.flatMap(({ key, value, comments: texts }, i) => [
    ...texts.flatMap(commentLines),
    `${jsonProperty(key, value)}${i < entries.length - 1 ? ',' : ''}`,
  ]);
  const more = suggestions(answers).flatMap(({ lines: own }) => own.flatMap(commentLines));
  const header = [
    `How mnnquant quantizes ${oneLine(source)}: mnnquant SRC.mnn DST.mnn CONFIG`,
    "All keys: docs/config.md. MNN's own tool takes no comments: for it, write this file with --no-comments.",
  ].flatMap((text) => broken(text).map((line) => `// ${line}`));
  return `${[...header, '{', ...[...lines, ...more].map((line) => `  ${line}`), '}'].join('\n')}\n`;
}

function imageEntries(answers: ImageAnswers): Entry[] {
  const { guess, path, format, shape, images } = answers;
  return [
    {
      key: 'path',
      value: path,
      comments: [
        'Folder with sample images, from the working directory: 30 to 1000 like those the network will see.',
        ...folderComments(images),
      ],
    },
    { key: 'format', value: format, comments: formatComments(answers) },
    ...normalizationEntries(answers),
    ...sizeEntries(answers),
    ...(shape
      ? [
          {
            key: 'inputs',
            value: [{ name: guess.input.name, shape }],
            comments: ['The model does not say the shape of its input.'],
          },
        ]
      : []),
    ...methodEntries(answers),
  ];
}

function normalizationEntries(answers: ImageAnswers): Entry[] {
  const { normalization, guessed } = answers;
  const comments = [
    `The network's input is (pixel - mean) * normal, pixels from 0 to 255: here ${rangeText(answers)}.`,
    ...(guessed.has('mean')
      ? ['A guess. Compare with the code that trained the network or runs it now.']
      : []),
  ];
  return [
    { key: 'mean', value: normalization.mean, comments },
    { key: 'normal', value: normalization.normal, comments: [] },
  ];
}

function sizeEntries(answers: ImageAnswers): Entry[] {
  const { guess, width, height, guessed } = answers;
  const isFixed = guess.width !== undefined && guess.height !== undefined;
  const size = isFixed
    ? `The size of the model's input "${oneLine(guess.input.name)}"; images are stretched to it.`
    : `The model takes any size: give the one that it will be used with.${guessed.has('width') ? ' This is a guess.' : ''}`;
  return [
    { key: 'width', value: width, comments: [size, ...stretchComments(answers)] },
    { key: 'height', value: height, comments: [] },
  ];
}

function folderComments(images: FolderSizes | undefined): string[] {
  if (images === undefined) return ['There was no such folder when this file was written.'];
  return images.files === 0 ? ['It held no file when this file was written.'] : [];
}

function formatComments({ guess, guessed }: ImageAnswers): string[] {
  if (guess.formats.length === 1) return ['The model has one channel.'];
  const order =
    'The order of the colours in which the network was trained: RGB, or BGR as with OpenCV and Caffe.';
  return guessed.has('format')
    ? [order, 'The model does not say it: this is a guess. Swapped colours cost accuracy without any error.']
    : [order];
}

/** What the darkest and the lightest pixel become. */
function rangeText({ normalization: { mean, normal } }: ImageAnswers): string {
  const ends = mean.flatMap((value, i) => [(0 - value) * (normal[i] ?? 1), (255 - value) * (normal[i] ?? 1)]);
  return `from ${short(Math.min(...ends))} to ${short(Math.max(...ends))}`;
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** Ratios of sides that are this near look the same. */
const SAME_RATIO = 1.1;

function stretchComments({ images, width, height }: ImageAnswers): string[] {
  const stretched =
    images?.sizes.filter((image) => !isAlike(image.width / image.height, width / height)) ?? [];
  if (images === undefined || stretched.length === 0) return [];
  const [first] = stretched;
  return [
    `${stretched.length} of the first ${images.sizes.length} images have another shape, such as ${first.width}x${first.height}, and are stretched. That is right where the app stretches, too; else cut them with the center_crop keys below.`,
  ];
}

function isAlike(a: number, b: number): boolean {
  return Math.max(a / b, b / a) <= SAME_RATIO;
}

function sequenceEntries(answers: SequenceAnswers): Entry[] {
  const { guess, path, shapes } = answers;
  const inputs = guess.inputs.map(({ name, declared }) => {
    const shape = shapes.get(name) ?? declared.map((extent, axis) => (extent < 0 && axis === 0 ? 1 : extent));
    const isKnown = shape.length > 0 && shape.every((extent) => extent >= 1);
    return { name, ...(isKnown && { shape }) };
  });
  const open = guess.inputs.filter(({ name, shape }) => shape === undefined && !shapes.has(name));
  return [
    {
      key: 'path',
      value: path,
      comments: [
        'Folder with samples, from the working directory. Each is a folder with a file of numbers per input,',
        `called as the input: ${oneLine(path.replace(/[\\/]+$/, ''))}/0001/${oneLine(guess.inputs[0]?.name ?? 'input')}.npy (.txt and raw float32 are read as well).`,
      ],
    },
    {
      key: 'input_type',
      value: 'sequence',
      comments: ['Numbers from files; with "image" the folder holds images.'],
    },
    {
      key: 'inputs',
      value: inputs,
      comments: [
        'The inputs of the model. One that is always the same can have "value": a number or all of them, and needs no file.',
        ...open.map(
          ({ name, declared }) =>
            `"${oneLine(name)}" has the shape [${declared}] in the model; a .npy file brings its own, for others add "shape".`,
        ),
      ],
    },
    ...methodEntries(answers),
  ];
}

/** Below the last key, to be taken in by removing the slashes (a comma before it is needed then). */
function suggestions(answers: Answers): Suggestion[] {
  const crop = answers.kind === 'image' ? cropLines(answers) : [];
  return [
    {
      lines: [
        'To be switched on, with a comma behind the line above:',
        ...crop,
        '"debug": true says which layers lose most; "skip_quant_op_names": ["NAME"] leaves those in float.',
      ],
    },
  ];
}

/** The part of the first stretched image that has the network's shape. */
function cropLines({ images, width, height }: ImageAnswers): string[] {
  const wanted = width / height;
  const first = images?.sizes.find((image) => !isAlike(image.width / image.height, wanted));
  if (first === undefined) return [];
  const given = first.width / first.height;
  const share = Number((given > wanted ? wanted / given : given / wanted).toFixed(3));
  const key = given > wanted ? 'center_crop_w' : 'center_crop_h';
  return [`"${key}": ${share} cuts ${first.width}x${first.height} to the shape of the network's input.`];
}

function commentLines(text: string): string[] {
  return broken(text).map((line) => `// ${line}`);
}

/** Between words. */
function broken(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= COMMENT_COLUMNS)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A name must not end the comment that it stands in. */
function oneLine(name: string): string {
  return name.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, '\u{fffd}');
}
