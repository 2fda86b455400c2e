/**
 * Colours a program asks for, made readable: moved along lightness (OKLab) until they stand out from
 * what is behind them by `minContrast`, hue kept. Programs choose colours for the terminal they were written on,
 * which was not ours.
 */
export const minContrast = 4.5;

export type Rgb = readonly [red: number, green: number, blue: number];

export function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function rgbOf(color: number): Rgb {
  return [(color >> 16) & 255, (color >> 8) & 255, color & 255];
}

export function cssOf([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** WCAG 2 contrast ratio, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function luminance(color: Rgb): number {
  const [red, green, blue] = color.map(linear) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The colour itself where it is readable on all of `backgrounds`, else its nearest readable relative. */
export function readableOn(color: Rgb, backgrounds: readonly Rgb[]): Rgb {
  const isReadable = (candidate: Rgb) =>
    backgrounds.every((back) => contrast(candidate, back) >= minContrast);
  if (isReadable(color)) return color;
  const step = Math.max(...backgrounds.map(luminance)) < 0.18 ? 0.02 : -0.02;
  const [lightness, a, b] = toOklab(color);
  for (let l = lightness + step; l > 0 && l < 1; l += step) {
    const candidate = fromOklab([l, a, b]);
    if (isReadable(candidate)) return candidate;
  }
  return step > 0 ? [255, 255, 255] : [0, 0, 0];
}

/** `share` of `over`, the rest of `under`. */
export function blend(over: Rgb, under: Rgb, share: number): Rgb {
  return over.map((value, i) => Math.round(value * share + under[i]! * (1 - share))) as unknown as Rgb;
}

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function gamma(value: number): number {
  const encoded = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
  return Math.round(Math.min(Math.max(encoded, 0), 1) * 255);
}

type Lab = readonly [lightness: number, a: number, b: number];

/** Björn Ottosson's OKLab, https://bottosson.github.io/posts/oklab/ */
function toOklab(color: Rgb): Lab {
  const [r, g, b] = color.map(linear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness, a, b]: Lab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
