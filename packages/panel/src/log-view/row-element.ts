import type { Row } from "../worker/messages.ts";
import { clockTime } from "./clock.ts";
import type { LogLabels } from "./log-labels.ts";
import type { RunColorTable } from "./run-colors.ts";
import type { Run, TextStyle } from "./text-style.ts";

/** What all rows of a view share. Replaced as a whole: a row drawn under another look is drawn anew. */
export interface RowLook {
  readonly labels: LogLabels;
  readonly colors: RunColorTable;
}

/**
 * One recycled row. Text enters the document only as text nodes and styles only through the style
 * object: nothing a program prints can become markup, and the page's Content-Security-Policy holds.
 */
export class RowElement {
  readonly node = element("div", "log-row");
  readonly #number = element("span", "log-number");
  readonly #time = element("span", "log-time");
  readonly #level = element("span", "log-level");
  readonly #source = element("span", "log-source");
  readonly #text = element("span", "log-text");
  #row: Row | undefined;
  #look: RowLook | undefined;
  #index = -1;

  constructor() {
    this.node.append(this.#number, this.#time, this.#level, this.#source, this.#text);
  }

  show(index: number, row: Row | undefined, look: RowLook): void {
    if (this.#index === index && this.#row === row && this.#look === look) return;
    this.#index = index;
    this.#row = row;
    this.#look = look;
    if (row === undefined) this.#skeleton(index);
    else this.#draw(row, look);
  }

  /** The line has not arrived yet: its number keeps its place. */
  #skeleton(index: number): void {
    this.node.dataset["kind"] = "skeleton";
    delete this.node.dataset["level"];
    this.#number.textContent = lineNumber(index + 1);
    for (const cell of [this.#time, this.#level, this.#source, this.#text]) cell.textContent = "";
  }

  #draw(row: Row, { labels, colors }: RowLook): void {
    const isPartial = row.sequence === 0;
    const { level, source } = row;
    this.node.dataset["kind"] = isPartial ? "partial" : "line";
    this.node.dataset["level"] = isPartial ? "NONE" : level;
    this.#number.textContent = isPartial ? "" : lineNumber(row.sequence);
    this.#time.textContent = isPartial ? "" : clockTime(row.timeUs);
    this.#level.textContent = isPartial ? "" : level;
    this.#source.textContent = labels.sources[source];
    this.#source.dataset["source"] = source;
    this.#text.replaceChildren(...row.runs.map((run) => runNode(run, colors)), ...marks(row, labels));
  }
}

function marks(row: Row, labels: LogLabels): Node[] {
  const found: Node[] = [];
  if (row.cutBytes > 0) found.push(mark(labels.cut(row.cutBytes)));
  if (row.isContinued) found.push(mark(labels.continued));
  return found;
}

function mark(text: string): Node {
  const node = element("span", "log-mark");
  node.textContent = text;
  return node;
}

function runNode(run: Run, colors: RunColorTable): Node {
  if (run.style === undefined) return document.createTextNode(run.text);
  const node = document.createElement("span");
  node.textContent = run.text;
  applyStyle(node, run.style, colors);
  return node;
}

function applyStyle(node: HTMLElement, style: TextStyle, table: RunColorTable): void {
  const { color, background } = table.of(style);
  node.style.color = color;
  node.style.backgroundColor = background;
  if (style.bold) node.style.fontWeight = "700";
  if (style.italic) node.style.fontStyle = "italic";
  const lines = [style.underline ? "underline" : "", style.strike ? "line-through" : ""];
  node.style.textDecoration = lines.join(" ").trim();
}

const lineNumbers = new Intl.NumberFormat("en");

export function lineNumber(sequence: number): string {
  return lineNumbers.format(sequence);
}

export function element(name: "div" | "span", className: string): HTMLElement {
  const node = document.createElement(name);
  node.className = className;
  return node;
}
