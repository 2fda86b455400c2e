import { blend, cssOf, type Rgb, readableOn, rgbOf } from "./ink.ts";
import type { LogTheme } from "./log-theme.ts";
import { isRgb, type TextStyle } from "./text-style.ts";

/** CSS colours of a run; empty where the row's own colour serves. */
export interface RunColors {
  readonly color: string;
  readonly background: string;
}

/** A hostile log could use every colour there is. */
const maxCached = 4_096;

/** Works out, and remembers, how styles look in one theme. */
export class RunColorTable {
  readonly #cache = new Map<string, RunColors>();

  constructor(private readonly theme: LogTheme) {}

  of(style: TextStyle): RunColors {
    const { foreground, background, dim, inverse } = style;
    const key = `${foreground},${background},${dim},${inverse}`;
    let colors = this.#cache.get(key);
    if (colors === undefined) {
      if (this.#cache.size >= maxCached) this.#cache.clear();
      colors = this.#resolve(style);
      this.#cache.set(key, colors);
    }
    return colors;
  }

  #resolve(style: TextStyle): RunColors {
    const ink = this.#rgb(style.foreground) ?? this.theme.text;
    const paper = this.#rgb(style.background);
    const [front, back] = style.inverse ? [paper ?? this.theme.background, ink] : [ink, paper];
    const faded = style.dim ? blend(front, back ?? this.theme.background, 0.65) : front;
    if (back !== undefined) return { color: cssOf(readableOn(faded, [back])), background: cssOf(back) };
    if (style.foreground === undefined && !style.dim) return { color: "", background: "" };
    return { color: cssOf(readableOn(faded, this.theme.rowBackgrounds)), background: "" };
  }

  #rgb(color: number | undefined): Rgb | undefined {
    if (color === undefined) return undefined;
    return isRgb(color) ? rgbOf(color) : this.theme.palette[color];
  }
}
