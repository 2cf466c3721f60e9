export { PreprocessError } from './preprocess-error.ts';
export {
  channelCount,
  type PixelFormat,
  type RgbaImage,
  type SampleOptions,
  sampleImage,
} from './sample-image.ts';
