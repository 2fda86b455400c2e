import { plainStyle, rgbFlag, type TextStyle } from "./text-style.ts";

/** The style after a "select graphic rendition" sequence; `parameters` is what stands between `[` and `m`. */
export function applySgr(style: TextStyle, parameters: string): TextStyle {
  if (parameters === "") return plainStyle;
  const codes = parameters.split(";");
  let next = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    const isExtended = code === "38" || code === "48";
    if (code.includes(":")) next = applyColonColor(next, code.split(":"));
    else if (isExtended) {
      const used = codes[i + 1] === "2" ? 4 : 2;
      next = withColor(next, code, extendedColor(codes.slice(i + 1, i + 1 + used)));
      i += used;
    } else next = applyCode(next, Number(code));
  }
  return next;
}

function applyCode(style: TextStyle, code: number): TextStyle {
  if (code === 0) return plainStyle;
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 90 + 8 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 100 + 8 };
  const change = attributeChanges[code];
  return change === undefined ? style : { ...style, ...change };
}

const attributeChanges: Readonly<Record<number, Partial<TextStyle>>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { foreground: undefined },
  49: { background: undefined },
};

/** The colon form: `38:5:n`, `38:2:r:g:b`, `38:2::r:g:b`; `4:0` ends an underline, `4:n` begins one. */
function applyColonColor(style: TextStyle, parts: readonly string[]): TextStyle {
  const [code, kind, ...values] = parts;
  if (code === "4") return { ...style, underline: kind !== "0" };
  if (code !== "38" && code !== "48") return style;
  const components = kind === "2" && values.length > 3 ? values.slice(1) : values;
  return withColor(style, code, extendedColor([kind ?? "", ...components]));
}

function withColor(style: TextStyle, code: string, color: number | undefined): TextStyle {
  if (color === undefined) return style;
  return code === "38" ? { ...style, foreground: color } : { ...style, background: color };
}

function extendedColor([kind, ...values]: readonly string[]): number | undefined {
  const numbers = values.map(Number);
  if (!numbers.every((value) => value >= 0 && value <= 255)) return undefined;
  if (kind === "5" && numbers.length >= 1) return indexedColor(numbers[0]!);
  if (kind === "2" && numbers.length >= 3) return rgb(numbers[0]!, numbers[1]!, numbers[2]!);
  return undefined;
}

/** The 256-colour table: 16 of the palette, a 6×6×6 cube, 24 greys. */
export function indexedColor(index: number): number {
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return rgb(grey, grey, grey);
  }
  const cube = index - 16;
  return rgb(cubeStep(Math.floor(cube / 36)), cubeStep(Math.floor(cube / 6) % 6), cubeStep(cube % 6));
}

function cubeStep(step: number): number {
  return step === 0 ? 0 : 55 + step * 40;
}

function rgb(red: number, green: number, blue: number): number {
  return rgbFlag | (red << 16) | (green << 8) | blue;
}
