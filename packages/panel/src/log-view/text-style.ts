/** How a run of text is drawn. Colours: 0 to 15 are the theme's palette, 0x1000000 | rgb is a colour by value. */
export interface TextStyle {
  readonly foreground: number | undefined;
  readonly background: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
}

/** A stretch of a line in one style, ready to become one text node. */
export interface Run {
  readonly text: string;
  /** Absent: the row's own colour. */
  readonly style?: TextStyle;
}

export const plainStyle: TextStyle = {
  foreground: undefined,
  background: undefined,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
};

export const rgbFlag = 0x100_0000;

export function isRgb(color: number): boolean {
  return color >= rgbFlag;
}
