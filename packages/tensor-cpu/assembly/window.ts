/** A sliding window over planes; the host writes these 14 numbers once per bound node. */
@unmanaged
export class Window {
  channels: i32;
  height: i32;
  width: i32;
  outHeight: i32;
  outWidth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  dilationY: i32;
  dilationX: i32;
  /** Rows of padding above; negative rows are cropped. */
  padTop: i32;
  /** Columns of padding on the left; negative columns are cropped. */
  padLeft: i32;
}
